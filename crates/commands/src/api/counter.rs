//! The counter: finding somebody, arrivals, services, problems heard.

use super::shapes;

shapes! {
    struct SearchText { pub text: String }

    struct VisitorHit {
        pub id: String,
        pub card_no: String,
        pub alias: String,
        pub visitor_type: String,
        pub platform: Option<String>,
        pub phone_tail: Option<String>,
        pub visits_this_year: i64,
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
        pub people: i64,
        pub items: Vec<String>,
        /// Why it counts by itself although the person came within the hour.
        pub separate_reason: Option<String>,
    }

    /// An item that was written. Its id is told to the window that gave it and stands beside no person anywhere.
    struct Given { pub service_id: String, pub item: String }

    /// `given`: what was added now; with `joined` it is all that `visit_undo` may take back.
    struct VisitAdded {
        pub visit_id: String,
        pub joined: bool,
        pub people: i64,
        pub given: Vec<Given>,
    }

    /// `given` is `null` when the visit had the item already.
    struct ServiceAdded { pub given: Option<Given> }

    /// Takes back within thirty seconds what a call has just written: `joined` as it was answered (`true` for items that
    /// were added to a visit), and the ids of what was given.
    struct VisitUndo { pub visit_id: String, pub joined: bool, pub service_ids: Vec<String> }

    struct ServiceEntry { pub visit_id: String, pub item: String }

    struct VisitEntry { pub visit_id: String }

    struct VisitVoid { pub visit_id: String, pub reason: String }

    struct TypeCount {
        pub code: String,
        pub visit_count: i64,
    }

    struct RecentVisit {
        pub visit_id: String,
        pub at: i64,
        pub visitor_type: String,
        pub people: i64,
        pub basic_items: Vec<String>,
        pub has_left: bool,
    }

    struct DaySummary {
        pub business_on: String,
        pub visit_count: i64,
        pub present_count: i64,
        pub service_count: i64,
        pub basic_count: i64,
        pub added_count: i64,
        pub party_count: i64,
        pub registered_count: i64,
        pub by_type: Vec<TypeCount>,
        pub recent: Vec<RecentVisit>,
    }

    struct TicketAdd {
        pub sentence: String,
        pub phone: Option<String>,
        pub category: Option<String>,
        pub is_urgent: bool,
        pub group_size: Option<i64>,
    }

    struct TicketAdded { pub no: String, pub slip_code: Option<String> }

    struct TicketRow {
        pub id: String,
        pub no: String,
        pub at: i64,
        pub sentence: String,
        pub category: Option<String>,
        pub is_urgent: bool,
        pub group_size: Option<i64>,
        /// As the district sees it, once somebody confirmed it.
        pub title: Option<String>,
    }

    /// One line of a paper register. `at` on its own day and minute; `alias` is not kept with the visit.
    struct BackfillEntry {
        pub at: i64,
        pub visitor_type: String,
        pub people: i64,
        pub items: Vec<String>,
    }

    struct VisitCorrect { pub visit_id: String, pub visitor_type: String, pub items: Vec<String>, pub reason: String }

    struct CardEntry { pub card_no: String }

    /// All that a locked desk says after a card: what kind of visitor, no person.
    struct CardCounted { pub visitor_type: String, pub joined: bool }

    /// Who is here now, for staff; the alias is `null` for nobody in particular.
    struct PresentRow {
        pub visit_id: String,
        pub at: i64,
        pub visitor_type: String,
        pub people: i64,
        pub alias: Option<String>,
    }

    /// One arrival to be corrected.
    struct VisitDetail {
        pub visit_id: String,
        pub at: i64,
        pub visitor_type: String,
        pub people: i64,
        pub alias: Option<String>,
        pub items: Vec<String>,
        pub channel: String,
        /// Whether the caller may still void or correct it.
        pub may_change: bool,
    }

    /// What everybody must find at once.
    struct EmergencyCard {
        pub aed_place: Option<String>,
        pub manager_name: Option<String>,
        pub manager_phone: Option<String>,
        pub address: Option<String>,
    }

    #[derive(Copy, PartialEq, Eq)]
    enum IncidentKind { Illness, Fire, Dispute, Child, Other }

    struct IncidentAdd { pub kind: IncidentKind, pub text: String }

    struct IncidentAdded { pub no: String }

    struct IncidentRow { pub id: String, pub no: String, pub at: i64, pub kind: IncidentKind, pub text: String }

    /// What waits, for the rail.
    struct Badges { pub tickets_pending: i64, pub handovers_open: i64, pub expiring: i64 }
}
