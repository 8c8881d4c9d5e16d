//! What must hold when every desk has said everything and heard everything.

use super::truth::{FieldKey, RowName, fact_kinds, id_of, mirrored, text};
use super::{DAY_MS, ROUNDS_MAX, World};
use crate::desks::tables;
use anyhow::{Context, Result, ensure};
use fengxiang_desk::Act;
use fengxiang_desk::kinds::find_kind;
use fengxiang_hub::store::Tx;
use fengxiang_sync::translate::open_row;
use fengxiang_wire::limits::Limits;
use fengxiang_wire::row::ALIVE_FIELD;
use fengxiang_wire::{Hash, Row, Shape};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    pub(super) fn come_to_rest(&mut self) -> Result<()> {
        // What was given in private leaves a desk with the first write of another day.
        self.pass_ms(2 * DAY_MS);
        for at in 0..self.stations.len() {
            let act = Act { verb: "open_store", actor: Some(self.manager) };
            self.stations[at].disk.desk().write(act, |_| Ok(()))?;
            self.capture(at)?;
        }
        let mut is_quiet = false;
        for _ in 0..ROUNDS_MAX {
            self.pass_ms(1_000);
            is_quiet = true;
            for at in 0..self.stations.len() {
                let limits = Limits { page_rows: 50, ..Limits::default() };
                let report = self.sync(at, Vec::new(), limits, 1_000, None)?;
                is_quiet &= report.is_some_and(|r| r.is_caught_up && r.pushed == 0 && r.pulled == 0);
            }
            if is_quiet {
                break;
            }
        }
        ensure!(is_quiet, "the desks do not come to rest");
        self.account(false)?;
        self.check_desks()?;
        self.check_facts()?;
        self.check_edits()?;
        self.check_removed()?;
        self.check_erased()
    }

    /// Every desk shows the same, says the same sums, and its file is whole.
    fn check_desks(&self) -> Result<()> {
        let root = self.hub.borrow_mut().sum_root(self.partition())?;
        let wanted = self.shown(0)?;
        for (at, station) in self.stations.iter().enumerate() {
            let (name, file) = (station.name, station.disk.read());
            for table in ["outbox", "record_field"] {
                let left: i64 = file.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0))?;
                ensure!(left == 0, "desk {name} has {left} rows in {table}");
            }
            let sql = "SELECT kind || ' ' || id || ' ' || coalesce(refusal, '') FROM sent WHERE outcome = 'refused'";
            let refused = self.strings(at, sql)?;
            ensure!(refused.is_empty(), "the hub refused {refused:?} of desk {name}");
            let sum = |sql| file.query_row(sql, [], |r| r.get::<_, i64>(0));
            let rows = mirrored(file)?;
            let total = rows.iter().map(Row::hash).fold(0, u64::wrapping_add);
            ensure!(total == root.sum && rows.len() as u64 == root.rows, "desk {name} and hub have other rows");
            ensure!(
                sum("SELECT sum(rows) FROM mirror_sum")? == i64::try_from(rows.len())?,
                "desk {name} counts its rows otherwise than they are"
            );
            let shown = self.shown(at)?;
            let differing: Vec<_> = shown.symmetric_difference(&wanted).take(4).collect();
            ensure!(differing.is_empty(), "desk {name} shows otherwise than desk 0: {differing:#?}");
            station.disk.desk().check_file().with_context(|| format!("desk {name}"))?;
            let chains = station.disk.desk().check_chains()?;
            ensure!(chains.broken_at.is_none(), "desk {name}: {chains:?}");
        }
        Ok(())
    }

    /// The shared tables and what is computed from them.
    fn shown(&self, at: usize) -> Result<BTreeSet<String>> {
        let disk = &self.stations[at].disk;
        let mut lines: BTreeSet<String> = tables::shown(disk.desk(), disk.folder())?.into_iter().collect();
        let computed = [
            "SELECT 'group ' || id || ' ' || coalesce(merged_into, '-') || ' ' || coalesce(phone_tail, '-') FROM visitor",
            "SELECT 'key ' || v.id || ' ' || k.key FROM visitor_key k JOIN visitor v ON v.search_no = k.visitor_no",
            "SELECT 'place ' || id || ' ' || coalesce(place, '-') FROM shift_act",
            "SELECT 'place ' || id || ' ' || coalesce(place, '-') FROM station_pause",
        ];
        for sql in computed {
            lines.extend(self.strings(at, sql)?);
        }
        Ok(lines)
    }

    /// Every fact is at the hub once, as it was written, and no desk has one that nobody wrote.
    fn check_facts(&self) -> Result<()> {
        let hub = self.hub.borrow();
        let written: BTreeMap<&RowName, _> = self.entries.values().map(|entry| (&entry.name, entry)).collect();
        for kind in fact_kinds() {
            let of_kind = |name: &&RowName| name.0 == kind.name;
            let tracked: BTreeSet<&str> = self.tracked.iter().filter(of_kind).map(|name| name.1.as_str()).collect();
            let at_hub: BTreeSet<String> =
                hub.rows.keys().filter(|key| key.kind == kind.name).map(|key| text(key.id)).collect();
            let missing: Vec<_> = tracked.iter().filter(|id| !at_hub.contains(**id)).collect();
            ensure!(missing.is_empty(), "{} {missing:?} never reached the hub", kind.name);
            let is_written = |id: &&String| written.contains_key(&(kind.name.to_owned(), (*id).clone()));
            let unwritten: Vec<_> = at_hub.iter().filter(|id| !is_written(id)).collect();
            ensure!(unwritten.is_empty(), "nobody wrote {} {unwritten:?}", kind.name);
            let of_table: BTreeSet<String> =
                self.strings(0, &format!("SELECT id FROM {} ORDER BY id", kind.table))?.into_iter().collect();
            ensure!(of_table == at_hub, "the table of {} and the hub have other rows", kind.name);
            for id in &at_hub {
                let entry = written[&(kind.name.to_owned(), id.clone())];
                let (_, row) = &hub.rows[&self.row_key(kind.name, id)?];
                let is_gone = entry.subject.as_ref().is_some_and(|s| self.erased.contains(s));
                let open = open_row(row, id, "", &self.keys)?.context("a kind of ours opens")?;
                for (number, value) in &entry.values {
                    let held = open.fields.iter().find(|(n, _)| n == number).map_or(&Value::Null, |(_, value)| value);
                    let is_personal = kind.find_field(*number).is_some_and(|field| field.is_personal);
                    let wanted = if is_gone && is_personal { &Value::Null } else { value };
                    ensure!(held == wanted, "{} {id} holds {held} in place of {wanted}", kind.name);
                }
            }
        }
        Ok(())
    }

    /// Each edit is current, in the tray, or was replaced by somebody who saw it; and nobody is bothered without need.
    fn check_edits(&mut self) -> Result<()> {
        let keys: BTreeSet<FieldKey> = self.live.iter().map(|(_, key)| key.clone()).collect();
        let mut filed = 0;
        {
            let hub = self.hub.borrow();
            let trays: Vec<&Row> = hub.rows.values().map(|(_, row)| row).filter(|r| r.shape == Shape::Tray).collect();
            for key in keys.iter().filter(|key| !self.is_erased(key)) {
                filed += self.check_field(&trays, key)?;
            }
        }
        *self.counts.entry("filed in the tray").or_default() += filed;
        Ok(())
    }

    fn is_erased(&self, key: &FieldKey) -> bool {
        let is_personal = find_kind(&key.0).and_then(|k| k.find_field(key.2)).is_some_and(|field| field.is_personal);
        is_personal && self.erased.contains(&key.1)
    }

    fn check_field(&self, trays: &[&Row], key: &FieldKey) -> Result<u64> {
        let hub = self.hub.borrow();
        let id = id_of(&key.1)?;
        let is_of =
            |tray: &&&Row| tray.tray_of.as_ref().is_some_and(|of| of.id == id && of.kind == key.0 && of.field == key.2);
        let filed: Vec<Vec<Hash>> =
            trays.iter().filter(is_of).map(|tray| tray.fields.values().map(|r| r.stamp.first).collect()).collect();
        for two in &filed {
            let of = |n: usize| two.get(n).and_then(|first| self.edits.get(&(*first, key.clone())));
            let (Some(a), Some(b)) = (of(0), of(1)) else { continue };
            let is_seen = a.seen.contains(&two[1]) || b.seen.contains(&two[0]);
            ensure!(!is_seen || hub.epoch > 1, "the tray holds an edit of {key:?} and one whose author had seen it");
        }
        let of_field: BTreeSet<Hash> = self.live.iter().filter(|(_, k)| k == key).map(|(first, _)| *first).collect();
        let row = hub.rows.get(&self.row_key(&key.0, &key.1)?).map(|(_, row)| row);
        let current = row.and_then(|row| row.fields.get(&key.2)).with_context(|| format!("{key:?} is at the hub"))?;
        let current = current.stamp.first;
        let covered = self.chain(key, filed.iter().flatten().copied().chain([current]).collect());
        let lost: Vec<_> = of_field.difference(&covered).collect();
        ensure!(
            lost.is_empty(),
            "{} edits of {key:?} are neither current, nor in the tray, nor replaced by somebody who saw them",
            lost.len()
        );
        let is_told_apart = of_field.iter().all(|e| self.edits[&(*e, key.clone())].screen.len() <= 1);
        let is_replaced =
            |edit: &&Hash| **edit != current && self.chain(key, BTreeSet::from([**edit])).contains(&current);
        let shown_late = of_field.iter().find(is_replaced).filter(|_| is_told_apart && hub.epoch == 1);
        ensure!(shown_late.is_none(), "{key:?} shows an edit that somebody saw and replaced");
        Ok(filed.len() as u64)
    }

    /// A removed row does not return: there is no verb that brings one back.
    fn check_removed(&mut self) -> Result<()> {
        let mut gone = 0;
        for (kind, id) in &self.removed {
            let hub = self.hub.borrow();
            let Some((_, row)) = hub.rows.get(&self.row_key(kind, id)?) else { continue };
            // The removal itself may have been lost with the disk that it was written on.
            let is_removed = row.fields.get(&ALIVE_FIELD).is_some_and(|r| r.value.as_ref().is_some_and(|v| v.0 == [0]));
            let holds = row.fields.iter().any(|(n, r)| *n != ALIVE_FIELD && r.value.is_some());
            ensure!(!(is_removed && holds), "the tombstone of {kind} {id} holds values");
            gone += u64::from(is_removed);
        }
        *self.counts.entry("removed").or_default() += gone;
        Ok(())
    }

    /// Nothing that was written about an erased person stands anywhere any more.
    fn check_erased(&mut self) -> Result<()> {
        let mut secrets = BTreeSet::new();
        let mut others = BTreeSet::new();
        for entry in self.entries.values() {
            let is_gone = entry.subject.as_ref().is_some_and(|s| self.erased.contains(s));
            let kind = find_kind(&entry.name.0).context("every entry is of a kind")?;
            for (number, value) in &entry.values {
                let is_personal = kind.find_field(*number).is_some_and(|field| field.is_personal);
                let into = if is_gone && is_personal { &mut secrets } else { &mut others };
                words(value, into);
            }
        }
        // What a merge copied to somebody who was not erased is theirs.
        let secrets: BTreeSet<String> = secrets.difference(&others).cloned().collect();
        for station in &self.stations {
            let text = whole_text(station.disk.read())?;
            let found = secrets.iter().find(|secret| text.contains(secret.as_str()));
            ensure!(found.is_none(), "desk {} still has {found:?} of an erased person", station.name);
            check_scrubbed(mirrored(station.disk.read())?.iter(), &self.erased)
                .with_context(|| format!("desk {}", station.name))?;
        }
        let hub = self.hub.borrow();
        check_scrubbed(hub.rows.values().map(|(_, row)| row), &self.erased).context("the hub")?;
        drop(hub);
        *self.counts.entry("secrets of the erased").or_default() += secrets.len() as u64;
        Ok(())
    }
}

fn check_scrubbed<'a>(rows: impl Iterator<Item = &'a Row>, erased: &BTreeSet<String>) -> Result<()> {
    for row in rows.filter(|row| row.subject.is_some_and(|s| erased.contains(&text(s)))) {
        let holds = row.fields.values().any(|r| r.is_personal && r.value.is_some());
        ensure!(!holds, "{:?} holds a value of an erased person", row.key);
    }
    Ok(())
}

/// The texts of a value that tell something of a person; ids and codes do not.
fn words(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() > 4 && uuid::Uuid::parse_str(text).is_err() => _ = into.insert(text.clone()),
        Value::Object(members) => members.values().for_each(|value| words(value, into)),
        _ => {}
    }
}

/// Every cell of every table, as text.
fn whole_text(file: &Connection) -> Result<String> {
    let mut tables = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let names = tables.query_map([], |r| r.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut all = String::new();
    for name in names {
        let mut statement = file.prepare(&format!("SELECT * FROM {name}"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for at in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(at)? {
                    all.push_str(&String::from_utf8_lossy(bytes));
                    all.push('\n');
                }
            }
        }
    }
    Ok(all)
}
