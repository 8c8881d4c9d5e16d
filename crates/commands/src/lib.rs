//! Everything a screen may ask for: name, request, answer and who may call it, declared once. Knows no window toolkit.

pub mod api;
mod app;
mod backup_commands;
mod desk_commands;
mod host;
mod policy;
mod session_commands;
mod shift_commands;
mod table;

pub use app::{Answer, App};
pub use host::{FileKind, Host, SecretPlace};
pub use policy::{Allow, Caller};
pub use table::{policies, typescript};
