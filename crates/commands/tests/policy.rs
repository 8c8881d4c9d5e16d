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
const TABLE: [(&str, &str); 80] = [
    ("app_status", "xxxxxxxxx"),
    ("station_found", "x........"),
    ("backup_choose", "x........"),
    ("backup_restore", "x........"),
    ("recovery_check", "......x.x"),
    ("recovery_print", "......x.x"),
    ("store_open", ".x......."),
    ("store_open_recovery", ".x......."),
    ("store_set_aside", ".x......."),
    ("session_unlock", "..xxxxxxx"),
    ("session_active", "..xxxxxxx"),
    ("session_lock", "..xxxxxxx"),
    ("password_change", "...xxxxxx"),
    ("staff_list", "......x.x"),
    ("staff_add", "......x.x"),
    ("staff_edit", "......x.x"),
    ("pin_set", "......x.x"),
    ("password_set", "......x.x"),
    ("unattended", "......x.x"),
    ("unattended_set", "......x.x"),
    ("practice_set", "...xxxx.."),
    ("code_lists", "..xxxxxxx"),
    ("code_put", "......x.x"),
    ("station_detail", "......x.x"),
    ("station_edit", "......x.x"),
    ("balance_list", "......x.x"),
    ("balance_add", "......x.x"),
    ("balance_remove", "......x.x"),
    ("visitor_search", "...xxxx.."),
    ("visitor_add", "...xxxx.."),
    ("visitor_list", "...xxxx.."),
    ("visitor_get", "...xxxx.."),
    ("visitor_visits", "...xxxx.."),
    ("visitor_lookalikes", "...xxxx.."),
    ("visitor_edit", "....xxx.."),
    ("visitor_merge_preview", "....xxx.."),
    ("visitor_merge", "....xxx.."),
    ("visitor_card_picture", "...xxxx.."),
    ("visitor_card_save", "...xxxx.."),
    ("visitor_import_template", "....xxx.."),
    ("visitor_import_choose", "....xxx.."),
    ("visitor_import_commit", "....xxx.."),
    ("visit_add", "..xxxxx.."),
    ("card_count", "..xxxxx.."),
    ("visit_detail", "...xxxx.."),
    ("visit_leave", "...xxxx.."),
    ("visit_undo", "..xxxxx.."),
    ("visit_void", "...xxxx.."),
    ("visit_correct", "...xxxx.."),
    ("backfill_add", "...xxxx.."),
    ("service_add", "..xxxxx.."),
    ("service_void", "...xxxx.."),
    ("present_list", "...xxxx.."),
    ("day_summary", "..xxxxxxx"),
    ("badges", "...xxxxxx"),
    ("ticket_add", "...xxxx.."),
    ("ticket_list", "...xxxx.."),
    ("emergency_card", "xxxxxxxxx"),
    ("incident_add", "..xxxxxxx"),
    ("incident_list", "....xxx.."),
    ("shift_now", "...xxxxxx"),
    ("shift_open", "...xxxx.."),
    ("shift_hand_over", "...xxxx.."),
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
    ("report_table", "....xxx.."),
    ("report_register", "...xxxx.."),
    ("report_export", "....xxx.."),
    ("paper_save", "...xxxx.."),
    ("file_show", "...xxxxxx"),
    ("backup_make", "......x.x"),
    ("trail_verify", "......x.x"),
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
