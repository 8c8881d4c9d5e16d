//! What was written, by whom, and what they had on screen: read from the desks' own tables, never from what a desk claims.

use super::World;
use anyhow::{Context, Result, ensure};
use fengxiang_desk::kinds::{KINDS, KindShape, KindSpec, find_kind};
use fengxiang_sync::translate::parse_row;
use fengxiang_wire::{Hash, Id, Row};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::BTreeSet;

/// Kind and id.
pub(super) type RowName = (String, String);
/// Kind, id and number of a field.
pub(super) type FieldKey = (String, String, u32);

/// Fields of records whose every value is written once only, so that a value tells whose edit it is.
const TOLD: [(&str, u32); 6] =
    [("visitor", 2), ("visitor", 5), ("visitor", 6), ("visitor", 7), ("staff", 1), ("code_item", 1)];

/// An entry as its desk numbered it first.
pub(super) struct Entry {
    pub name: RowName,
    pub subject: Option<String>,
    /// By number of the field.
    pub values: Vec<(u32, Value)>,
}

/// An edit of one field.
pub(super) struct Written {
    /// The edits whose value its author had on screen; more than one where two wrote the same.
    pub screen: Vec<Hash>,
    /// All that the desk had shown before.
    pub seen: BTreeSet<Hash>,
}

impl World {
    pub(super) fn strings(&self, at: usize, sql: &str) -> Result<Vec<String>> {
        let mut statement = self.stations[at].disk.read().prepare_cached(sql)?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    /// What a desk shows of the told fields.
    pub(super) fn screen(&self, at: usize) -> Result<Vec<(FieldKey, String)>> {
        let mut all = Vec::new();
        for (kind, number) in TOLD {
            let spec = find_kind(kind).context("a told kind is one")?;
            let column = spec.find_field(number).context("a told field is one")?.columns[0].name;
            let sql = format!("SELECT id, {column} FROM {} ORDER BY id", spec.table);
            let mut statement = self.stations[at].disk.read().prepare_cached(&sql)?;
            let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, Option<String>>(1)?)))?;
            for row in rows {
                let (id, value) = row?;
                all.push(((kind.to_owned(), id, number), serde_json::to_string(&value)?));
            }
        }
        Ok(all)
    }

    /// Remembers which edits a desk shows.
    pub(super) fn look(&mut self, at: usize) -> Result<()> {
        for (key, value) in self.screen(at)? {
            let shown = self.by_value.get(&(key.clone(), value)).cloned().unwrap_or_default();
            self.stations[at].memory.seen.entry(key.clone()).or_default().extend(shown.iter().copied());
            self.stations[at].memory.shown.insert(key, shown);
        }
        Ok(())
    }

    /// Takes down what a desk has numbered since this was called last.
    pub(super) fn capture(&mut self, at: usize) -> Result<()> {
        let mut new: Vec<(Hash, Entry)> = Vec::new();
        // A cycle itself leaves numbers out, and may have sent that already.
        let mut statement = self.stations[at].disk.read().prepare_cached(
            "SELECT coalesce(origin, hash), kind, id, subject, fields, 0, number AS place FROM outbox
             UNION ALL SELECT coalesce(origin, hash), kind, id, subject, fields, 1, seq FROM sent WHERE kind = 'number_gap'
             ORDER BY 6, place DESC",
        )?;
        let (mut rows, mut is_waiting_known) = (statement.query([])?, false);
        while let Some(r) = rows.next()? {
            let (first, is_sent): (_, bool) = (Hash(r.get(0)?), r.get(5)?);
            is_waiting_known |= !is_sent && self.entries.contains_key(&first);
            if self.entries.contains_key(&first) || !is_sent && is_waiting_known {
                continue;
            }
            let (fields, subject): (String, _) = (r.get(4)?, r.get(3)?);
            let fields: Vec<fengxiang_desk::Field> = serde_json::from_str(&fields)?;
            let values = fields.into_iter().map(|f| (f.field, f.value)).collect();
            new.push((first, Entry { name: (r.get(1)?, r.get(2)?), subject, values }));
        }
        drop(rows);
        drop(statement);
        new.reverse();
        new.into_iter().for_each(|(first, entry)| self.note(at, first, entry));
        Ok(())
    }

    fn note(&mut self, at: usize, first: Hash, entry: Entry) {
        let is_record = find_kind(&entry.name.0).is_some_and(|kind| kind.shape == KindShape::Record);
        let (kind, id) = entry.name.clone();
        if !is_record {
            self.tracked.insert(entry.name.clone());
            self.stations[at].memory.wrote.insert(entry.name.clone());
        }
        let told = entry.values.iter().filter(|(field, _)| is_record && TOLD.contains(&(kind.as_str(), *field)));
        for (field, value) in told {
            let key = (kind.clone(), id.clone(), *field);
            let memory = &self.stations[at].memory;
            let screen = memory.shown.get(&key).cloned().unwrap_or_default();
            let seen = memory.seen.get(&key).cloned().unwrap_or_default();
            self.edits.insert((first, key.clone()), Written { screen, seen });
            self.live.insert((first, key.clone()));
            let value = value.to_string();
            self.by_value.entry((key.clone(), value.clone())).or_default().push(first);
            let name = self.stations[at].name;
            self.mine.insert((name, key.clone()), (first, value));
            // The next edit of the same transaction stands on this one.
            self.stations[at].memory.shown.insert(key.clone(), vec![first]);
            self.stations[at].memory.seen.entry(key).or_default().insert(first);
        }
        self.entries.insert(first, entry);
    }

    /// A user's own winning edit stays on the screen.
    pub(super) fn check_flicker(&self, at: usize) -> Result<()> {
        let name = self.stations[at].name;
        let shown: std::collections::BTreeMap<_, _> = self.screen(at)?.into_iter().collect();
        let hub = self.hub.borrow();
        for ((_, key), (first, value)) in self.mine.iter().filter(|((who, _), _)| *who == name) {
            let row = hub.rows.get(&self.row_key(&key.0, &key.1)?);
            let register = row.and_then(|(_, row)| row.fields.get(&key.2));
            let is_winning = register.is_some_and(|r| r.stamp.first == *first && r.value.is_some());
            ensure!(
                !is_winning || shown.get(key) == Some(value),
                "desk {name} stopped showing its own winning edit of {key:?}: {:?} in place of {value}",
                shown.get(key)
            );
        }
        Ok(())
    }

    /// Nothing may vanish, except together with the last disk that held it.
    pub(super) fn account(&mut self, is_excused: bool) -> Result<()> {
        let mut held: BTreeSet<RowName> = BTreeSet::new();
        let mut have: BTreeSet<Hash> = BTreeSet::new();
        for (key, (_, row)) in &self.hub.borrow().rows {
            held.insert((key.kind.clone(), text(key.id)));
            have.extend(row.fields.values().map(|r| r.stamp.first));
        }
        for station in &self.stations {
            held.extend(names_in(station.disk.read())?);
            have.extend(edits_in(station.disk.read())?);
        }
        let missing: Vec<RowName> = self.tracked.difference(&held).cloned().collect();
        let is_disk_there = |name: &&RowName| self.stations.iter().any(|s| s.memory.wrote.contains(*name));
        let dropped: Vec<&RowName> = missing.iter().filter(is_disk_there).collect();
        ensure!(dropped.is_empty(), "{dropped:?} vanished although the disk that wrote it was never lost");
        ensure!(is_excused || missing.is_empty(), "desks and hub dropped {missing:?}");
        missing.iter().for_each(|name| _ = self.tracked.remove(name));
        if is_excused {
            let live = std::mem::take(&mut self.live);
            let still = |(edit, key): &(Hash, FieldKey)| {
                let of_key = have.iter().filter(|h| self.edits.contains_key(&(**h, key.clone()))).copied();
                self.chain(key, of_key.collect()).contains(edit)
            };
            self.live = live.iter().filter(|e| still(e)).cloned().collect();
        }
        Ok(())
    }

    /// Edits of a field, and everything that they replaced one after the other.
    pub(super) fn chain(&self, key: &FieldKey, from: BTreeSet<Hash>) -> BTreeSet<Hash> {
        let (mut done, mut open) = (BTreeSet::new(), Vec::from_iter(from));
        while let Some(edit) = open.pop() {
            if done.insert(edit) {
                let before = self.edits.get(&(edit, key.clone())).map(|e| e.screen.clone());
                open.extend(before.unwrap_or_default());
            }
        }
        done
    }

    pub(super) fn row_key(&self, kind: &str, id: &str) -> Result<fengxiang_wire::RowKey> {
        Ok(fengxiang_wire::RowKey { partition: self.partition(), kind: kind.to_owned(), id: id_of(id)? })
    }
}

