//! The station, its words and what it brought along.

use super::shapes;
use fengxiang_domain::codes::{CodeList, Dimension};
use fengxiang_domain::opening::OpeningRule;

shapes! {
    enum StationLevel { Basic, Standard, Core }

    struct StationBrief { pub id: String, pub code: String, pub name: String, pub level: StationLevel, pub address: String }

    struct OpeningBalance {
        pub indicator: String,
        pub as_of_on: String,
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

    /// All of the station that can be edited. `is_code_fixed` once a number was issued with the code.
    struct StationDetail {
        pub code: String,
        pub is_code_fixed: bool,
        pub name: String,
        pub level: StationLevel,
        pub address: String,
        pub phone: Option<String>,
        pub manager_phone: Option<String>,
        pub aed_place: Option<String>,
        pub opening_rules: Vec<OpeningRule>,
    }

    struct StationEdit {
        pub code: String,
        pub name: String,
        pub level: StationLevel,
        pub address: String,
        pub phone: Option<String>,
        pub manager_phone: Option<String>,
        pub aed_place: Option<String>,
        pub opening_rules: Vec<OpeningRule>,
        /// What the form was opened with, as of a visitor's.
        #[serde(default)]
        #[ts(optional)]
        pub opened: Option<StationSeen>,
    }

    /// The fields of the station as a form had them.
    struct StationSeen {
        pub code: String,
        pub name: String,
        pub level: StationLevel,
        pub address: String,
        pub phone: Option<String>,
        pub manager_phone: Option<String>,
        pub aed_place: Option<String>,
        pub opening_rules: Vec<OpeningRule>,
    }

    struct BalanceRow {
        pub id: String,
        pub indicator: String,
        pub as_of_on: String,
        pub value: i64,
        pub source: String,
    }

    /// `code` is `null` for a new entry; the dimension matters for service items only. Only a new one is made sensitive.
    struct CodePut {
        pub list: CodeList,
        pub code: Option<String>,
        pub label: Option<String>,
        pub dimension: Option<Dimension>,
        pub is_retired: bool,
        pub is_sensitive: bool,
    }

    struct CodeEntry { pub code: String }
}

impl StationLevel {
    /// A level of a newer program counts as the least.
    pub(crate) fn from_code(code: &str) -> Self {
        match code {
            "core" => StationLevel::Core,
            "standard" => StationLevel::Standard,
            _ => StationLevel::Basic,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            StationLevel::Basic => "basic",
            StationLevel::Standard => "standard",
            StationLevel::Core => "core",
        }
    }
}
