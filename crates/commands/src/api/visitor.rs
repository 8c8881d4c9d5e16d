//! Registered persons: list, page, edits, look-alikes, merging. What a role may not see is masked here, not on screen.

use super::shapes;
use super::{TicketRow, VisitorHit};

shapes! {
    /// `after` is the `next` of the page before.
    struct VisitorListQuery {
        pub text: String,
        pub visitor_type: Option<String>,
        pub after: Option<String>,
    }

    struct VisitorPage {
        pub rows: Vec<VisitorHit>,
        pub next: Option<String>,
        pub total: i64,
    }

    struct VisitorEntry { pub visitor_id: String }

    /// Name and phone are `null` for a role that may not see them.
    struct VisitorDetail {
        pub hit: VisitorHit,
        pub name: Option<String>,
        pub phone: Option<String>,
        pub work_area: Option<String>,
        pub created_at: i64,
        pub consent_at: Option<i64>,
        pub consent_version: Option<i64>,
        pub is_masked: bool,
        pub items: Vec<super::ItemCount>,
        pub tickets: Vec<TicketRow>,
    }

    struct VisitorVisitsQuery {
        pub visitor_id: String,
        pub before: Option<String>,
    }

    struct VisitorVisit {
        pub visit_id: String,
        pub at: i64,
        pub left_at: Option<i64>,
        pub items: Vec<String>,
    }

    struct VisitorVisits {
        pub rows: Vec<VisitorVisit>,
        pub next: Option<String>,
    }

    struct VisitorEdit {
        pub visitor_id: String,
        pub alias: String,
        pub visitor_type: String,
        pub platform: Option<String>,
        pub name: Option<String>,
        pub phone: Option<String>,
        pub work_area: Option<String>,
        /// Needed when a name or phone is kept for the first time.
        pub consent_given: bool,
        /// What the form was opened with. What nobody touched in it stays; what was changed elsewhere meanwhile is not overwritten
        /// in silence.
        #[serde(default)]
        #[ts(optional)]
        pub opened: Option<VisitorSeen>,
    }

    /// The fields of a visitor as a form had them.
    struct VisitorSeen {
        pub alias: String,
        pub visitor_type: String,
        pub platform: Option<String>,
        pub name: Option<String>,
        pub phone: Option<String>,
        pub work_area: Option<String>,
    }

    /// What is being typed, to be compared with those who are registered.
    struct VisitorDraft {
        pub visitor_id: Option<String>,
        pub alias: String,
        pub platform: Option<String>,
        pub name: Option<String>,
        pub phone: Option<String>,
    }

    struct VisitorPair { pub one_id: String, pub other_id: String }

    /// Which entry stays and what it will stand for.
    struct MergePreview {
        pub survivor: VisitorDetail,
        pub gone: VisitorDetail,
        pub visit_count: i64,
    }

    struct CardPicture {
        pub card_no: String,
        /// An SVG document.
        pub svg: String,
    }
}
