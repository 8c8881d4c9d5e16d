//! The table of commands. A row names a command, its request and answer, its policy and its body; a row without a
//! policy does not compile, and the TypeScript of the user interface is printed from the same rows.

use crate::api::*;
use crate::app::{Answer, App, Call};
use crate::policy::{Allow, COUNTER, DISTRICT, EVERYBODY, HEADS, KEEPERS, LEADERS, OFFICERS, SETTLERS, STATION};
use crate::{
    backup_commands as backup, code_commands as code, desk_commands as desk, device_commands as device,
    district_commands as district, file_commands as file, import_commands as import, incident_commands as incident,
    join_commands as join, person_commands as person, refused_commands as refused, report_commands as report,
    session_commands as session, shared_commands as shared, shift_commands as shift, staff_commands as staff,
    station_commands as station, sync_commands as sync, ticket_commands as ticket, visit_commands as visit,
    visitor_commands as visitor,
};
use fengxiang_domain::deadline::Limit;
use fengxiang_domain::rules::{GROUP_MAX, SAME_VISIT_MS};
use ts_rs::{Config, TS};

macro_rules! commands {
    ($($name:ident: $request:ty => $answer:ty, $allow:expr, $body:path;)*) => {
        /// Name and policy of every command.
        pub fn policies() -> Vec<(&'static str, Allow)> {
            vec![$((stringify!($name), $allow)),*]
        }

        pub(crate) fn dispatch(app: &App, name: &str, request: serde_json::Value) -> Result<Answer, Failure> {
            match name {
                $(stringify!($name) => {
                    let request: $request = serde_json::from_value(request).map_err(|_| Failure::invalid("request"))?;
                    let reply: Call<$answer> = app.permitted(stringify!($name), $allow, |context| $body(context, request))?;
                    reply.into_answer()
                })*
                _ => Err(Failure::new("not_allowed")),
            }
        }

        fn command_lines(config: &Config) -> Vec<String> {
            vec![$(format!("  {}: [{}, {}],", stringify!($name), <$request as TS>::name(config), <$answer as TS>::name(config))),*]
        }
    };
}

