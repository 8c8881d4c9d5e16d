//! Real desks and a real hub over HTTP: what one writes the others show, whatever happens on the way.

mod agree;
mod district;
mod forms;
mod joining;
mod limits;
mod poison;
mod schedules;
mod wire;
mod worlds;
