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

/// Medicine kit, legal advice, clinic, counselling, member report-in, organisation life and joining: who used them is
/// nobody's business (`ui.md`, front desk), so no row may tie them to a person.
const SENSITIVE: [&str; 7] = ["B04", "V02", "V06", "V07", "P01", "P02", "P06"];

pub fn is_sensitive(item: &str) -> bool {
    SENSITIVE.contains(&item)
}

/// The dimension of an item, by the letter of its code; a station's own items follow the same rule.
pub fn dimension(item: &str) -> Option<Dimension> {
    let (letter, number) = item.split_at_checked(1)?;
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
