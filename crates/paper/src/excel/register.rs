//! R01, the register: one line per arrival. 称谓 at most, never a name or a phone; sensitive items stand beneath, uncounted
//! among the lines.

use super::Head;
use super::sheet::{Cell, Sheet};
use crate::PaperError;
use crate::words::{Labels, date, filled, list, word};
use chrono::{DateTime, FixedOffset, NaiveDateTime};

/// One arrival as it stands in the register.
#[derive(Debug, Clone)]
pub struct RegisterEntry {
    pub at_ms: i64,
    pub left_at_ms: Option<i64>,
    pub alias: Option<String>,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub people: i64,
    pub items: Vec<String>,
    pub channel: String,
    pub is_same_visit: bool,
    /// Who was on duty then.
    pub on_duty: Vec<String>,
}

/// `unlinked`: items that were given and belong to no line.
pub fn register(
    head: &Head,
    entries: &[RegisterEntry],
    unlinked: &[(String, i64)],
    labels: &Labels,
) -> Result<Vec<u8>, PaperError> {
    let widths = [6.0, 16.0, 9.0, 9.0, 16.0, 14.0, 12.0, 24.0, 10.0, 12.0, 10.0, 22.0];
    let mut sheet = Sheet::new(word("table", "register_sheet"), &widths)?;
    sheet.title(word("register", "ledger_title"))?;
    sheet.head(head)?;
    sheet.columns(&list("register", "ledger_columns"))?;
    for (number, entry) in (1..).zip(entries) {
        sheet.line(&line(number, entry, labels), false)?;
    }
    sheet.line(&total(entries), true)?;
    if !unlinked.is_empty() {
        sheet.note(&filled("register", "unlinked", &[("items", &items(unlinked, labels))]))?;
    }
    sheet.signatures()?;
    sheet.into_bytes()
}

fn line(number: i64, entry: &RegisterEntry, labels: &Labels) -> Vec<Cell> {
    let text = |t: String| Cell::Text(t);
    let comma = word("table", "mapping_comma");
    let given: Vec<String> = entry.items.iter().map(|i| labels.of("service_item", i)).collect();
    let platform = entry.platform.as_ref().map(|p| labels.of("platform", p));
    let at = local(entry.at_ms);
    vec![
        Cell::Count(number),
        text(date(at.date())),
        text(at.format("%H:%M").to_string()),
        text(entry.left_at_ms.map(|l| local(l).format("%H:%M").to_string()).unwrap_or_default()),
        text(entry.alias.clone().unwrap_or_default()),
        text(labels.of("visitor_type", &entry.visitor_type)),
        text(platform.unwrap_or_default()),
        text(given.join(comma)),
        text(word("register", &format!("channel_{}", entry.channel)).to_owned()),
        text(entry.on_duty.join(comma)),
        text(String::new()),
        text(remark(entry)),
    ]
}

fn remark(entry: &RegisterEntry) -> String {
    if entry.is_same_visit {
        return word("register", "same_visit").to_owned();
    }
    let people = entry.people.to_string();
    if entry.people > 1 { filled("register", "group", &[("n", &people)]) } else { String::new() }
}

fn total(entries: &[RegisterEntry]) -> Vec<Cell> {
    let visits: i64 = entries.iter().filter(|e| !e.is_same_visit).map(|e| e.people).sum();
    let mut cells = vec![
        Cell::Text(word("register", "total").to_owned()),
        Cell::Text(filled("register", "total_visits", &[("n", &visits.to_string())])),
    ];
    cells.resize_with(12, || Cell::Text(String::new()));
    cells
}

fn items(unlinked: &[(String, i64)], labels: &Labels) -> String {
    let one = |(item, n): &(String, i64)| {
        filled("table", "mapping_line", &[("type", &labels.of("service_item", item)), ("n", &n.to_string())])
    };
    unlinked.iter().map(one).collect::<Vec<_>>().join(word("table", "mapping_comma"))
}

fn local(at_ms: i64) -> NaiveDateTime {
    let offset = FixedOffset::east_opt(8 * 3600).expect("eight hours is a legal offset");
    DateTime::from_timestamp_millis(at_ms).unwrap_or_default().with_timezone(&offset).naive_local()
}
