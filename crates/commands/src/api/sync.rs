//! How this desk agrees with its hub: its state, the trays, the devices of the station, joining and coming back.

use super::shapes;

shapes! {
    /// What the top bar says. `Alone`: this desk belongs to no hub. `Behind`: something waits and the next try is near.
    /// `Stopped`: the hub answers something that waiting does not mend; `stopped_code` says what.
    #[derive(Copy, PartialEq, Eq)]
    enum SyncState { Alone, Agreed, Running, Behind, Offline, Stopped, Revoked }

    /// Asked every two seconds by the window; what it says it touched is what cycles changed meanwhile.
    struct SyncStatus {
        pub state: SyncState,
        /// Changes of this desk that no hub has acknowledged.
        pub waiting: i64,
        pub oldest_waiting_at: Option<i64>,
        pub refused: i64,
        pub conflicts: i64,
        /// Conflicts that this program cannot show: a newer one is needed.
        pub unknown_conflicts: i64,
        pub alarms: i64,
        pub last_cycle_at: Option<i64>,
        pub last_success_at: Option<i64>,
        /// What this PC's clock is ahead of the hub's; told above two minutes.
        pub clock_ahead_min: i64,
        pub stopped_code: Option<String>,
    }

    /// The page 设置 → 同步. `null` fields: this desk belongs to no hub.
    struct SyncDetail {
        pub address: Option<String>,
        pub district: Option<String>,
        pub device_name: Option<String>,
        /// Letter of this desk in human numbers.
        pub letter: String,
        /// To be compared with what the other screen shows: eight groups of four digits.
        pub fingerprint: Option<Vec<String>>,
        /// When the office opened this station's keys for a new desk, and why.
        pub office_accesses: Vec<OfficeAccess>,
    }

    struct OfficeAccess { pub at: i64, pub reason: String }

    /// This station stands alone and joins a hub, with its history.
    struct HubEnroll { pub address: String, pub code: String, pub device_name: String }

    /// This PC becomes one more desk of a station that stands elsewhere.
    struct DeskJoin { pub address: String, pub code: String, pub device_name: String }

    /// The last PC burnt: the printed recovery key brings the station back from the hub.
    struct DeskRecover { pub address: String, pub groups: Vec<String>, pub device_name: String }

    #[derive(Copy, PartialEq, Eq)]
    enum JoinStep { Idle, Asking, WaitingForKeys, Pulling, Done, Failed }

    /// How far joining or coming back is. After `Done` the station is there and shut: a password of its people, or the
    /// recovery key, opens it.
    struct JoinStatus {
        pub step: JoinStep,
        /// While keys are awaited: to be compared with what the other desk shows.
        pub fingerprint: Option<Vec<String>>,
        pub rows: i64,
        /// Of `Failed`: a code of a failure.
        pub code: Option<String>,
    }

    /// Ten letters and digits to be read aloud; good for fifteen minutes.
    struct InvitationCode { pub code: String, pub expires_at: i64, pub qr: Option<InvitationQr> }

    /// The code, where the hub is, and a secret: whoever scans or pastes it gets the keys without anybody comparing.
    struct InvitationQr { pub svg: String, pub text: String }

    /// A device of this station, as the hub knows it.
    struct DeviceLine {
        pub id: String,
        pub name: String,
        pub letter: Option<String>,
        pub is_this: bool,
        /// It joined and has no keys yet: somebody must compare the fingerprint and say yes.
        pub is_waiting_for_keys: bool,
        pub fingerprint: Vec<String>,
        pub enrolled_at: i64,
        pub last_seen_at: Option<i64>,
        pub is_revoked: bool,
    }

    /// `fingerprint`: as it was shown and compared; another key gets nothing.
    struct DeviceConfirm { pub id: String, pub fingerprint: Vec<String> }

    /// One of the two values of a conflict. `text` is null where nothing stood.
    struct ConflictValue {
        pub text: Option<String>,
        pub at: i64,
        /// Which desk wrote it, by its letter, where that is known.
        pub desk: Option<String>,
        pub is_shown: bool,
    }

    /// Takes everything personal of a visitor away, here and everywhere; counts stay. The reason stands in no file.
    struct VisitorErase { pub visitor_id: String }

    /// Two people changed one field without knowing of each other.
    struct ConflictRow {
        pub id: String,
        /// As in `api`: visitor, staff, station, code_item, expiry, opening_balance.
        pub kind: String,
        /// What the record is called, masked for whoever may not see it.
        pub label: String,
        /// Name of the field, as in the forms.
        pub field: String,
        pub values: Vec<ConflictValue>,
    }

    /// `choice`: index into the values.
    struct ConflictDecide { pub id: String, pub choice: usize }

    /// A column as the forms call it, and what was written there.
    struct RefusedField { pub field: String, pub text: Option<String> }

    /// A change that the hub did not take. `reason`: not_allowed, row_too_large, id_taken, malformed; unreadable: this desk
    /// itself could not put it into words.
    struct RefusedRow {
        pub id: String,
        pub kind: String,
        /// What the record is called; empty where it has no name.
        pub label: String,
        pub fields: Vec<RefusedField>,
        pub reason: String,
        pub at: i64,
        /// Who wrote it, where that is known.
        pub by: Option<String>,
        pub can_resend: bool,
        /// Given up, what the hub has is shown again; else it stays on this desk only.
        pub comes_back: bool,
    }

    /// `kind`: restored, cloned, hub_restored, repaired (with so many rows), backup_failed or erase_refused.
    struct AlarmRow { pub id: String, pub kind: String, pub rows: i64, pub at: i64 }
}
