//! What the district may see of a station: how it stands, what each day counted, its problems without words. A desk computes it
//! from its own rows and queues what differs from what was told (`sync.md`, derived rows); a district desk reads it.

use super::Reader;
use super::project::OpenRow;
use crate::kinds::{KindSpec, find_kind};
use crate::{DeskError, Exchange};
use fengxiang_domain::report::{Facts, Row, ServiceTally, Step, table};
use rusqlite::named_params;
use serde_json::{Value, json};

/// Version of the rules in this file. What a newer program computed stays as it is.
const MAKER: i64 = 1;
/// Parts that are computed in one transaction: a check-in waits no longer than that.
const PARTS_AT_ONCE: i64 = 40;
/// Stands in `board_due` for all problems.
const TICKETS: &str = "ticket";
/// What this desk said last of its station: where two desks cannot agree, neither says the same twice.
const STATION_TOLD: &str = "board_station_told";
/// Until the closed loop is there every problem waits to be accepted.
const SUBMITTED: &str = "submitted";

/// How a station stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardStationRow {
    pub station: String,
    pub code: String,
    pub name: String,
    pub level: String,
    pub address: String,
    pub phone: Option<String>,
    /// `open`, `closed` or `paused`.
    pub state: String,
    pub since: Option<i64>,
    pub reason: Option<String>,
    pub reopen_at: Option<i64>,
}

/// What a day of a station counted, or several days together; persons are then those of each day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardCounts {
    pub visits: i64,
    pub visitors: i64,
    pub basic: i64,
    pub added: i64,
    pub party: i64,
    pub self_counter: i64,
    pub backfill: i64,
}

/// A problem as the district sees it.
#[derive(Debug, Clone)]
pub struct BoardTicketRow {
    pub id: String,
    pub station: String,
    pub no: String,
    pub submitted_on: String,
    pub category: Option<String>,
    pub is_urgent: bool,
    pub group_size: Option<i64>,
    pub level: Option<String>,
    pub state: String,
    pub unit_kind: Option<String>,
    pub due_at: Option<i64>,
    pub title: Option<String>,
}

