//! Shifts, what is handed over, what goes out of date.

use super::shapes;
use fengxiang_domain::shift::CheckResult;

shapes! {
    struct CheckEntry { pub checks: Vec<CheckResult> }

    /// The round of a handover, and who is on duty after it.
    struct HandOverEntry { pub checks: Vec<CheckResult>, pub staff_ids: Vec<String> }

    struct StaffEntry { pub staff_id: String }

    struct TextEntry { pub text: String }

    struct IdEntry { pub id: String }

    /// `is_assumed`: the shift's end stands for a forgotten sign-out.
    struct DutyRow {
        pub staff_id: String,
        pub name: String,
        pub in_at: i64,
        pub out_at: Option<i64>,
        pub is_assumed: bool,
    }

    struct Handover {
        pub id: String,
        pub at: i64,
        pub text: String,
        pub is_done: bool,
    }

    struct Pause {
        pub at: i64,
        pub reason: String,
        pub reopen_at: Option<i64>,
    }

    struct PauseEntry {
        pub reason: String,
        pub reopen_at: Option<i64>,
    }

    struct Expiry {
        pub id: String,
        pub name: String,
        pub expires_on: String,
        pub days_left: i64,
    }

    struct ExpiryAdd { pub name: String, pub expires_on: String }

    /// What is not finished yet, to be looked at before closing.
    struct Unfinished {
        pub present_count: i64,
        pub handovers_open: i64,
        /// Still signed in: closing ends their time and marks it.
        pub on_duty_count: i64,
        pub expired_count: i64,
    }

    /// The shift that was opened last, what it was handed, and whether the station is shut for a while.
    struct ShiftNow {
        pub is_open: bool,
        pub opened_at: Option<i64>,
        pub closed_at: Option<i64>,
        pub duties: Vec<DutyRow>,
        pub handovers: Vec<Handover>,
        pub pause: Option<Pause>,
        pub expiries: Vec<Expiry>,
        pub check_names: Vec<String>,
        pub unfinished: Unfinished,
    }
}
