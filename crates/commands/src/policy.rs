//! Who may call what: deny by default, decided before a command sees its request.

use fengxiang_domain::people::Role;

/// Who is calling, as Rust knows it; a window never states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// No station stands here yet.
    New,
    /// A station stands here and its store is shut.
    Sealed,
    /// The store is open and nobody is signed in: the counting mode.
    Locked,
    /// The same at a desk of the district office, where nothing is counted.
    LockedOffice,
    Staff(Role),
}

/// The policy row of a command.
#[derive(Debug, Clone, Copy)]
pub enum Allow {
    Anyone,
    /// Before a station was set up.
    New,
    Sealed,
    /// Locked or signed in: unlocking, and switching the user.
    Open,
    /// The same of a station, whatever the role.
    AtStation,
    /// The counting mode and every role that works at the counter.
    Counting,
    Roles(&'static [Role]),
}

pub(crate) const COUNTER: &[Role] = &[Role::Volunteer, Role::SocialWorker, Role::Supervisor, Role::Manager];
pub(crate) const EVERYBODY: &[Role] = &Role::ALL;
/// Everybody who works at a station.
pub(crate) const STATION: &[Role] =
    &[Role::Volunteer, Role::SocialWorker, Role::Supervisor, Role::Manager, Role::PartyAdviser, Role::SystemAdmin];
pub(crate) const LEADERS: &[Role] = &[Role::Manager, Role::SystemAdmin];
/// Those who lead a place, be it a station or the district office: staff, backups, what the desk itself is.
pub(crate) const HEADS: &[Role] = &[Role::Manager, Role::SystemAdmin, Role::DistrictOfficer];
pub(crate) const OFFICERS: &[Role] = &[Role::DistrictOfficer];
pub(crate) const DISTRICT: &[Role] = &[Role::DistrictOfficer, Role::DistrictSupervisor];
/// Those who decide between two values and deal with what a hub refused.
pub(crate) const SETTLERS: &[Role] = &[Role::SocialWorker, Role::Supervisor, Role::Manager, Role::DistrictOfficer];
/// Those who keep the station's records: tickets, registered persons, reports.
pub(crate) const KEEPERS: &[Role] = &[Role::SocialWorker, Role::Supervisor, Role::Manager];

impl Allow {
    pub fn permits(self, caller: Caller) -> bool {
        match (self, caller) {
            (Allow::Anyone, _)
            | (Allow::New, Caller::New)
            | (Allow::Sealed, Caller::Sealed)
            | (Allow::Open, Caller::Locked | Caller::LockedOffice | Caller::Staff(_))
            | (Allow::AtStation | Allow::Counting, Caller::Locked) => true,
            (Allow::AtStation, Caller::Staff(role)) => !role.is_of_district(),
            (Allow::Counting, Caller::Staff(role)) => COUNTER.contains(&role),
            (Allow::Roles(roles), Caller::Staff(role)) => roles.contains(&role),
            _ => false,
        }
    }
}
