//! Roles, and what a password or PIN must be (`quality.md`).

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
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
    /// 区级业务: of the district office, and of no station.
    DistrictOfficer,
    /// 区级督办.
    DistrictSupervisor,
}

impl Role {
    pub const ALL: [Role; 8] = [
        Role::Volunteer,
        Role::SocialWorker,
        Role::Supervisor,
        Role::Manager,
        Role::PartyAdviser,
        Role::SystemAdmin,
        Role::DistrictOfficer,
        Role::DistrictSupervisor,
    ];

    /// The code under which the role is stored; never changed once released.
    pub fn code(self) -> &'static str {
        match self {
            Role::Volunteer => "volunteer",
            Role::SocialWorker => "social_worker",
            Role::Supervisor => "supervisor",
            Role::Manager => "manager",
            Role::PartyAdviser => "party_adviser",
            Role::SystemAdmin => "system_admin",
            Role::DistrictOfficer => "district_officer",
            Role::DistrictSupervisor => "district_supervisor",
        }
    }

    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.code() == code)
    }

    /// Works at a desk of the district office; the others work at a station's.
    pub fn is_of_district(self) -> bool {
        matches!(self, Role::DistrictOfficer | Role::DistrictSupervisor)
    }

    /// Leads the place: gives passwords, keeps backups, lets PCs join.
    pub fn leads(self) -> bool {
        matches!(self, Role::Manager | Role::DistrictOfficer)
    }
}

/// The keys of a station that a password may wrap (`sync.md`, "Keys").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyName {
    /// Opens the database.
    Database,
    /// Opens the narrative of cases and legal advice inside it.
    Restricted,
    /// Opens what Party members registered.
    Party,
}

impl KeyName {
    pub const ALL: [KeyName; 3] = [KeyName::Database, KeyName::Restricted, KeyName::Party];
}

impl Role {
    /// The keys of a role, after the case and Party columns of `07-model.md` §7.3. A volunteer has no password.
    pub fn keys(self) -> &'static [KeyName] {
        match self {
            Role::Volunteer => &[],
            Role::SystemAdmin | Role::DistrictOfficer | Role::DistrictSupervisor => &[KeyName::Database],
            Role::SocialWorker | Role::Supervisor | Role::Manager => &[KeyName::Database, KeyName::Restricted],
            Role::PartyAdviser => &[KeyName::Database, KeyName::Party],
        }
    }

    /// Everybody but a volunteer signs in with a password; a PIN beside it is a convenience.
    pub fn needs_password(self) -> bool {
        self != Role::Volunteer
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
/// Wrong PINs in a row after which only the manager helps.
pub const PIN_TRIES_MAX: i64 = 10;
/// What must be left of a password when everything common was taken out.
const UNCOMMON_MIN_CHARS: usize = 6;
const DISTINCT_MIN_CHARS: usize = 5;

/// Pieces that every guesser tries first, one per line; `#` begins a comment.
const COMMON: &str = include_str!("common_passwords.txt");

pub fn check_password(password: &str) -> Result<(), PasswordFault> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(PasswordFault::Short);
    }
    let lower = password.to_lowercase();
    let distinct: HashSet<char> = lower.chars().collect();
    let is_common = distinct.len() < DISTINCT_MIN_CHARS || is_made_of_common_pieces(&lower) || is_repeated(&lower);
    if is_common { Err(PasswordFault::Common) } else { Ok(()) }
}

/// Longer pieces first, so that `woaini1314` is not left as `1314` of `woaini`. A date or a phone behind a common word
/// does not make it rare: digits do not count as left over.
fn is_made_of_common_pieces(lower: &str) -> bool {
    let mut pieces: Vec<&str> = COMMON.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    pieces.sort_by_key(|p| std::cmp::Reverse(p.len()));
    let plain: String = lower.chars().map(unmask).collect();
    let rest = |text: &str| {
        let left = pieces.iter().fold(text.to_owned(), |left, piece| left.replace(piece, " "));
        left.chars().filter(|c| c.is_alphabetic()).count()
    };
    rest(lower).min(rest(&plain)) < UNCOMMON_MIN_CHARS
}

/// `p@ssw0rd` is `password`.
fn unmask(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// One short piece over and over.
fn is_repeated(lower: &str) -> bool {
    let chars: Vec<char> = lower.chars().collect();
    (1..=chars.len() / 3).any(|n| chars.chunks(n).all(|piece| chars.starts_with(piece)))
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
        let common = [
            "password123456",
            "P@ssw0rd123456",
            "111111111111",
            "Fengxiang123456",
            "woaini1314520",
            "Woaini13800006021",
            "qwertyuiop123",
            "1qaz2wsx3edc4rfv",
            "zhanzhang2026!!",
            "602114839275",
            "nengliangzhan888",
            "abcdabcdabcd",
            "xyxyxyxyxyxyxy",
        ];
        for common in common {
            assert_eq!(check_password(common), Err(PasswordFault::Common), "{common}");
        }
        for rare in ["three bees over nine bridges", "correct horse battery staple", "Hanjiang-fish-2026-blue"] {
            assert_eq!(check_password(rare), Ok(()), "{rare}");
        }
        assert_eq!(check_password("蜜蜂飞过三座桥然后回家了"), Ok(()));
    }

    #[test]
    fn the_list_of_common_pieces_is_a_real_one() {
        let pieces: Vec<&str> = COMMON.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
        assert!(pieces.len() > 300, "{}", pieces.len());
        assert!(pieces.iter().all(|p| p.len() >= 4 && *p == p.to_lowercase()), "short pieces hit honest passwords");
    }

    #[test]
    fn only_the_party_adviser_has_the_party_key() {
        for role in Role::ALL {
            assert_eq!(role.keys().contains(&KeyName::Party), role == Role::PartyAdviser, "{role:?}");
            assert_eq!(role.keys().is_empty(), !role.needs_password(), "{role:?}");
        }
    }

    #[test]
    fn a_pin_is_six_digits_that_are_no_run() {
        assert!(is_pin("602114"));
        for bad in ["", "12345", "123456", "654321", "111111", "60211a"] {
            assert!(!is_pin(bad), "{bad}");
        }
    }
}
