//! The public face of the desk crate on real encrypted files.

mod auto_backup;
mod board;
mod common;
mod counter;
mod day_counts;
mod person;
mod schema;
mod shift;
mod store;
