//! The sync client of a desk: when to say what to the hub, and what to make of its answers. Knows no window and no SQL;
//! the network is a [`Hub`], the file a [`Local`], and both are handed in.

mod compare;
mod cycle;
pub mod desk_file;
pub mod devices;
pub mod district;
pub mod envelope;
mod hello;
pub mod http;
mod hub;
pub mod invitation;
pub mod join;
pub mod keyring;
pub mod keys;
pub mod link;
mod local;
mod pack;
mod rules;
pub mod schedule;
pub mod translate;
pub mod trays;

pub use cycle::{Cycle, Report, Stopped};
pub use fengxiang_wire::Problem;
pub use fengxiang_wire::limits::Limits;
pub use hello::{Directive, Standing, judge};
pub use hub::{Hub, HubError};
pub use local::{Alarm, Local, LocalError, LocalTx, Offering, Outgoing};
pub use rules::{Break, Rules};
