//! A problem heard at the counter gets its number. What becomes of it is the closed loop's business.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::number::ticket_no;
use fengxiang_domain::time::business_on;
use rusqlite::{OptionalExtension, named_params};
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
}

const COUNTER: &str = "ticket_counter";
/// The desk letter of a station set up alone; enrolment gives others.
const DESK_LETTER: char = 'A';
/// Ten characters of thirty-two: fifty random bits, so that a slip cannot be guessed.
const SLIP_CHARS: usize = 10;

impl Reader<'_> {
    pub fn list_tickets(&self, limit: i64) -> Result<Vec<TicketRow>, DeskError> {
        let sql = "SELECT id, no, at, sentence, category, is_urgent, group_size FROM ticket ORDER BY is_urgent DESC, at DESC LIMIT :limit";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":limit": limit }, |r| {
            Ok(TicketRow {
                id: r.get(0)?,
                no: r.get(1)?,
                at: r.get(2)?,
                sentence: r.get(3)?,
                category: r.get(4)?,
                is_urgent: r.get(5)?,
                group_size: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Takes a problem down. Without a phone the rider gets a slip code, of which only a keyed hash stays here.
    pub fn add_ticket(&mut self, new: &NewTicket) -> Result<(String, Option<String>), DeskError> {
        let (id, no) = (self.new_id(), self.next_ticket_no()?);
        let slip = new.phone.is_none().then(|| self.slip_code());
        let slip_hash =
            slip.as_deref().map(|s| blake3::derive_key("fengxiang 2026 ticket slip", format!("{id} {s}").as_bytes()));
        self.tx.execute(
            "INSERT INTO ticket (id, station_id, no, at, sentence, phone, slip_hash, category, is_urgent, group_size)
             VALUES (:id, :station_id, :no, :at, :sentence, :phone, :slip_hash, :category, :is_urgent, :group_size)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":no": no, ":at": self.now, ":sentence": new.sentence,
                ":phone": new.phone, ":slip_hash": slip_hash, ":category": new.category, ":is_urgent": new.is_urgent,
                ":group_size": new.group_size,
            },
        )?;
        let countable = json!({ "no": no, "at": self.now, "category": new.category, "urgent": new.is_urgent, "group": new.group_size });
        let personal = json!({ "sentence": new.sentence, "phone": new.phone, "slip_hash": slip_hash });
        self.record_fact("ticket_submit", &id, countable, Some((id.clone(), personal)));
        self.touch(Kind::Ticket, Some(&id));
        Ok((no, slip))
    }

    fn next_ticket_no(&mut self) -> Result<String, DeskError> {
        let sql = "SELECT value FROM meta WHERE key = :key";
        let last: Option<String> =
            self.tx.query_row(sql, named_params! { ":key": COUNTER }, |r| r.get(0)).optional()?;
        let next = last.and_then(|l| l.parse::<u32>().ok()).unwrap_or(0) + 1;
        self.tx.execute(
            "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            named_params! { ":key": COUNTER, ":value": next.to_string() },
        )?;
        let station = self.reader().get_station()?;
        Ok(ticket_no(&station.code, business_on(self.now, 0), DESK_LETTER, next))
    }

    fn slip_code(&self) -> String {
        const PLAIN: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        let mut random = [0; SLIP_CHARS];
        self.ids.fill(&mut random);
        random.iter().map(|b| char::from(PLAIN[usize::from(b % 32)])).collect()
    }
}
