//! Everything a screen may ask for: name, request, answer and who may call it, declared once. Knows no window toolkit.

pub mod api;
mod app;
mod backup_commands;
mod chosen;
mod code_commands;
mod desk_commands;
mod device_commands;
mod district_commands;
mod file_commands;
mod host;
mod import_commands;
mod incident_commands;
mod input;
mod join_commands;
mod join_runner;
mod keeper;
mod person_commands;
mod policy;
mod refused_commands;
mod report_commands;
mod session_commands;
mod shared_commands;
mod shift_commands;
mod staff_commands;
mod station_commands;
mod sync_commands;
mod sync_runner;
mod table;
mod ticket_commands;
mod visit_commands;
mod visitor_commands;
mod words;

pub use app::{Answer, App};
pub use host::{FileKind, Host, SecretPlace};
pub use policy::{Allow, Caller};
pub use table::{policies, typescript};

#[cfg(test)]
extern crate self as fengxiang_commands;
#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod bench;
