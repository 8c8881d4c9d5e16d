//! Journeys of the people at the counter, through the real window on a real encrypted file.

mod counter;
mod district;
mod large;
mod lock;
mod look;
mod newcomer;
mod reports;
mod rescue;
mod shell;
mod shift;
mod station;
mod sync;
mod tour;
mod visitors;
