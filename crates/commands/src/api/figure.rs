//! Figures and what they open down to: R02 (table), R01 (register), by hour.

use super::shapes;
use fengxiang_domain::report::Step;

shapes! {
    struct ReportQuery {
        pub step: Step,
        pub from_on: String,
        pub to_on: String,
    }

    struct TypeVisits {
        pub visitor_type: String,
        pub visit_count: i64,
    }

    /// One row of R02. Rates are per mille; `null` where the earlier period had no visit.
    struct ReportRow {
        /// First day of the row; `null` on the total.
        pub starts_on: Option<String>,
        pub by_type: Vec<TypeVisits>,
        pub visit_count: i64,
        pub visitor_count: i64,
        pub basic_count: i64,
        pub added_count: i64,
        pub party_count: i64,
        pub self_counter_count: i64,
        pub backfill_count: i64,
        pub year_on_year: Option<i64>,
        pub period_on_period: Option<i64>,
    }

    struct HourRow {
        /// Hour of the day, 0 to 23, in UTC+8.
        pub hour: i64,
        pub visit_count: i64,
    }

    /// `opening_visit_count` is what was counted before this program; it stands beside the total, never inside it.
    struct ReportTable {
        pub rows: Vec<ReportRow>,
        pub total: ReportRow,
        pub hours: Vec<HourRow>,
        pub opening_visit_count: i64,
        /// All visits ever counted here, the opening balance included.
        pub ever_visit_count: i64,
        /// Problems solved before this program, by older ledgers; they stand by themselves.
        pub opening_problem_count: i64,
    }

    /// Everything but the dates is optional; `after` is the `next` of the page before.
    struct RegisterQuery {
        pub from_on: String,
        pub to_on: String,
        pub visitor_type: Option<String>,
        pub channel: Option<String>,
        pub dimension: Option<fengxiang_domain::codes::Dimension>,
        pub hour: Option<i64>,
        pub is_registered: Option<bool>,
        pub after: Option<String>,
    }

    struct RegisterLine {
        pub visit_id: String,
        pub at: i64,
        pub left_at: Option<i64>,
        pub alias: Option<String>,
        pub visitor_type: String,
        pub platform: Option<String>,
        pub people: i64,
        pub items: Vec<String>,
        pub channel: String,
        /// Came again within the hour: a line of the register that adds no visit.
        pub is_same_visit: bool,
    }

    /// `unlinked`: items of the period that stand in no line because they are nobody's business (code, count).
    struct RegisterPage {
        pub lines: Vec<RegisterLine>,
        pub unlinked: Vec<ItemCount>,
        pub next: Option<String>,
    }

    struct ItemCount {
        pub item: String,
        pub count: i64,
    }

    #[derive(Copy, PartialEq, Eq)]
    enum ReportKind { R01, R02 }

    struct ReportExport {
        pub kind: ReportKind,
        pub query: ReportQuery,
    }
}
