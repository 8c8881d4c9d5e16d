//! Signing in, people who work here, backup and recovery.

use super::{StationBrief, shapes};
use fengxiang_domain::people::Role;

shapes! {
    #[derive(Copy, PartialEq, Eq)]
    enum Phase { New, Sealed, Locked, Open }

    struct Session { pub staff_id: String, pub name: String, pub role: Role }

    struct StaffChoice { pub id: String, pub name: String, pub role: Role, pub has_pin: bool }

    struct AppStatus {
        pub phase: Phase,
        /// A desk of the district office: `station` is the office then.
        pub is_district: bool,
        pub station: Option<StationBrief>,
        pub session: Option<Session>,
        pub staff: Vec<StaffChoice>,
        /// Practice mode: separate data, never counted.
        pub is_practice: bool,
        /// The recovery key was shown and not typed back yet.
        pub is_recovery_unconfirmed: bool,
        /// The clock stands behind what is written already: told to the user, nothing is refused for it.
        pub clock_behind_min: i64,
    }

    struct RecoveryKey { pub groups: Vec<String> }

    struct RecoveryCheck { pub first_index: usize, pub first_group: String, pub second_index: usize, pub second_group: String }

    struct PasswordEntry { pub password: String }

    struct SecretEntry { pub staff_id: String, pub secret: String }

    struct StaffAdd {
        pub name: String,
        pub role: Role,
        pub pin: Option<String>,
        pub password: Option<String>,
        pub valid_until_on: Option<String>,
        /// Gives also the keys that the manager does not hold: a Party adviser's.
        #[serde(default)]
        #[ts(optional)]
        pub recovery: Option<Vec<String>>,
    }

    struct TrailCheck {
        pub lines: i64,
        pub entries: i64,
        pub broken_at: Option<i64>,
    }

    /// One line of the staff page. `pin_failures`: wrong tries in a row; at five a password or the manager is needed, at ten
    /// the PIN is disabled.
    struct StaffLine {
        pub id: String,
        pub name: String,
        pub role: Role,
        pub has_pin: bool,
        pub has_password: bool,
        /// Whether the password opens all that the role may; if not, set it again with the recovery key.
        pub has_all_keys: bool,
        pub pin_failures: i64,
        pub is_pin_disabled: bool,
        pub valid_until_on: Option<String>,
        pub is_active: bool,
    }

    struct StaffEdit {
        pub staff_id: String,
        pub name: String,
        pub role: Role,
        pub valid_until_on: Option<String>,
        pub is_active: bool,
        /// What the form was opened with, as of a visitor's.
        #[serde(default)]
        #[ts(optional)]
        pub opened: Option<StaffSeen>,
    }

    /// The fields of a member of staff as a form had them.
    struct StaffSeen {
        pub name: String,
        pub role: Role,
        pub valid_until_on: Option<String>,
        pub is_active: bool,
    }

    /// A new PIN also lifts a lock; `null` takes the PIN away.
    struct PinSet { pub staff_id: String, pub pin: Option<String> }

    struct PasswordSet {
        pub staff_id: String,
        pub password: String,
        /// Gives also the keys that the manager does not hold: a Party adviser's.
        #[serde(default)]
        #[ts(optional)]
        pub recovery: Option<Vec<String>>,
    }

    struct PasswordChange { pub old: String, pub new: String }

    /// Opens the store without any password; a manager's new password is set in the same step.
    struct RecoveryOpen { pub groups: Vec<String>, pub new_password: String }

    /// A backup that was chosen in the dialog and unpacks.
    struct BackupChosen { pub token: String, pub name: String, pub size_bytes: i64 }

    struct BackupTake { pub token: String }

    /// A backup that was made by itself and checked. It lies in `folder`, beside the database.
    struct AutoBackupLine { pub name: String, pub folder: String, pub size_bytes: i64 }

    /// Where damaged files were set aside.
    struct SetAside { pub folder: String }

    #[derive(Copy, PartialEq, Eq)]
    enum UnattendedPlace { KeyStore, File }

    /// Whether this PC opens the store by itself into the counting mode, and where its key lies.
    struct Unattended { pub is_on: bool, pub place: UnattendedPlace }

    struct Switch { pub is_on: bool }
}