impl Reader<'_> {
    /// Those that are shut for a while come first.
    pub fn list_board_stations(&self) -> Result<Vec<BoardStationRow>, DeskError> {
        let sql = "SELECT station_id, code, name, level, address, phone, state, since, reason, reopen_at
                   FROM board_station ORDER BY state <> 'paused', code";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| {
            Ok(BoardStationRow {
                station: r.get(0)?,
                code: r.get(1)?,
                name: r.get(2)?,
                level: r.get(3)?,
                address: r.get(4)?,
                phone: r.get(5)?,
                state: r.get(6)?,
                since: r.get(7)?,
                reason: r.get(8)?,
                reopen_at: r.get(9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The sum of some days of one station, both ends included.
    pub fn sum_board_days(&self, station: &str, from: &str, to: &str) -> Result<BoardCounts, DeskError> {
        let sql =
            "SELECT coalesce(sum(visit_count), 0), coalesce(sum(visitor_count), 0), coalesce(sum(basic_count), 0),
                          coalesce(sum(added_count), 0), coalesce(sum(party_count), 0),
                          coalesce(sum(self_counter_count), 0), coalesce(sum(backfill_count), 0)
                   FROM board_day WHERE station_id = :station AND business_on BETWEEN :from AND :to";
        let params = named_params! { ":station": station, ":from": from, ":to": to };
        Ok(self.0.prepare_cached(sql)?.query_row(params, |r| counts(r, 0))?)
    }

    /// The days of one station, the newest first.
    pub fn list_board_days(
        &self,
        station: &str,
        from: &str,
        to: &str,
    ) -> Result<Vec<(String, BoardCounts)>, DeskError> {
        let sql = "SELECT business_on, visit_count, visitor_count, basic_count, added_count, party_count,
                          self_counter_count, backfill_count
                   FROM board_day WHERE station_id = :station AND business_on BETWEEN :from AND :to
                   ORDER BY business_on DESC";
        let mut statement = self.0.prepare_cached(sql)?;
        let params = named_params! { ":station": station, ":from": from, ":to": to };
        let rows = statement.query_map(params, |r| Ok((r.get(0)?, counts(r, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Problems of one station or of all, urgent ones first, then the newest.
    pub fn list_board_tickets(&self, station: Option<&str>, limit: i64) -> Result<Vec<BoardTicketRow>, DeskError> {
        let sql = "SELECT id, station_id, no, submitted_on, category, is_urgent, group_size, level, state, unit_kind, due_at, title
                   FROM board_ticket WHERE :station IS NULL OR station_id = :station
                   ORDER BY is_urgent DESC, submitted_on DESC, no DESC LIMIT :limit";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":station": station, ":limit": limit }, |r| {
            Ok(BoardTicketRow {
                id: r.get(0)?,
                station: r.get(1)?,
                no: r.get(2)?,
                submitted_on: r.get(3)?,
                category: r.get(4)?,
                is_urgent: r.get(5)?,
                group_size: r.get(6)?,
                level: r.get(7)?,
                state: r.get(8)?,
                unit_kind: r.get(9)?,
                due_at: r.get(10)?,
                title: r.get(11)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Items that may be told already: a sensitive one only when it stands in the outbox, a day late.
    fn list_told_services(&self, on: &str) -> Result<Vec<ServiceTally>, DeskError> {
        let sql = "SELECT item, sum(people) FROM service WHERE business_on = :on AND is_queued = 1 GROUP BY item
                   UNION ALL
                   SELECT s.item, -s.people
                   FROM (SELECT DISTINCT service_id FROM service_void WHERE is_queued = 1) x JOIN service s ON s.id = x.service_id
                   WHERE s.business_on = :on AND s.is_queued = 1";
        let day = on.parse().map_err(|_| DeskError::DamagedDatabase("service.business_on".into()))?;
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":on": on }, |r| {
            Ok(ServiceTally { on: day, item: r.get(0)?, count: r.get(1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn count_board_day(&self, on: &str) -> Result<Row, DeskError> {
        let day = on.parse().map_err(|_| DeskError::DamagedDatabase("visit.business_on".into()))?;
        let arrivals = self.get_visit_facts(on, on)?;
        let facts = Facts { services: self.list_told_services(on)?, ..arrivals };
        Ok(table(&facts, Step::Day, day, day).total)
    }
}

fn counts(r: &rusqlite::Row, from: usize) -> rusqlite::Result<BoardCounts> {
    Ok(BoardCounts {
        visits: r.get(from)?,
        visitors: r.get(from + 1)?,
        basic: r.get(from + 2)?,
        added: r.get(from + 3)?,
        party: r.get(from + 4)?,
        self_counter: r.get(from + 5)?,
        backfill: r.get(from + 6)?,
    })
}

impl Exchange<'_> {
    /// Computes what has changed and queues what differs from what was told; returns how many rows that are. Some of it stays
    /// for the next time when much has changed.
    pub fn derive_board(&mut self) -> Result<usize, DeskError> {
        let mut told = usize::from(self.tell_station()?);
        for part in self.list_due()? {
            told += match part.as_str() {
                TICKETS => self.tell_tickets()?,
                day => usize::from(self.tell_day(day)?),
            };
            let sql = "DELETE FROM board_due WHERE station_id = :station AND part = :part";
            self.tx().execute(sql, named_params! { ":station": self.station(), ":part": part })?;
        }
        Ok(told)
    }

    /// All of the board is to be computed again.
    pub(super) fn mark_board_due(&mut self) -> Result<(), DeskError> {
        // Without the condition SQLite takes what follows for that of a join.
        let sql = "INSERT INTO board_due (station_id, part) SELECT DISTINCT :station, business_on FROM visit
                   UNION SELECT DISTINCT :station, business_on FROM service UNION SELECT :station, :tickets WHERE true
                   ON CONFLICT DO NOTHING";
        self.tx().execute(sql, named_params! { ":station": self.station(), ":tickets": TICKETS })?;
        self.remove_state(STATION_TOLD)
    }

    /// The board has a new key, which whoever has the old one may lack: all of it is told again.
    pub fn tell_board_again(&mut self) -> Result<(), DeskError> {
        for table in ["board_station", "board_day", "board_ticket"] {
            let sql = format!("DELETE FROM {table} WHERE station_id = :station");
            self.tx().execute(&sql, named_params! { ":station": self.station() })?;
        }
        self.mark_board_due()
    }

    /// The newest days first, after the problems.
    fn list_due(&self) -> Result<Vec<String>, DeskError> {
        let sql = "SELECT part FROM board_due WHERE station_id = :station ORDER BY part DESC LIMIT :limit";
        let mut statement = self.tx().prepare_cached(sql)?;
        let params = named_params! { ":station": self.station(), ":limit": PARTS_AT_ONCE };
        let rows = statement.query_map(params, |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn tell_station(&mut self) -> Result<bool, DeskError> {
        let value = self.station_value()?;
        let text = value.to_string();
        if self.find_state(STATION_TOLD)?.as_ref() == Some(&text) {
            return Ok(false);
        }
        self.put_state(STATION_TOLD, &text)?;
        let id = self.writer.computed_id("board_station");
        self.tell("board_station", &id, &value)
    }

    fn station_value(&self) -> Result<Value, DeskError> {
        let reader = self.writer.reader();
        let station = reader.get_station()?;
        let (pause, shift) = (reader.find_pause()?, reader.find_last_shift()?.map(|row| row.shift).unwrap_or_default());
        let (state, since) = match (&pause, shift.is_open()) {
            (Some(pause), _) => ("paused", Some(pause.at)),
            (None, true) => ("open", shift.opened_at),
            (None, false) => ("closed", shift.closed_at),
        };
        Ok(json!({
            "maker": MAKER, "code": station.code, "name": station.name, "level": station.level, "address": station.address,
            "phone": station.phone, "state": state, "since": since, "reason": pause.as_ref().map(|p| &p.reason),
            "reopen_at": pause.as_ref().and_then(|p| p.reopen_at),
        }))
    }

    fn tell_day(&mut self, on: &str) -> Result<bool, DeskError> {
        let row = self.writer.reader().count_board_day(on)?;
        let value = json!({
            "maker": MAKER, "on": on, "visits": row.visit_count, "visitors": row.visitor_count, "basic": row.basic_count,
            "added": row.added_count, "party": row.party_count, "self": row.self_counter_count,
            "backfill": row.backfill_count, "types": row.by_type,
        });
        let id = self.writer.computed_id(&format!("board_day {on}"));
        self.tell("board_day", &id, &value)
    }

    fn tell_tickets(&mut self) -> Result<usize, DeskError> {
        let tickets = self.list_ticket_values()?;
        let mut told = 0;
        for (ticket, value) in tickets {
            let id = self.writer.computed_id(&format!("board_ticket {ticket}"));
            told += usize::from(self.tell("board_ticket", &id, &value)?);
        }
        Ok(told)
    }

    /// Each with the title that was confirmed last; one that went with its person is none.
    fn list_ticket_values(&self) -> Result<Vec<(String, Value)>, DeskError> {
        let sql = "SELECT t.id, t.no, t.at, t.category, t.is_urgent, t.group_size,
                          (SELECT nullif(x.title, '') FROM ticket_title x WHERE x.ticket_id = t.id
                           ORDER BY x.at DESC, x.id DESC LIMIT 1)
                   FROM ticket t";
        let mut statement = self.tx().prepare_cached(sql)?;
        let rows = statement.query_map([], |r| {
            let at: i64 = r.get(2)?;
            let value = json!({
                "maker": MAKER, "no": r.get::<_, String>(1)?, "on": self.writer.business_on(at),
                "category": r.get::<_, Option<String>>(3)?, "urgent": r.get::<_, bool>(4)?,
                "group": r.get::<_, Option<i64>>(5)?, "level": null, "state": SUBMITTED, "unit": null, "due": null,
                "title": r.get::<_, Option<String>>(6)?,
            });
            Ok((r.get(0)?, value))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Queues a value that differs from what the table has. Returns whether it does.
    fn tell(&mut self, kind: &str, id: &str, value: &Value) -> Result<bool, DeskError> {
        let Some(spec) = find_kind(kind) else { return Ok(false) };
        let told = self.writer.find_derived(spec, id)?;
        let is_newer = told.as_ref().and_then(|told| told["maker"].as_i64()).is_some_and(|maker| maker > MAKER);
        if is_newer || told.as_ref() == Some(value) {
            return Ok(false);
        }
        self.show_derived(spec, id, value)?;
        self.writer.record_derived(kind, id, value.clone());
        Ok(true)
    }

    fn show_derived(&mut self, kind: &'static KindSpec, id: &str, value: &Value) -> Result<(), DeskError> {
        let station = self.station();
        let fields = vec![(1, value.clone())];
        self.project(&OpenRow { kind, id, station: &station, subject: None, fields, place: None }).map(drop)
    }
}
