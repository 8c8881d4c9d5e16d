//! Built-in code lists: the codes only. Their words live with the sentences of the user interface, by key.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One of the three dimensions that every service item carries (`domain/00-source.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Basic,
    Added,
    Party,
}

pub const VISITOR_TYPES: [&str; 13] = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13"];

pub const PLATFORMS: [&str; 22] = [
    "p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08", "p09", "p10", "p11", "p12", "p13", "p14", "p15", "p16",
    "p17", "p18", "p19", "p20", "p21", "p99",
];

pub const SERVICE_ITEMS: [&str; 27] = [
    "B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B10", "V01", "V02", "V03", "V04", "V05", "V06",
    "V07", "V08", "V09", "V10", "V11", "P01", "P02", "P03", "P04", "P05", "P06",
];

pub const TICKET_CATEGORIES: [&str; 18] =
    ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18"];

/// A list that a station may add to, rename in and retire from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CodeList {
    VisitorType,
    Platform,
    ServiceItem,
    TicketCategory,
}

impl CodeList {
    /// The name under which the list is stored; never changed once released.
    pub fn name(self) -> &'static str {
        match self {
            CodeList::VisitorType => "visitor_type",
            CodeList::Platform => "platform",
            CodeList::ServiceItem => "service_item",
            CodeList::TicketCategory => "ticket_category",
        }
    }

    pub fn from_name(name: &str) -> Option<CodeList> {
        let all = [CodeList::VisitorType, CodeList::Platform, CodeList::ServiceItem, CodeList::TicketCategory];
        all.into_iter().find(|l| l.name() == name)
    }

    pub fn built_in(self) -> &'static [&'static str] {
        match self {
            CodeList::VisitorType => &VISITOR_TYPES,
            CodeList::Platform => &PLATFORMS,
            CodeList::ServiceItem => &SERVICE_ITEMS,
            CodeList::TicketCategory => &TICKET_CATEGORIES,
        }
    }

    /// The code of a new entry: the number after the highest one, whatever was retired. An item needs its dimension.
    pub fn next_code(self, dimension: Option<Dimension>, own: &[String]) -> Option<String> {
        let start = match (self, dimension) {
            (CodeList::ServiceItem, Some(dimension)) => letter(dimension).to_string(),
            (CodeList::ServiceItem, None) => return None,
            (CodeList::Platform, _) => "p".to_owned(),
            _ => String::new(),
        };
        let taken = self.built_in().iter().copied().filter(|c| *c != NO_PLATFORM).chain(own.iter().map(String::as_str));
        let highest = taken.filter_map(|c| c.strip_prefix(&start)?.parse::<u32>().ok()).max().unwrap_or(0);
        let mut free = (highest + 1..).map(|n| format!("{start}{n:02}")).filter(|c| c != NO_PLATFORM);
        free.next()
    }
}

/// Stands in the codes of entries that the district added: no station's own entry has it.
const DISTRICT: char = 'q';

impl CodeList {
    /// The code of an entry that the district adds for all stations. An item needs its dimension.
    pub fn next_district_code(self, dimension: Option<Dimension>, own: &[String]) -> Option<String> {
        let start = match (self, dimension) {
            (CodeList::ServiceItem, Some(dimension)) => format!("{}{DISTRICT}", letter(dimension)),
            (CodeList::ServiceItem, None) => return None,
            (CodeList::Platform, _) => format!("p{DISTRICT}"),
            _ => DISTRICT.to_string(),
        };
        let highest = own.iter().filter_map(|c| c.strip_prefix(&start)?.parse::<u32>().ok()).max().unwrap_or(0);
        Some(format!("{start}{:02}", highest + 1))
    }
}

/// Works for none, or for one that is not in the list.
pub const NO_PLATFORM: &str = "p99";

/// Medicine kit, legal advice, clinic, counselling, member report-in, organisation life and joining: who used them is
/// nobody's business (`ui.md`, front desk), so no row may tie them to a person.
const SENSITIVE: [&str; 7] = ["B04", "V02", "V06", "V07", "P01", "P02", "P06"];

/// Of the built-in items; of a station's own ones it stands beside them.
pub fn is_sensitive(item: &str) -> bool {
    SENSITIVE.contains(&item)
}

/// The dimension of an item, by the letter of its code; a station's own items follow the same rule.
pub fn dimension(item: &str) -> Option<Dimension> {
    let (letter, number) = item.split_at_checked(1)?;
    let number = number.strip_prefix(DISTRICT).unwrap_or(number);
    if number.len() < 2 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match letter {
        "B" => Some(Dimension::Basic),
        "V" => Some(Dimension::Added),
        "P" => Some(Dimension::Party),
        _ => None,
    }
}

/// The letter of a dimension in an item's code.
pub fn letter(dimension: Dimension) -> char {
    match dimension {
        Dimension::Basic => 'B',
        Dimension::Added => 'V',
        Dimension::Party => 'P',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_district_has_a_code_that_no_station_gives() {
        let list = CodeList::ServiceItem;
        let first = list.next_district_code(Some(Dimension::Basic), &[]).unwrap();
        assert_eq!((first.as_str(), dimension(&first)), ("Bq01", Some(Dimension::Basic)));
        assert_eq!(list.next_district_code(Some(Dimension::Basic), std::slice::from_ref(&first)).unwrap(), "Bq02");
        assert_eq!(list.next_code(Some(Dimension::Basic), &[first]).unwrap(), "B11");
        assert_eq!(CodeList::Platform.next_district_code(None, &[]).unwrap(), "pq01");
        assert_eq!(CodeList::TicketCategory.next_district_code(None, &["q01".into()]).unwrap(), "q02");
    }

    #[test]
    fn a_new_entry_gets_the_number_after_the_highest() {
        let next = |list: CodeList, dimension, own: &[&str]| {
            list.next_code(dimension, &own.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(next(CodeList::VisitorType, None, &[]).as_deref(), Some("14"));
        assert_eq!(next(CodeList::Platform, None, &["p22"]).as_deref(), Some("p23"));
        assert_eq!(next(CodeList::Platform, None, &["p98"]).as_deref(), Some("p100"));
        assert_eq!(next(CodeList::ServiceItem, Some(Dimension::Party), &["B11"]).as_deref(), Some("P07"));
        assert_eq!(next(CodeList::ServiceItem, None, &[]), None);
        assert_eq!(next(CodeList::TicketCategory, None, &["19"]).as_deref(), Some("20"));
    }

    #[test]
    fn an_item_of_the_station_has_the_dimension_of_its_letter() {
        for (dimension_of, first) in [(Dimension::Basic, "B11"), (Dimension::Added, "V12"), (Dimension::Party, "P07")] {
            let code = CodeList::ServiceItem.next_code(Some(dimension_of), &[]).unwrap();
            assert_eq!((code.as_str(), dimension(&code)), (first, Some(dimension_of)));
        }
    }
}
