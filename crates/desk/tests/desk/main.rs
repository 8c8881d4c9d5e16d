//! The public face of the desk crate on real encrypted files.

mod common;
mod counter;
mod shift;
mod store;
