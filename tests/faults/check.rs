//! After a fault: every acknowledged operation is there once and equal, nothing stands half, file and chains are whole.
//! Looks into the file with a connection of its own.

use crate::faults::ledger::Line;
use crate::outside::{Station, ask, signed_in, surroundings};
use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::HashMap;

/// What a round has shown.
#[derive(Debug, Default)]
pub struct Verdict {
    pub lost: u64,
    pub doubled: u64,
    pub faults: Vec<String>,
}

impl Verdict {
    pub fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    pub fn lose(&mut self, text: String) {
        self.lost += 1;
        self.fault(format!("lost: {text}"));
    }

    pub fn double(&mut self, text: String) {
        self.doubled += 1;
        self.fault(format!("doubled: {text}"));
    }

    /// An operation must be there exactly once.
    fn expect_once(&mut self, count: i64, what: impl Fn() -> String) {
        match count {
            1 => {}
            0 => self.lose(what()),
            _ => self.double(what()),
        }
    }
}

/// Opens the station as at the next start, and checks file, chains and every line of the ledger. At most `in_flight`
/// operations may stand in the file that were never acknowledged: killed between commit and answer.
pub fn check_station(station: &Station, ledger: &[Line], in_flight: usize) -> Verdict {
    let mut verdict = Verdict::default();
    if let Err(error) = check_through_app(station, &mut verdict) {
        verdict.fault(format!("{error:#}"));
    }
    let looked = station.read().and_then(|file| {
        check_file(&file, &mut verdict)?;
        check_halves(&file, &mut verdict)?;
        check_ledger(&file, ledger, &mut verdict)?;
        check_unacknowledged(&file, ledger, in_flight, &mut verdict)
    });
    if let Err(error) = looked {
        verdict.fault(format!("{error:#}"));
    }
    verdict
}

fn check_through_app(station: &Station, verdict: &mut Verdict) -> Result<()> {
    let app = match signed_in(&station.folder, surroundings()) {
        Ok(app) => app,
        Err(failure) => {
            verdict.fault(format!("does not open: {} {:?}", failure.code, failure.params));
            return Ok(());
        }
    };
    let chains = ask(&app, "trail_verify", serde_json::Value::Null)?;
    if !chains["broken_at"].is_null() {
        verdict.fault(format!("a chain is broken: {chains}"));
    }
    Ok(())
}

/// What SQLite and SQLCipher themselves find wrong with the file.
pub fn check_file(file: &Connection, verdict: &mut Verdict) -> Result<()> {
    for pragma in ["cipher_integrity_check", "integrity_check", "foreign_key_check"] {
        let mut statement = file.prepare(&format!("PRAGMA {pragma}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            if text != "ok" {
                verdict.fault(format!("{pragma}: {text}"));
            }
        }
    }
    Ok(())
}

/// Each fact has its entry, each entry its fact, each transaction its line in the trail; numbers are dense.
fn check_halves(file: &Connection, verdict: &mut Verdict) -> Result<()> {
    const HALVES: [(&str, &str); 9] = [
        (
            "visit without entry",
            "SELECT count(*) FROM visit v WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = 'visit' AND o.id = v.id)",
        ),
        (
            "service without entry",
            "SELECT count(*) FROM service s WHERE is_queued = 1 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = 'service' AND o.id = s.id)",
        ),
        (
            "leaving without entry",
            "SELECT count(*) FROM visit_leave l WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = 'visit_leave' AND o.id = l.id)",
        ),
        (
            "void without entry",
            "SELECT count(*) FROM visit_void x WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.kind = 'visit_void' AND o.id = x.id)",
        ),
        (
            "entry without visit",
            "SELECT count(*) FROM outbox o WHERE o.kind = 'visit' AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = o.id)",
        ),
        (
            "entry without service",
            "SELECT count(*) FROM outbox o WHERE o.kind = 'service' AND NOT EXISTS (SELECT 1 FROM service s WHERE s.id = o.id)",
        ),
        (
            "visit without trail line",
            "SELECT count(*) FROM visit WHERE id NOT IN (SELECT object FROM trail WHERE object IS NOT NULL)",
        ),
        ("outbox numbers not dense", "SELECT coalesce(max(number), 0) - count(*) FROM outbox"),
        ("trail lines not dense", "SELECT coalesce(max(seq), 0) - count(*) FROM trail"),
    ];
    for (what, sql) in HALVES {
        let count: i64 = file.query_row(sql, [], |r| r.get(0))?;
        if count != 0 {
            verdict.fault(format!("{what}: {count}"));
        }
    }
    for (act, table) in [("void_visit", "visit_void"), ("leave_visit", "visit_leave")] {
        let sql = format!("SELECT (SELECT count(*) FROM trail WHERE act = :act) - (SELECT count(*) FROM {table})");
        let off: i64 = file.query_row(&sql, named_params! { ":act": act }, |r| r.get(0))?;
        if off != 0 {
            verdict.fault(format!("{off} more lines than rows of {table}"));
        }
    }
    Ok(())
}