commands! {
    app_status: () => AppStatus, Allow::Anyone, session::app_status;
    station_found: StationFound => RecoveryKey, Allow::New, session::station_found;
    backup_choose: () => Option<BackupChosen>, Allow::New, backup::backup_choose;
    backup_restore: BackupTake => (), Allow::New, backup::backup_restore;
    recovery_check: RecoveryCheck => (), Allow::Roles(HEADS), session::recovery_check;
    recovery_print: () => Option<FileSaved>, Allow::Roles(HEADS), file::recovery_print;
    store_open: PasswordEntry => Session, Allow::Sealed, session::store_open;
    store_open_recovery: RecoveryOpen => Session, Allow::Sealed, session::store_open_recovery;
    store_set_aside: () => SetAside, Allow::Sealed, backup::store_set_aside;
    session_unlock: SecretEntry => Session, Allow::Open, session::session_unlock;
    session_active: () => (), Allow::Open, session::session_active;
    session_lock: () => (), Allow::Open, session::session_lock;
    password_change: PasswordChange => (), Allow::Roles(EVERYBODY), staff::password_change;
    staff_list: () => Vec<StaffLine>, Allow::Roles(HEADS), staff::staff_list;
    staff_add: StaffAdd => StaffChoice, Allow::Roles(HEADS), staff::staff_add;
    staff_edit: StaffEdit => (), Allow::Roles(HEADS), staff::staff_edit;
    pin_set: PinSet => (), Allow::Roles(HEADS), staff::pin_set;
    password_set: PasswordSet => (), Allow::Roles(HEADS), staff::password_set;
    unattended: () => Unattended, Allow::Roles(HEADS), backup::unattended;
    unattended_set: Switch => (), Allow::Roles(HEADS), backup::unattended_set;
    practice_set: Switch => (), Allow::Roles(COUNTER), session::practice_set;
    code_lists: () => CodeLists, Allow::Open, code::code_lists;
    code_put: CodePut => CodeEntry, Allow::Roles(LEADERS), code::code_put;
    station_detail: () => StationDetail, Allow::Roles(LEADERS), station::station_detail;
    station_edit: StationEdit => (), Allow::Roles(LEADERS), station::station_edit;
    balance_list: () => Vec<BalanceRow>, Allow::Roles(LEADERS), station::balance_list;
    balance_add: OpeningBalance => (), Allow::Roles(LEADERS), station::balance_add;
    balance_remove: IdEntry => (), Allow::Roles(LEADERS), station::balance_remove;
    visitor_search: SearchText => Vec<VisitorHit>, Allow::Roles(COUNTER), visitor::visitor_search;
    visitor_add: VisitorAdd => VisitorHit, Allow::Roles(COUNTER), visitor::visitor_add;
    visitor_list: VisitorListQuery => VisitorPage, Allow::Roles(COUNTER), visitor::visitor_list;
    visitor_get: VisitorEntry => VisitorDetail, Allow::Roles(COUNTER), person::visitor_get;
    visitor_visits: VisitorVisitsQuery => VisitorVisits, Allow::Roles(COUNTER), person::visitor_visits;
    visitor_lookalikes: VisitorDraft => Vec<VisitorHit>, Allow::Roles(COUNTER), visitor::visitor_lookalikes;
    visitor_edit: VisitorEdit => (), Allow::Roles(KEEPERS), visitor::visitor_edit;
    visitor_merge_preview: VisitorPair => MergePreview, Allow::Roles(KEEPERS), person::visitor_merge_preview;
    visitor_merge: VisitorPair => VisitorEntry, Allow::Roles(KEEPERS), person::visitor_merge;
    visitor_card_picture: VisitorEntry => CardPicture, Allow::Roles(COUNTER), file::visitor_card_picture;
    visitor_card_save: CardRequest => Option<FileSaved>, Allow::Roles(COUNTER), file::visitor_card_save;
    visitor_import_template: () => Option<FileSaved>, Allow::Roles(KEEPERS), import::visitor_import_template;
    visitor_import_choose: () => Option<ImportPreview>, Allow::Roles(KEEPERS), import::visitor_import_choose;
    visitor_import_commit: ImportCommit => ImportDone, Allow::Roles(KEEPERS), import::visitor_import_commit;
    visit_add: VisitAdd => VisitAdded, Allow::Counting, visit::visit_add;
    card_count: CardEntry => CardCounted, Allow::Counting, visit::card_count;
    visit_detail: VisitEntry => VisitDetail, Allow::Roles(COUNTER), visit::visit_detail;
    visit_leave: VisitEntry => (), Allow::Roles(COUNTER), visit::visit_leave;
    visit_undo: VisitUndo => (), Allow::Counting, visit::visit_undo;
    visit_void: VisitVoid => (), Allow::Roles(COUNTER), visit::visit_void;
    visit_correct: VisitCorrect => VisitEntry, Allow::Roles(COUNTER), visit::visit_correct;
    backfill_add: BackfillEntry => VisitEntry, Allow::Roles(COUNTER), visit::backfill_add;
    service_add: ServiceEntry => ServiceAdded, Allow::Counting, visit::service_add;
    service_void: ServiceEntry => (), Allow::Roles(COUNTER), visit::service_void;
    present_list: () => Vec<PresentRow>, Allow::Roles(COUNTER), visit::present_list;
    day_summary: () => DaySummary, Allow::AtStation, desk::day_summary;
    badges: () => Badges, Allow::Roles(STATION), desk::badges;
    ticket_add: TicketAdd => TicketAdded, Allow::Roles(COUNTER), ticket::ticket_add;
    ticket_title: TicketTitle => (), Allow::Roles(KEEPERS), ticket::ticket_title;
    ticket_list: () => Vec<TicketRow>, Allow::Roles(COUNTER), ticket::ticket_list;
    emergency_card: () => EmergencyCard, Allow::Anyone, incident::emergency_card;
    incident_add: IncidentAdd => IncidentAdded, Allow::AtStation, incident::incident_add;
    incident_list: () => Vec<IncidentRow>, Allow::Roles(KEEPERS), incident::incident_list;
    shift_now: () => ShiftNow, Allow::Roles(STATION), shift::shift_now;
    shift_open: CheckEntry => (), Allow::Roles(COUNTER), shift::shift_open;
    shift_hand_over: HandOverEntry => (), Allow::Roles(COUNTER), shift::shift_hand_over;
    shift_close: CheckEntry => (), Allow::Roles(COUNTER), shift::shift_close;
    shift_sign_in: StaffEntry => (), Allow::Roles(COUNTER), shift::shift_sign_in;
    shift_sign_out: StaffEntry => (), Allow::Roles(COUNTER), shift::shift_sign_out;
    handover_add: TextEntry => (), Allow::Roles(COUNTER), shift::handover_add;
    handover_tick: IdEntry => (), Allow::Roles(COUNTER), shift::handover_tick;
    station_pause: PauseEntry => (), Allow::Roles(COUNTER), shift::station_pause;
    station_resume: () => (), Allow::Roles(COUNTER), shift::station_resume;
    expiry_list: () => Vec<Expiry>, Allow::Roles(COUNTER), shift::expiry_list;
    expiry_add: ExpiryAdd => (), Allow::Roles(COUNTER), shift::expiry_add;
    expiry_remove: IdEntry => (), Allow::Roles(COUNTER), shift::expiry_remove;
    report_table: ReportQuery => ReportTable, Allow::Roles(KEEPERS), report::report_table;
    report_register: RegisterQuery => RegisterPage, Allow::Roles(COUNTER), report::report_register;
    report_export: ReportExport => Option<FileSaved>, Allow::Roles(KEEPERS), report::report_export;
    paper_save: PaperRequest => Option<FileSaved>, Allow::Roles(COUNTER), file::paper_save;
    file_show: FileOpen => (), Allow::Roles(EVERYBODY), file::file_show;
    backup_list: () => Vec<AutoBackupLine>, Allow::Roles(HEADS), backup::backup_list;
    backup_make: () => Option<FileSaved>, Allow::Roles(HEADS), backup::backup_make;
    sync_status: () => SyncStatus, Allow::Open, sync::sync_status;
    sync_now: () => (), Allow::Roles(EVERYBODY), sync::sync_now;
    sync_detail: () => SyncDetail, Allow::Roles(HEADS), sync::sync_detail;
    hub_enroll: HubEnroll => (), Allow::Roles(LEADERS), device::hub_enroll;
    desk_join: DeskJoin => (), Allow::New, join::desk_join;
    desk_recover: DeskRecover => (), Allow::New, join::desk_recover;
    desk_join_status: () => JoinStatus, Allow::New, join::desk_join_status;
    desk_join_cancel: () => (), Allow::New, join::desk_join_cancel;
    device_invite: () => InvitationCode, Allow::Roles(LEADERS), device::device_invite;
    device_list: () => Vec<DeviceLine>, Allow::Roles(LEADERS), device::device_list;
    device_confirm: DeviceConfirm => (), Allow::Roles(LEADERS), device::device_confirm;
    device_revoke: IdEntry => (), Allow::Roles(LEADERS), device::device_revoke;
    conflict_list: () => Vec<ConflictRow>, Allow::Roles(SETTLERS), sync::conflict_list;
    conflict_decide: ConflictDecide => (), Allow::Roles(SETTLERS), sync::conflict_decide;
    refused_list: () => Vec<RefusedRow>, Allow::Roles(SETTLERS), refused::refused_list;
    refused_resend: IdEntry => (), Allow::Roles(SETTLERS), refused::refused_resend;
    refused_drop: IdEntry => (), Allow::Roles(SETTLERS), refused::refused_drop;
    alarm_list: () => Vec<AlarmRow>, Allow::Roles(HEADS), sync::alarm_list;
    alarm_dismiss: IdEntry => (), Allow::Roles(HEADS), sync::alarm_dismiss;
    visitor_erase: VisitorErase => (), Allow::Roles(LEADERS), person::visitor_erase;
    district_found: DistrictFound => RecoveryKey, Allow::New, district::district_found;
    district_overview: () => DistrictOverview, Allow::Roles(DISTRICT), district::district_overview;
    district_days: BoardDaysQuery => Vec<BoardDay>, Allow::Roles(DISTRICT), district::district_days;
    district_tickets: BoardTicketsQuery => Vec<BoardTicket>, Allow::Roles(DISTRICT), district::district_tickets;
    district_invite: DistrictInvite => InvitationCode, Allow::Roles(OFFICERS), district::district_invite;
    district_confirm: DeviceConfirm => (), Allow::Roles(OFFICERS), district::district_confirm;
    district_restore: DistrictRestore => (), Allow::Roles(OFFICERS), district::district_restore;
    district_revoke: IdEntry => (), Allow::Roles(OFFICERS), district::district_revoke;
    notice_list: () => Vec<Notice>, Allow::Open, shared::notice_list;
    notice_put: NoticePut => (), Allow::Roles(OFFICERS), shared::notice_put;
    notice_remove: IdEntry => (), Allow::Roles(OFFICERS), shared::notice_remove;
    shared_code_list: () => Vec<SharedCode>, Allow::Roles(DISTRICT), shared::shared_code_list;
    shared_code_put: SharedCodePut => CodeEntry, Allow::Roles(OFFICERS), shared::shared_code_put;
    calendar_list: () => Vec<CalendarDay>, Allow::Roles(EVERYBODY), shared::calendar_list;
    calendar_put: CalendarPut => (), Allow::Roles(OFFICERS), shared::calendar_put;
    calendar_remove: IdEntry => (), Allow::Roles(OFFICERS), shared::calendar_remove;
    limit_list: () => Vec<Limit>, Allow::Roles(EVERYBODY), shared::limit_list;
    limit_put: Limit => (), Allow::Roles(OFFICERS), shared::limit_put;
    trail_verify: () => TrailCheck, Allow::Roles(HEADS), session::trail_verify;
}

/// The TypeScript face of this crate, byte for byte what `ui/src/api/generated.ts` must hold.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut lines = vec!["// Generated by `cargo xtask types` from crates/commands. Do not edit.".to_owned()];
    // What a screen says before it asks is the rule that the desk goes by.
    lines.push(format!("export const SAME_VISIT_MS = {SAME_VISIT_MS};"));
    lines.push(format!("export const GROUP_MAX = {GROUP_MAX};"));
    lines.extend(declarations(&config).into_iter().map(|d| format!("export {d}")));
    lines.push("export type Commands = {".to_owned());
    lines.extend(command_lines(&config));
    lines.push("};".to_owned());
    lines.join("\n") + "\n"
}
