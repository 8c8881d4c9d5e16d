//! Meaning, pure: types, rules and figures of a station. Knows no database, no clock of its own, no window and no language.

pub mod backups;
pub mod check;
pub mod codes;
pub mod deadline;
pub mod ids;
pub mod indicators;
pub mod names;
pub mod number;
pub mod opening;
pub mod people;
pub mod recovery;
pub mod report;
pub mod rules;
pub mod shift;
pub mod time;
pub mod title;
