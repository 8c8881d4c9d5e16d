//! Behaviour across crates, seen from outside: a real window, its real driver, a real screen that nobody looks at.

mod axe;
mod screen;
mod webdriver;

pub use axe::{accessibility_faults, left_over_chinese};
pub use screen::{Screen, wait_for};
pub use webdriver::{BACKSPACE, CONTROL, DOWN, ENTER, ESCAPE, SHIFT, Window};
