//! Acts of shifts, what one shift hands to the next, and the times a station was shut for a while.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::shift::{CheckResult, Shift, ShiftAct, fold};
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;
use uuid::Uuid;

/// The shift that was opened last, folded.
#[derive(Debug)]
pub struct ShiftRow {
    pub id: String,
    pub shift: Shift,
}

/// Something the next shift must know; open until somebody ticks it.
#[derive(Debug)]
pub struct HandoverRow {
    pub id: String,
    pub at: i64,
    pub text: String,
    pub is_done: bool,
}

/// 临时关闭: shut until further notice, with the reason and the expected end.
#[derive(Debug)]
pub struct PauseRow {
    pub at: i64,
    pub reason: String,
    pub reopen_at: Option<i64>,
}

impl Reader<'_> {
    pub fn find_last_shift(&self) -> Result<Option<ShiftRow>, DeskError> {
        let sql = "SELECT shift_id FROM shift_act ORDER BY place IS NULL DESC, place DESC, rowid DESC LIMIT 1";
        let id: Option<String> = self.0.query_row(sql, [], |r| r.get(0)).optional()?;
        id.map(|id| Ok(ShiftRow { shift: fold(&self.list_shift_acts(&id)?), id })).transpose()
    }

    /// When the station was closed last. A shift that handed over did not close it.
    pub fn find_last_closing(&self) -> Result<Option<i64>, DeskError> {
        let sql = "SELECT at FROM shift_act WHERE body ->> 'act' = 'close' AND NOT coalesce(body ->> 'is_handover', 0)
                   ORDER BY place IS NULL DESC, place DESC, rowid DESC LIMIT 1";
        Ok(self.0.prepare_cached(sql)?.query_row([], |r| r.get(0)).optional()?)
    }

    fn list_shift_acts(&self, shift: &str) -> Result<Vec<(i64, ShiftAct)>, DeskError> {
        // As the hub accepted them; those it has not seen yet come last.
        let sql = "SELECT at, body FROM shift_act WHERE shift_id = :shift ORDER BY place IS NULL, place, rowid";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows =
            statement.query_map(named_params! { ":shift": shift }, |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))?;
        let mut acts = Vec::new();
        for row in rows {
            let (at, body) = row?;
            // An act of a newer program is kept and has no effect here.
            acts.extend(serde_json::from_str(&body).ok().map(|act| (at, act)));
        }
        Ok(acts)
    }

    /// Open items, and those ticked since the given moment.
    pub fn list_handovers(&self, ticked_since: i64) -> Result<Vec<HandoverRow>, DeskError> {
        let sql = "SELECT h.id, h.at, h.text, t.id IS NOT NULL FROM handover h LEFT JOIN handover_tick t ON t.handover_id = h.id
                   WHERE t.at IS NULL OR t.at >= :since GROUP BY h.id ORDER BY h.at";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":since": ticked_since }, |r| {
            Ok(HandoverRow { id: r.get(0)?, at: r.get(1)?, text: r.get(2)?, is_done: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn find_pause(&self) -> Result<Option<PauseRow>, DeskError> {
        let sql = "SELECT at, reason, reopen_at FROM station_pause ORDER BY place IS NULL DESC, place DESC, rowid DESC LIMIT 1";
        let last =
            self.0.query_row(sql, [], |r| Ok((r.get(0)?, r.get::<_, Option<String>>(1)?, r.get(2)?))).optional()?;
        Ok(last.and_then(|(at, reason, reopen_at)| reason.map(|reason| PauseRow { at, reason, reopen_at })))
    }
}

impl Writer<'_> {
    /// Adds an act to a shift; one that would have no effect is refused before it is written.
    pub fn add_shift_act(&mut self, act: &ShiftAct) -> Result<String, DeskError> {
        let last = self.reader().find_last_shift()?;
        let (id, shift) = match last {
            Some(row) if row.shift.is_open() || !matches!(act, ShiftAct::Open { .. }) => (row.id, row.shift),
            _ => (self.new_id(), Shift::default()),
        };
        if !shift.permits(act) {
            return Err(DeskError::NotLegalNow);
        }
        self.insert_shift_act(&id, act)?;
        Ok(id)
    }

    /// Signs everybody out by name, ends the shift and begins the next with those who stay or come.
    pub fn hand_over_shift(&mut self, checks: &[CheckResult], coming: &[Uuid]) -> Result<(), DeskError> {
        let shift = self.reader().find_last_shift()?.map(|row| row.shift).unwrap_or_default();
        let leaving = shift.duties.iter().filter(|d| d.out_at.is_none()).map(|d| ShiftAct::SignOut { staff: d.staff });
        let close = ShiftAct::Close { checks: checks.to_vec(), is_handover: true };
        let turn = [close, ShiftAct::Open { checks: checks.to_vec() }];
        let arriving = coming.iter().map(|staff| ShiftAct::SignIn { staff: *staff });
        for act in leaving.chain(turn).chain(arriving) {
            self.add_shift_act(&act)?;
        }
        Ok(())
    }

    fn insert_shift_act(&mut self, shift: &str, act: &ShiftAct) -> Result<(), DeskError> {
        let id = self.new_id();
        let body = serde_json::to_value(act).expect("an act is plain data");
        self.tx.execute(
            "INSERT INTO shift_act (id, station_id, shift_id, at, body) VALUES (:id, :station_id, :shift_id, :at, :body)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":shift_id": shift, ":at": self.now, ":body": body.to_string(),
            },
        )?;
        self.record_fact("shift_act", &id, json!({ "shift": shift, "at": self.now, "body": body }), None);
        self.touch(Kind::Shift, Some(shift));
        Ok(())
    }

    pub fn add_handover(&mut self, text: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO handover (id, station_id, at, text) VALUES (:id, :station_id, :at, :text)",
            named_params! { ":id": id, ":station_id": self.station.to_string(), ":at": self.now, ":text": text },
        )?;
        let personal = (id.clone(), json!({ "text": text }));
        self.record_fact("handover", &id, json!({ "at": self.now }), Some(personal));
        self.touch(Kind::Shift, Some(&id));
        Ok(())
    }

    pub fn tick_handover(&mut self, handover: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        let added = self.tx.execute(
            "INSERT INTO handover_tick (id, station_id, handover_id, at)
             SELECT :id, station_id, id, :at FROM handover WHERE id = :handover
             AND NOT EXISTS (SELECT 1 FROM handover_tick WHERE handover_id = :handover)",
            named_params! { ":id": id, ":at": self.now, ":handover": handover },
        )?;
        if added == 0 {
            return Err(DeskError::NotFound);
        }
        self.record_fact("handover_tick", &id, json!({ "handover": handover, "at": self.now }), None);
        self.touch(Kind::Shift, Some(handover));
        Ok(())
    }

    /// Shuts the station for a while, or opens it again (no reason).
    pub fn pause_station(&mut self, reason: Option<&str>, reopen_at: Option<i64>) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO station_pause (id, station_id, at, reason, reopen_at) VALUES (:id, :station_id, :at, :reason, :reopen_at)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":at": self.now, ":reason": reason, ":reopen_at": reopen_at,
            },
        )?;
        self.record_fact(
            "station_pause",
            &id,
            json!({ "at": self.now, "reason": reason, "reopen_at": reopen_at }),
            None,
        );
        self.touch(Kind::Shift, Some(&id));
        Ok(())
    }
}
