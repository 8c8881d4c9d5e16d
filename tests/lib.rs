//! Behaviour across crates, seen from outside: a real window, its real driver, a real screen that nobody looks at; real
//! processes that are killed, starved and lied to, on real files.

mod axe;
pub mod cluster;
pub mod desks;
pub mod faults;
pub mod hub;
pub mod outside;
mod screen;
pub mod sync;
mod webdriver;

pub use axe::{accessibility_faults, left_over_chinese};
pub use screen::{Screen, wait_for};
pub use webdriver::{BACKSPACE, CONTROL, DOWN, ENTER, ESCAPE, SHIFT, Window};
