//! What visitors are found by, one row per beginning, so that every search is a walk along one index.

use super::Reader;
use super::visitor::{VISITOR, VisitorRow, visitor_row};
use crate::{DeskError, Writer};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::names::{search_key, search_keys};
use rusqlite::named_params;
use std::collections::HashSet;

/// More hits than fit on a screen help nobody.
const HITS_MAX: usize = 20;
/// A person may be found by several keys at once.
const KEYS_MAX: i64 = 80;
/// Sorts behind every text.
const LAST: char = '\u{10ffff}';

/// The keys a typed text matches, first and last.
pub(super) struct KeyRange {
    pub from: String,
    pub to: String,
}

impl KeyRange {
    /// Digits must be whole (a phone, its last four, the end of a 称谓); anything else may go on. `None` for no text.
    pub fn of(text: &str) -> Option<Self> {
        let from = search_key(text);
        let to = if from.bytes().all(|b| b.is_ascii_digit()) { from.clone() } else { format!("{from}{LAST}") };
        (!from.is_empty()).then_some(Self { from, to })
    }
}

impl Reader<'_> {
    /// Who is meant by a card number, last four digits, phone, name, pinyin or initials; the closest match first. Somebody
    /// found by an entry that was merged away is shown as the entry that stands for both.
    pub fn search_visitors(&self, text: &str) -> Result<Vec<VisitorRow>, DeskError> {
        let Some(KeyRange { from, to }) = KeyRange::of(text) else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT {VISITOR} FROM visitor_key k CROSS JOIN visitor e ON e.search_no = k.visitor_no
             CROSS JOIN visitor v ON v.id = coalesce(e.merged_into, e.id)
             WHERE k.key BETWEEN :from AND :to ORDER BY k.key, k.visitor_no LIMIT {KEYS_MAX}"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":from": from, ":to": to }, visitor_row)?;
        let mut seen = HashSet::new();
        let mut hits = rows.collect::<Result<Vec<_>, _>>()?;
        hits.retain(|row| seen.insert(row.id.clone()));
        hits.truncate(HITS_MAX);
        Ok(hits)
    }
}

impl Writer<'_> {
    /// Writes the keys of a visitor down.
    pub(super) fn index_visitor(&mut self, id: VisitorId) -> Result<(), DeskError> {
        self.for_each_key(id, "INSERT INTO visitor_key (key, visitor_no) VALUES (:key, :no)")
    }

    /// Takes the keys of a visitor away; to be called while the entry still is what they were computed from.
    pub(super) fn unindex_visitor(&mut self, id: VisitorId) -> Result<(), DeskError> {
        self.for_each_key(id, "DELETE FROM visitor_key WHERE key = :key AND visitor_no = :no")
    }

    fn for_each_key(&self, id: VisitorId, sql: &str) -> Result<(), DeskError> {
        let entry = "SELECT search_no, card_no, alias, name, phone FROM visitor WHERE id = :id";
        let (no, card_no, alias, name, phone): (i64, String, String, Option<String>, Option<String>) =
            self.tx.query_row(entry, named_params! { ":id": id.to_string() }, |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))
            })?;
        let mut statement = self.tx.prepare_cached(sql)?;
        for key in search_keys(&card_no, &alias, name.as_deref(), phone.as_deref()) {
            statement.execute(named_params! { ":key": key, ":no": no })?;
        }
        Ok(())
    }
}