fn check_ledger(file: &Connection, ledger: &[Line], verdict: &mut Verdict) -> Result<()> {
    for line in ledger {
        match line {
            Line::Visit { id, visitor, visitor_type, people, items } => {
                let wanted = (visitor.clone(), visitor_type.clone(), *people);
                match find_visit(file, id)? {
                    Some(found) if found == wanted => {}
                    found => verdict.lose(format!("visit {id}: {found:?} instead of {wanted:?}")),
                }
                for item in items {
                    let count = count_services(file, id, item)?;
                    verdict.expect_once(count, || format!("{item} of visit {id}"));
                }
            }
            Line::Service { visit, item } => {
                let count = count_services(file, visit, item)?;
                verdict.expect_once(count, || format!("{item} added to visit {visit}"));
            }
            Line::Visitor { id, alias } => {
                let sql = "SELECT count(*) FROM visitor WHERE id = :id AND alias = :alias";
                let count = file.query_row(sql, named_params! { ":id": id, ":alias": alias }, |r| r.get(0))?;
                verdict.expect_once(count, || format!("visitor {id}"));
            }
            Line::Leave { visit } => {
                let count = count_of(file, "visit_leave", visit)?;
                verdict.expect_once(count, || format!("leaving of visit {visit}"));
            }
            Line::Void { visit } => {
                let count = count_of(file, "visit_void", visit)?;
                verdict.expect_once(count, || format!("void of visit {visit}"));
            }
            Line::Ready { .. } | Line::Failed { .. } | Line::End => {}
        }
    }
    Ok(())
}

type FoundVisit = (Option<String>, String, i64);

fn find_visit(file: &Connection, id: &str) -> Result<Option<FoundVisit>> {
    let sql = "SELECT visitor_id, visitor_type, people FROM visit WHERE id = :id";
    let read = |r: &rusqlite::Row| Ok((r.get(0)?, r.get(1)?, r.get(2)?));
    Ok(file.prepare_cached(sql)?.query_row(named_params! { ":id": id }, read).optional()?)
}

/// Live services of this item, or all of them when the visit was taken back. The file says whether it was: a void may be
/// under way, committed and not acknowledged. That no more of these are there than can be, `check_unacknowledged` sees.
fn count_services(file: &Connection, visit: &str, item: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM service s WHERE s.visit_id = :visit AND s.item = :item
               AND (EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = :visit)
                    OR NOT EXISTS (SELECT 1 FROM service_void y WHERE y.service_id = s.id))";
    let params = named_params! { ":visit": visit, ":item": item };
    Ok(file.prepare_cached(sql)?.query_row(params, |r| r.get(0))?)
}

fn count_of(file: &Connection, table: &str, visit: &str) -> Result<i64> {
    let sql = format!("SELECT count(*) FROM {table} WHERE visit_id = :visit");
    Ok(file.prepare_cached(&sql)?.query_row(named_params! { ":visit": visit }, |r| r.get(0))?)
}

/// An operation that was done twice under two ids would stand here as one too many.
fn check_unacknowledged(file: &Connection, ledger: &[Line], in_flight: usize, verdict: &mut Verdict) -> Result<()> {
    let mut acknowledged: HashMap<&str, usize> = HashMap::new();
    for line in ledger {
        let table = match line {
            Line::Visit { .. } => "visit",
            Line::Leave { .. } => "visit_leave",
            Line::Void { .. } => "visit_void",
            Line::Visitor { .. } => "visitor",
            Line::Service { .. } | Line::Ready { .. } | Line::Failed { .. } | Line::End => continue,
        };
        *acknowledged.entry(table).or_default() += 1;
    }
    let mut extra = 0;
    for table in ["visit", "visit_leave", "visit_void", "visitor"] {
        let count: i64 = file.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?;
        extra += usize::try_from(count)?.saturating_sub(acknowledged.get(table).copied().unwrap_or(0));
    }
    if extra > in_flight {
        verdict.double(format!("{extra} operations that nobody acknowledged, {in_flight} could have been under way"));
    }
    Ok(())
}
