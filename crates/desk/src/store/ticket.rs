//! A problem heard at the counter gets its number. What becomes of it is the closed loop's business.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::{StaffId, VisitorId};
use fengxiang_domain::number::NumberKind;
use rusqlite::{OptionalExtension, Row, named_params};
use serde_json::json;

pub struct NewTicket {
    pub sentence: String,
    pub phone: Option<String>,
    pub category: Option<String>,
    pub is_urgent: bool,
    pub group_size: Option<i64>,
}

#[derive(Debug)]
pub struct TicketRow {
    pub id: String,
    pub no: String,
    pub at: i64,
    pub sentence: String,
    pub category: Option<String>,
    pub is_urgent: bool,
    pub group_size: Option<i64>,
    /// As it may be seen outside, once somebody confirmed it.
    pub title: Option<String>,
}

/// Ten characters of thirty-two: fifty random bits, so that a slip cannot be guessed.
const SLIP_CHARS: usize = 10;

const COLUMNS: &str = "t.id, t.no, t.at, t.sentence, t.category, t.is_urgent, t.group_size,
    (SELECT nullif(x.title, '') FROM ticket_title x WHERE x.ticket_id = t.id ORDER BY x.at DESC, x.id DESC LIMIT 1)
    FROM ticket t";

fn ticket_row(r: &Row) -> rusqlite::Result<TicketRow> {
    Ok(TicketRow {
        id: r.get(0)?,
        no: r.get(1)?,
        at: r.get(2)?,
        sentence: r.get(3)?,
        category: r.get(4)?,
        is_urgent: r.get(5)?,
        group_size: r.get(6)?,
        title: r.get(7)?,
    })
}

impl Reader<'_> {
    /// The newest first, urgent ones before all; only those that one person wrote down, if a name is given.
    pub fn list_tickets(&self, taken_by: Option<StaffId>, limit: i64) -> Result<Vec<TicketRow>, DeskError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE :taken_by IS NULL OR t.taken_by = :taken_by
             ORDER BY t.is_urgent DESC, t.at DESC LIMIT :limit"
        );
        let taken_by = taken_by.map(|s| s.to_string());
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":taken_by": taken_by, ":limit": limit }, ticket_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a person told, as far as their phone tells.
    pub fn list_person_tickets(&self, id: VisitorId, limit: i64) -> Result<Vec<TicketRow>, DeskError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE t.phone IN (SELECT phone FROM visitor WHERE id = :id OR merged_into = :id)
             ORDER BY t.at DESC LIMIT :limit"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":id": id.to_string(), ":limit": limit }, ticket_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The subjects under which a person stands anywhere: every entry of their group, and the problems told with their phone.
    pub fn list_subjects_of(&self, id: VisitorId) -> Result<Vec<String>, DeskError> {
        let sql = "WITH entry (id, phone) AS (
                       SELECT id, phone FROM visitor
                       WHERE coalesce(merged_into, id) = (SELECT coalesce(merged_into, id) FROM visitor WHERE id = :id))
                   SELECT id FROM entry UNION SELECT t.id FROM ticket t JOIN entry e ON e.phone = t.phone";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":id": id.to_string() }, |r| r.get(0))?;
        let subjects: Vec<String> = rows.collect::<Result<_, _>>()?;
        if subjects.is_empty() { Err(DeskError::NotFound) } else { Ok(subjects) }
    }

    /// Names by which persons are known here, of visitors and staff: none may stand in a title. A form of address of two
    /// characters is most often a calling, which many share.
    pub fn list_known_names(&self) -> Result<Vec<String>, DeskError> {
        let sql = "SELECT name FROM visitor WHERE name <> '' UNION SELECT alias FROM visitor WHERE length(alias) > 2
                   UNION SELECT name FROM staff WHERE name <> ''";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many wait to be accepted: all, until the closed loop is there.
    pub fn count_pending_tickets(&self) -> Result<i64, DeskError> {
        Ok(self.0.query_row("SELECT count(*) FROM ticket", [], |r| r.get(0))?)
    }
}

impl Writer<'_> {
    /// Takes a problem down. Without a phone the rider gets a slip code, of which only a keyed hash stays here.
    pub fn add_ticket(&mut self, new: &NewTicket) -> Result<(String, Option<String>), DeskError> {
        let (id, no) = (self.new_id(), self.next_no(NumberKind::Ticket)?);
        let taken_by = self.actor.map(|a| a.to_string());
        let slip = new.phone.is_none().then(|| self.slip_code());
        // Bound to its ticket, and under a key of the station: whoever has the row alone cannot try codes out.
        let slip_hash =
            slip.as_deref().map(|s| *blake3::keyed_hash(self.slip_key, format!("{id} {s}").as_bytes()).as_bytes());
        self.tx.execute(
            "INSERT INTO ticket (id, station_id, no, at, sentence, phone, slip_hash, category, is_urgent, group_size, taken_by)
             VALUES (:id, :station_id, :no, :at, :sentence, :phone, :slip_hash, :category, :is_urgent, :group_size, :taken_by)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":no": no, ":at": self.now, ":sentence": new.sentence,
                ":phone": new.phone, ":slip_hash": slip_hash, ":category": new.category, ":is_urgent": new.is_urgent,
                ":group_size": new.group_size, ":taken_by": taken_by,
            },
        )?;
        let countable = json!({ "no": no, "at": self.now, "category": new.category, "urgent": new.is_urgent, "group": new.group_size, "by": taken_by });
        let personal = json!({ "sentence": new.sentence, "phone": new.phone, "slip_hash": slip_hash });
        self.record_fact("ticket_submit", &id, countable, Some((id.clone(), personal)));
        self.touch(Kind::Ticket, Some(&id));
        Ok((no, slip))
    }

    /// Confirms a title for the district. It goes with the person who told the problem.
    pub fn confirm_title(&mut self, ticket: &str, title: &str) -> Result<(), DeskError> {
        let found =
            self.tx.query_row("SELECT 1 FROM ticket WHERE id = :id", named_params! { ":id": ticket }, |_| Ok(()));
        found.optional()?.ok_or(DeskError::NotFound)?;
        let (id, by) = (self.new_id(), self.actor.map(|a| a.to_string()).unwrap_or_default());
        self.tx.execute(
            "INSERT INTO ticket_title (id, station_id, ticket_id, at, confirmed_by, title)
             VALUES (:id, :station_id, :ticket, :at, :by, :title)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":ticket": ticket, ":at": self.now, ":by": by,
                ":title": title,
            },
        )?;
        let countable = json!({ "at": self.now, "ticket": ticket, "by": by });
        self.record_fact("ticket_title", &id, countable, Some((ticket.to_owned(), json!({ "title": title }))));
        self.touch(Kind::Ticket, Some(ticket));
        Ok(())
    }

    fn slip_code(&self) -> String {
        const PLAIN: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let mut random = [0; SLIP_CHARS];
        self.ids.fill(&mut random);
        random.iter().map(|b| char::from(PLAIN[usize::from(b % 32)])).collect()
    }
}
