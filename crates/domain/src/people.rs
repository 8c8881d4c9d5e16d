//! Roles, and what a password or PIN must be (`quality.md`).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Volunteer,
    SocialWorker,
    Supervisor,
    Manager,
    PartyAdviser,
    SystemAdmin,
}

impl Role {
    pub const ALL: [Role; 6] =
        [Role::Volunteer, Role::SocialWorker, Role::Supervisor, Role::Manager, Role::PartyAdviser, Role::SystemAdmin];

    /// The code under which the role is stored; never changed once released.
    pub fn code(self) -> &'static str {
        match self {
            Role::Volunteer => "volunteer",
            Role::SocialWorker => "social_worker",
            Role::Supervisor => "supervisor",
            Role::Manager => "manager",
            Role::PartyAdviser => "party_adviser",
            Role::SystemAdmin => "system_admin",
        }
    }

    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.code() == code)
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum PasswordFault {
    Short,
    Common,
}

pub const PASSWORD_MIN_CHARS: usize = 12;
/// Wrong PINs in a row after which only the password or the manager helps.
pub const PIN_TRIES: i64 = 5;

/// Pieces that every guesser tries first.
const COMMON: [&str; 8] = ["password", "123456", "qwerty", "111111", "000000", "abc123", "admin", "fengxiang"];

pub fn check_password(password: &str) -> Result<(), PasswordFault> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(PasswordFault::Short);
    }
    let mut rest = password.to_lowercase();
    for piece in COMMON {
        rest = rest.replace(piece, "");
    }
    let distinct: std::collections::HashSet<char> = password.chars().collect();
    if rest.chars().count() < 6 || distinct.len() < 5 { Err(PasswordFault::Common) } else { Ok(()) }
}

/// Six to twelve digits, not all the same, not a run upwards or downwards.
pub fn is_pin(pin: &str) -> bool {
    let digits: Vec<i16> = pin.bytes().map(i16::from).collect();
    let even = |step: i16| digits.windows(2).all(|w| w[1] - w[0] == step);
    (6..=12).contains(&digits.len()) && pin.bytes().all(|b| b.is_ascii_digit()) && !even(0) && !even(1) && !even(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_named_by_their_fault() {
        assert_eq!(check_password("short"), Err(PasswordFault::Short));
        for common in ["password123456", "111111111111", "Fengxiang123456"] {
            assert_eq!(check_password(common), Err(PasswordFault::Common), "{common}");
        }
        assert_eq!(check_password("蜜蜂飞过三座桥然后回家了"), Ok(()));
    }

    #[test]
    fn a_pin_is_six_digits_that_are_no_run() {
        assert!(is_pin("602114"));
        for bad in ["", "12345", "123456", "654321", "111111", "60211a"] {
            assert!(!is_pin(bad), "{bad}");
        }
    }
}