fn names_in(file: &Connection) -> Result<Vec<RowName>> {
    let sql = "SELECT kind, id FROM mirror UNION SELECT kind, id FROM outbox UNION SELECT kind, id FROM sent";
    let mut statement = file.prepare_cached(sql)?;
    Ok(statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
}

fn edits_in(file: &Connection) -> Result<BTreeSet<Hash>> {
    let sql = "SELECT coalesce(origin, hash) FROM outbox UNION SELECT coalesce(origin, hash) FROM sent";
    let mut statement = file.prepare_cached(sql)?;
    let queued = statement.query_map([], |r| Ok(Hash(r.get(0)?)))?;
    let mut all: BTreeSet<Hash> = queued.collect::<Result<_, _>>()?;
    for row in mirrored(file)? {
        all.extend(row.fields.values().map(|r| r.stamp.first));
    }
    Ok(all)
}

/// The hub's rows as a file has them.
pub(super) fn mirrored(file: &Connection) -> Result<Vec<Row>> {
    let mut statement = file.prepare_cached("SELECT row FROM mirror")?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|bytes| Ok(parse_row(&bytes?)?)).collect()
}

pub(super) fn id_of(text: &str) -> Result<Id> {
    Ok(Id(*uuid::Uuid::parse_str(text)?.as_bytes()))
}

pub(super) fn text(id: Id) -> String {
    uuid::Uuid::from_bytes(id.0).to_string()
}

/// Kinds that are written once.
pub(super) fn fact_kinds() -> impl Iterator<Item = &'static KindSpec> {
    KINDS.iter().filter(|kind| kind.shape != KindShape::Record)
}
