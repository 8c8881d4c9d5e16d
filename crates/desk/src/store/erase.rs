//! Takes a person's values out of everything that waits, was sent or is shown. What hashes and counts need stays.

use super::Reader;
use super::project::OpenRow;
use crate::entry::Field;
use crate::kinds::find_kind;
use crate::{DeskError, Exchange};
use rusqlite::named_params;
use serde_json::Value;
use std::collections::BTreeSet;

impl Reader<'_> {
    /// Orders to erase somebody that this file has taken.
    pub(crate) fn count_orders(&self) -> Result<i64, DeskError> {
        Ok(self.0.prepare_cached("SELECT count(*) FROM erase_order")?.query_row([], |r| r.get(0))?)
    }
}

impl Exchange<'_> {
    /// Remembers an order as it was signed; `subjects` are its people. One that came from the hub is there already.
    pub fn put_order(
        &mut self,
        order: &str,
        subjects: &[String],
        message: &[u8],
        is_at_hub: bool,
    ) -> Result<(), DeskError> {
        let handed_at = is_at_hub.then(|| self.now());
        let sql = "INSERT INTO erase_order (id, station_id, subjects, message, taken_at, handed_at)
                   VALUES (:id, :station_id, :subjects, :message, :taken_at, :handed_at)
                   ON CONFLICT (id) DO UPDATE SET handed_at = coalesce(excluded.handed_at, handed_at)";
        self.tx().execute(
            sql,
            named_params! {
                ":id": order, ":station_id": self.station(), ":subjects": Value::from(subjects).to_string(),
                ":message": message, ":taken_at": self.now(), ":handed_at": handed_at,
            },
        )?;
        Ok(())
    }

    /// Orders of this desk that no hub has yet, as they were signed.
    pub fn list_unhanded_orders(&self) -> Result<Vec<Vec<u8>>, DeskError> {
        let sql = "SELECT message FROM erase_order WHERE handed_at IS NULL ORDER BY taken_at, id";
        let mut statement = self.tx().prepare_cached(sql)?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn note_handed(&mut self, order: &str) -> Result<(), DeskError> {
        let sql = "UPDATE erase_order SET handed_at = :at WHERE id = :id";
        self.tx().execute(sql, named_params! { ":at": self.now(), ":id": order })?;
        Ok(())
    }

    /// The orders as they were signed, in the order in which they were taken.
    pub fn list_orders(&self) -> Result<Vec<Vec<u8>>, DeskError> {
        let mut statement = self.tx().prepare_cached("SELECT message FROM erase_order ORDER BY taken_at, id")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes the personal values of one person out of outbox, sent-log and tables.
    pub fn erase_subject(&mut self, subject: &str) -> Result<(), DeskError> {
        self.erase_shown(subject)?;
        self.erase_waiting(subject)?;
        self.erase_sent(subject)
    }

    /// Takes the personal values of one person out of what waits. Their MACs stay, so that the chain is whole.
    pub fn erase_waiting(&mut self, subject: &str) -> Result<(), DeskError> {
        self.empty_entries("outbox", subject)
    }

    /// The same of what was sent.
    pub fn erase_sent(&mut self, subject: &str) -> Result<(), DeskError> {
        self.empty_entries("sent", subject)
    }

    /// A hub takes away what somebody writes about an erased person later on: so does the file.
    pub fn erase_sent_number(&mut self, number: i64) -> Result<(), DeskError> {
        let sql = "SELECT subject FROM sent
                   WHERE replica = (SELECT value FROM meta WHERE key = 'replica') AND number = :number";
        let subject: Option<String> = self.tx().query_row(sql, named_params! { ":number": number }, |r| r.get(0))?;
        subject.map_or(Ok(()), |subject| self.erase_sent(&subject))
    }

    /// The same of the tables that are shown.
    pub fn erase_shown(&mut self, subject: &str) -> Result<(), DeskError> {
        let mut rows = self.list_places("mirror", subject)?;
        for table in ["outbox", "sent"] {
            rows.extend(self.list_places(table, subject)?);
        }
        for (kind, id) in &rows {
            let Some(kind) = find_kind(kind) else { continue };
            let station = self.station();
            let row = OpenRow { kind, id, station: &station, subject: Some(subject), fields: Vec::new(), place: None };
            self.clear_personal(&row)?;
        }
        Ok(())
    }

    fn list_places(&self, table: &str, subject: &str) -> Result<BTreeSet<(String, String)>, DeskError> {
        let mut statement =
            self.tx().prepare(&format!("SELECT DISTINCT kind, id FROM {table} WHERE subject = :subject"))?;
        let rows = statement.query_map(named_params! { ":subject": subject }, |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn empty_entries(&mut self, table: &str, subject: &str) -> Result<(), DeskError> {
        let sql = format!("SELECT rowid, kind, fields FROM {table} WHERE subject = :subject");
        let mut statement = self.tx().prepare(&sql)?;
        let rows = statement.query_map(named_params! { ":subject": subject }, |r| {
            Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?))
        })?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        drop(statement);
        let sql = format!("UPDATE {table} SET fields = :fields WHERE rowid = :rowid");
        for (rowid, kind, fields) in rows {
            let Some(fields) = emptied(&kind, &fields) else { continue };
            self.tx().execute(&sql, named_params! { ":fields": fields, ":rowid": rowid })?;
        }
        Ok(())
    }
}

/// The fields without their personal values. Of a kind that this program does not know every value goes.
fn emptied(kind: &str, fields: &str) -> Option<String> {
    let mut fields: Vec<Field> = serde_json::from_str(fields).ok()?;
    let kind = find_kind(kind);
    let is_personal = |number| kind.is_none_or(|k| k.find_field(number).is_some_and(|field| field.is_personal));
    fields.iter_mut().filter(|f| is_personal(f.field)).for_each(|f| f.value = Value::Null);
    serde_json::to_string(&fields).ok()
}
