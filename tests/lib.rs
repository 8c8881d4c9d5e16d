//! Behaviour across crates, seen from outside: a real window, its real driver, a real screen that nobody looks at.

mod screen;
mod webdriver;

pub use screen::Screen;
pub use webdriver::{CONTROL, ENTER, Window};
