//! Shapes of requests and answers: the shown form of things. `_at` and `at` are milliseconds UTC, `_on` dates in UTC+8.

use fengxiang_domain::codes::Dimension;
use fengxiang_domain::people::Role;
use fengxiang_domain::shift::CheckResult;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::{Config, TS};

macro_rules! shapes {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Serialize, Deserialize, TS)]
            #[serde(rename_all = "snake_case")]
            pub $kind $name $body
        )*

        /// Every shape of this file, declared in TypeScript.
        pub(crate) fn declarations(config: &Config) -> Vec<String> {
            vec![Role::decl(config), Dimension::decl(config), CheckResult::decl(config), $($name::decl(config)),*]
        }
    };
}

shapes! {
    #[derive(Copy, PartialEq, Eq)]
    enum Phase { New, Sealed, Locked, Open }

    enum StationLevel { Basic, Standard, Core }

    struct Session { pub staff_id: String, pub name: String, pub role: Role }

    struct StationBrief { pub id: String, pub code: String, pub name: String, pub level: StationLevel, pub address: String }

    struct StaffChoice { pub id: String, pub name: String, pub role: Role, pub has_pin: bool }

    struct AppStatus {
        pub phase: Phase,
        pub station: Option<StationBrief>,
        pub session: Option<Session>,
        pub staff: Vec<StaffChoice>,
    }

    /// Monday is weekday 1; times are HH:MM.
    struct OpeningRule { pub weekday: u8, pub opens: String, pub closes: String, pub attended: bool }

    struct OpeningBalance {
        pub indicator: String,
        pub as_of_on: String,
        #[ts(type = "number")]
        pub value: i64,
        pub source: String,
    }

    struct StationFound {
        pub code: String,
        pub name: String,
        pub level: StationLevel,
        pub address: String,
        pub opening_rules: Vec<OpeningRule>,
        pub manager_name: String,
        pub password: String,
        pub opening_balances: Vec<OpeningBalance>,
    }

    struct RecoveryKey { pub groups: Vec<String> }

    struct RecoveryCheck { pub first_index: usize, pub first_group: String, pub second_index: usize, pub second_group: String }

    struct PasswordEntry { pub password: String }

    struct SecretEntry { pub staff_id: String, pub secret: String }

    /// `label` is set where the station has renamed an entry; the built-in words live in the user interface.
    struct CodeItem { pub code: String, pub label: Option<String>, pub retired: bool }

    struct ServiceItem {
        pub code: String,
        pub label: Option<String>,
        pub dimension: Dimension,
        pub is_sensitive: bool,
        pub retired: bool,
    }

    struct CodeLists {
        pub visitor_types: Vec<CodeItem>,
        pub platforms: Vec<CodeItem>,
        pub service_items: Vec<ServiceItem>,
        pub ticket_categories: Vec<CodeItem>,
    }

    struct SearchText { pub text: String }

    struct VisitorHit {
        pub id: String,
        pub card_no: String,
        pub alias: String,
        pub visitor_type: String,
        pub platform: Option<String>,
        pub phone_tail: Option<String>,
        #[ts(type = "number")]
        pub visits_this_year: i64,
        #[ts(type = "number | null")]
        pub last_visit_at: Option<i64>,
        pub last_basic_items: Vec<String>,
        pub is_card: bool,
    }

    struct VisitorAdd {
        pub alias: String,
        pub visitor_type: String,
        pub platform: Option<String>,
        pub name: Option<String>,
        pub phone: Option<String>,
        pub work_area: Option<String>,
        pub consent_given: bool,
    }

    /// Either a registered visitor or a visitor type.
    struct VisitAdd {
        pub visitor_id: Option<String>,
        pub visitor_type: Option<String>,
        #[ts(type = "number")]
        pub people: i64,
        pub items: Vec<String>,
        /// Why it counts by itself although the person came within the hour.
        pub separate_reason: Option<String>,
    }

    struct VisitAdded {
        pub visit_id: String,
        pub joined: bool,
        #[ts(type = "number")]
        pub people: i64,
    }

    struct ServiceEntry { pub visit_id: String, pub item: String }

    struct VisitEntry { pub visit_id: String }

    struct VisitVoid { pub visit_id: String, pub reason: String }

    struct TypeCount {
        pub code: String,
        #[ts(type = "number")]
        pub visit_count: i64,
    }

    struct RecentVisit {
        pub visit_id: String,
        #[ts(type = "number")]
        pub at: i64,
        pub visitor_type: String,
        #[ts(type = "number")]
        pub people: i64,
        pub basic_items: Vec<String>,
        pub has_left: bool,
    }

    struct DaySummary {
        pub business_on: String,
        #[ts(type = "number")]
        pub visit_count: i64,
        #[ts(type = "number")]
        pub present_count: i64,
        #[ts(type = "number")]
        pub service_count: i64,
        #[ts(type = "number")]
        pub basic_count: i64,
        #[ts(type = "number")]
        pub added_count: i64,
        #[ts(type = "number")]
        pub party_count: i64,
        #[ts(type = "number")]
        pub registered_count: i64,
        pub by_type: Vec<TypeCount>,
        pub recent: Vec<RecentVisit>,
    }

    struct TicketAdd {
        pub sentence: String,
        pub phone: Option<String>,
        pub category: Option<String>,
        pub is_urgent: bool,
        #[ts(type = "number | null")]
        pub group_size: Option<i64>,
    }

    struct TicketAdded { pub no: String, pub slip_code: Option<String> }

    struct TicketRow {
        pub id: String,
        pub no: String,
        #[ts(type = "number")]
        pub at: i64,
        pub sentence: String,
        pub category: Option<String>,
        pub is_urgent: bool,
        #[ts(type = "number | null")]
        pub group_size: Option<i64>,
    }

    struct StaffAdd {
        pub name: String,
        pub role: Role,
        pub pin: Option<String>,
        pub password: Option<String>,
        pub valid_until_on: Option<String>,
    }

    struct TrailCheck {
        #[ts(type = "number")]
        pub lines: i64,
        #[ts(type = "number")]
        pub entries: i64,
        #[ts(type = "number | null")]
        pub broken_at: Option<i64>,
    }

    struct BackupTo { pub path: String }

    struct BackupMade {
        pub path: String,
        #[ts(type = "number")]
        pub size_bytes: u64,
    }

    struct CheckEntry { pub checks: Vec<CheckResult> }

    struct StaffEntry { pub staff_id: String }

    struct TextEntry { pub text: String }

    struct IdEntry { pub id: String }

    /// `is_assumed`: the shift's end stands for a forgotten sign-out.
    struct DutyRow {
        pub staff_id: String,
        pub name: String,
        #[ts(type = "number")]
        pub in_at: i64,
        #[ts(type = "number | null")]
        pub out_at: Option<i64>,
        pub is_assumed: bool,
    }

    struct Handover {
        pub id: String,
        #[ts(type = "number")]
        pub at: i64,
        pub text: String,
        pub is_done: bool,
    }

    struct Pause {
        #[ts(type = "number")]
        pub at: i64,
        pub reason: String,
        #[ts(type = "number | null")]
        pub reopen_at: Option<i64>,
    }

    struct PauseEntry {
        pub reason: String,
        #[ts(type = "number | null")]
        pub reopen_at: Option<i64>,
    }

    struct Expiry {
        pub id: String,
        pub name: String,
        pub expires_on: String,
        #[ts(type = "number")]
        pub days_left: i64,
    }

    struct ExpiryAdd { pub name: String, pub expires_on: String }

    /// The shift that was opened last, what it was handed, and whether the station is shut for a while.
    struct ShiftNow {
        pub is_open: bool,
        #[ts(type = "number | null")]
        pub opened_at: Option<i64>,
        #[ts(type = "number | null")]
        pub closed_at: Option<i64>,
        pub duties: Vec<DutyRow>,
        pub handovers: Vec<Handover>,
        pub pause: Option<Pause>,
        pub expiries: Vec<Expiry>,
        pub check_names: Vec<String>,
    }

    /// One line of a paper register. `at` on its own day and minute; `alias` is not kept with the visit.
    struct BackfillEntry {
        #[ts(type = "number")]
        pub at: i64,
        pub visitor_type: String,
        #[ts(type = "number")]
        pub people: i64,
        pub items: Vec<String>,
    }

    struct VisitCorrect { pub visit_id: String, pub visitor_type: String, pub items: Vec<String>, pub reason: String }

    /// A stable code with parameters; the sentence is the user interface's.
    struct Failure { pub code: String, pub params: BTreeMap<String, String> }
}

impl Failure {
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), params: BTreeMap::new() }
    }

    pub fn invalid(field: &str) -> Self {
        Self::new("invalid_field").with("field", field)
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl StationLevel {
    pub fn code(&self) -> &'static str {
        match self {
            StationLevel::Basic => "basic",
            StationLevel::Standard => "standard",
            StationLevel::Core => "core",
        }
    }
}
