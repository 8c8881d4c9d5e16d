//! Every cell of caller × command, written down by hand: a row changed by accident fails here.

use fengxiang_commands::{Caller, policies};
use fengxiang_domain::people::Role;

const CALLERS: [Caller; 9] = [
    Caller::New,
    Caller::Sealed,
    Caller::Locked,
    Caller::Staff(Role::Volunteer),
    Caller::Staff(Role::SocialWorker),
    Caller::Staff(Role::Supervisor),
    Caller::Staff(Role::Manager),
    Caller::Staff(Role::PartyAdviser),
    Caller::Staff(Role::SystemAdmin),
];

/// One letter per caller, in the order above; `x` may, `.` may not.
const TABLE: [(&str, &str); 34] = [
    ("app_status", "xxxxxxxxx"),
    ("station_found", "x........"),
    ("recovery_check", "......x.x"),
    ("store_open", ".x......."),
    ("session_unlock", "..xxxxxxx"),
    ("session_lock", "..xxxxxxx"),
    ("staff_add", "......x.x"),
    ("code_lists", "..xxxxxxx"),
    ("visitor_search", "...xxxx.."),
    ("visitor_add", "...xxxx.."),
    ("visit_add", "..xxxxx.."),
    ("visit_leave", "...xxxx.."),
    ("visit_void", "...xxxx.."),
    ("visit_correct", "...xxxx.."),
    ("backfill_add", "...xxxx.."),
    ("service_add", "..xxxxx.."),
    ("service_void", "...xxxx.."),
    ("day_summary", "...xxxxxx"),
    ("ticket_add", "...xxxx.."),
    ("ticket_list", "....xxx.."),
    ("shift_now", "...xxxxxx"),
    ("shift_open", "...xxxx.."),
    ("shift_close", "...xxxx.."),
    ("shift_sign_in", "...xxxx.."),
    ("shift_sign_out", "...xxxx.."),
    ("handover_add", "...xxxx.."),
    ("handover_tick", "...xxxx.."),
    ("station_pause", "...xxxx.."),
    ("station_resume", "...xxxx.."),
    ("expiry_list", "...xxxx.."),
    ("expiry_add", "...xxxx.."),
    ("expiry_remove", "...xxxx.."),
    ("trail_verify", "......x.x"),
    ("backup_make", "......x.x"),
];

#[test]
fn every_caller_may_do_what_the_table_says_and_nothing_else() {
    let policies = policies();
    assert_eq!(policies.len(), TABLE.len(), "a command without a row here");
    for ((name, allow), (row, cells)) in policies.iter().zip(TABLE) {
        assert_eq!(*name, row);
        let actual: String = CALLERS.iter().map(|c| if allow.permits(*c) { 'x' } else { '.' }).collect();
        assert_eq!(actual, cells, "{name}");
    }
}
