//! B1: a check-in from command to durable commit, beside a bare prepared insert of the same rows into a copy of the same
//! encrypted file with the same durability, one after the other in the same run.

use crate::figure::{Figure, figure, ms, quantile};
use crate::made::{HandClock, Made, Visitor};
use anyhow::{Context, Result};
use fengxiang_commands::App;
use fengxiang_tests::outside::Station;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};
use std::time::Instant;

const CHECK_INS: usize = 2_000;
/// The first ones fill caches and compile statements, on both sides.
const WARM_UP: usize = 100;
/// Between two people at the counter.
const STEP_MS: i64 = 20_000;
/// With these a bare file is as durable and as careful as the store's own.
const PRAGMAS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

pub fn measure(made: &Made) -> Result<Vec<Figure>> {
    let (worked, copied) = (made.copy("b1")?, made.copy("b1-bare")?);
    let (app, clock) = made.open(&worked)?;
    let mut bare = Bare::open(&worked, &copied)?;
    let visitors = made.visitors(CHECK_INS)?;
    let (mut through_app, mut through_bare) = (Vec::new(), Vec::new());
    for (n, visitor) in visitors.iter().enumerate() {
        let app_ms = check_in(&app, &clock, visitor, n)?;
        let bare_ms = bare.insert_the_same()?;
        if n >= WARM_UP {
            through_app.push(app_ms);
            through_bare.push(bare_ms);
        }
    }
    let (p50, p99) = (quantile(&mut through_app, 0.5), quantile(&mut through_app, 0.99));
    let (bare_p50, bare_p99) = (quantile(&mut through_bare, 0.5), quantile(&mut through_bare, 0.99));
    Ok(vec![
        figure("B1", "p50_ms", p50).noting(format!("bare {bare_p50:.2}")),
        figure("B1", "p99_ms", p99).noting(format!("bare {bare_p99:.2}")),
        figure("B1", "ratio", p50 / bare_p50),
    ])
}

/// Every second arrival is a registered person; each takes one item. Returns the milliseconds of the call.
pub fn check_in(app: &App, clock: &HandClock, visitor: &Visitor, n: usize) -> Result<f64> {
    clock.pass_ms(STEP_MS);
    let request = match n % 2 {
        0 => json!({ "visitor_id": visitor.id, "people": 1, "items": ["B01"], "separate_reason": "another trip" }),
        _ => json!({ "visitor_type": "01", "people": 1, "items": ["B02"] }),
    };
    let start = Instant::now();
    let answer = app.call("visit_add", request);
    let taken = start.elapsed();
    let added: Value = answer.map_err(|f| anyhow::anyhow!("visit_add: {}", f.code))?.value;
    added["visit_id"].as_str().context("a visit was added")?;
    Ok(ms(taken))
}

const TABLES: [(&str, &str); 4] = [("visit", "rowid"), ("service", "id"), ("outbox", "number"), ("trail", "seq")];

/// Copies what the store has just written into a file of the same content.
struct Bare {
    source: Connection,
    target: Connection,
    /// The last row of each table that was copied, by the column that grows.
    last: [Cell; 4],
}

impl Bare {
    fn open(worked: &Station, copied: &Station) -> Result<Self> {
        let (source, target) = (worked.read()?, copied.read()?);
        target.execute_batch(PRAGMAS)?;
        target.set_prepared_statement_cache_capacity(64);
        let mut bare = Self { source, target, last: [const { Cell::Null }; 4] };
        for (n, (table, grows)) in TABLES.into_iter().enumerate() {
            bare.last[n] = last_of(&bare.source, table, grows)?;
        }
        // The sign-in wrote a line of its own; both files start from the same end.
        bare.target.execute_batch("PRAGMA foreign_keys = OFF")?;
        bare.last[3] = last_of(&bare.target, "trail", "seq")?;
        bare.insert_the_same()?;
        bare.target.execute_batch("PRAGMA foreign_keys = ON")?;
        Ok(bare)
    }

    /// Reads the new rows, then inserts them in one transaction; returns the milliseconds of the transaction alone.
    fn insert_the_same(&mut self) -> Result<f64> {
        let mut rows: Vec<(&str, Vec<Vec<Cell>>)> = Vec::new();
        for (n, (table, grows)) in TABLES.into_iter().enumerate() {
            rows.push((table, new_rows(&self.source, table, grows, &self.last[n])?));
            self.last[n] = last_of(&self.source, table, grows)?;
        }
        let inserts: Vec<(String, Vec<Vec<Cell>>)> = rows
            .into_iter()
            .map(|(table, rows)| (insert_sql(table, rows.first().map_or(0, Vec::len)), rows))
            .filter(|(_, rows)| !rows.is_empty())
            .collect();
        for (sql, _) in &inserts {
            self.target.prepare_cached(sql)?;
        }
        let start = Instant::now();
        self.target.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for (sql, rows) in &inserts {
            let mut statement = self.target.prepare_cached(sql)?;
            for row in rows {
                statement.execute(params_from_iter(row))?;
            }
        }
        self.target.prepare_cached("COMMIT")?.execute([])?;
        Ok(ms(start.elapsed()))
    }
}

fn insert_sql(table: &str, columns: usize) -> String {
    format!("INSERT INTO {table} VALUES ({})", vec!["?"; columns].join(", "))
}

fn last_of(file: &Connection, table: &str, grows: &str) -> Result<Cell> {
    let sql = format!("SELECT max({grows}) FROM {table}");
    Ok(file.prepare_cached(&sql)?.query_row([], |r| r.get(0))?)
}

fn new_rows(file: &Connection, table: &str, grows: &str, after: &Cell) -> Result<Vec<Vec<Cell>>> {
    let sql = format!("SELECT * FROM {table} WHERE {grows} > ? ORDER BY {grows}");
    let mut statement = file.prepare_cached(&sql)?;
    let columns = statement.column_count();
    let read = |r: &rusqlite::Row| (0..columns).map(|c| r.get(c)).collect();
    Ok(statement.query_map([after], read)?.collect::<Result<_, _>>()?)
}
