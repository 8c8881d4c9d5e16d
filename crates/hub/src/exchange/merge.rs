//! How two values of one field become one: the later stamp wins, and when neither author had seen the other both are filed
//! in the tray. A removed row stays removed until somebody who saw the removal brings it back.

use super::rules::{Break, Rules};
use super::work::Work;
use crate::store::Edit;
use fengxiang_wire::exchange::GivenField;
use fengxiang_wire::row::{ALIVE_FIELD, LOST_ON_ARRIVAL, TrayOf};
use fengxiang_wire::{Hash, Id, Register, Row, RowKey, Sealed, Shape, Stamp};

/// A value on its way into a row.
pub(super) struct Arriving<'a> {
    pub key: &'a RowKey,
    pub shape: Shape,
    pub subject: Option<Id>,
    pub field: u32,
    pub register: Register,
    /// From the row of a desk or its sent-log, after a hub was restored.
    pub is_offered: bool,
}

/// What became of an arriving value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Merged {
    Stands,
    Superseded,
    Filed,
    Scrubbed,
}

pub(super) struct Merging<'a> {
    pub work: &'a mut Work,
    pub rules: Rules,
}

impl Merging<'_> {
    pub fn merge(&mut self, mut new: Arriving) -> Merged {
        let is_scrubbed = self.scrub(&mut new);
        if new.shape == Shape::Record {
            self.learn(new.key, new.field, &new.register);
        }
        if new.shape == Shape::Act {
            self.work.issue(new.key.partition, new.register.stamp.eff);
        }
        let row = self.work.rows.entry(new.key.clone());
        row.or_insert_with(|| Row::new(new.key.clone(), new.shape, new.subject));
        let merged = self.settle(new);
        if is_scrubbed { Merged::Scrubbed } else { merged }
    }

    /// Takes the value away when its subject is erased.
    fn scrub(&self, new: &mut Arriving) -> bool {
        let partition = new.key.partition;
        let is_erased = new.subject.is_some_and(|s| self.work.erased.contains(&(partition, s)));
        let is_scrubbed = is_erased && new.register.is_personal && !self.rules.lack(Break::NoScrub);
        if is_scrubbed {
            new.register.value = None;
        }
        is_scrubbed
    }

    fn settle(&mut self, new: Arriving) -> Merged {
        let Some(current) = self.work.rows[new.key].fields.get(&new.field).cloned() else {
            return self.settle_first(new);
        };
        if current.stamp.first == new.register.stamp.first {
            return self.settle_same(&new, &current);
        }
        let is_record = new.shape == Shape::Record;
        let wins = if is_record && new.field == ALIVE_FIELD {
            is_stronger_alive(&new.register, &current)
        } else {
            new.register.stamp > current.stamp
        };
        let (lose, win) = if wins { (&current, &new.register) } else { (&new.register, &current) };
        let is_filed = is_record && self.file(&new, lose, win);
        if wins {
            self.put(&new);
        }
        match (is_filed, wins) {
            (true, _) => Merged::Filed,
            (false, true) => Merged::Stands,
            (false, false) => Merged::Superseded,
        }
    }

    /// Nobody wrote this field before. Its author may not have known that the row was removed.
    fn settle_first(&mut self, new: Arriving) -> Merged {
        let row = &self.work.rows[new.key];
        let removal = row.fields.get(&ALIVE_FIELD).filter(|_| !row.is_alive()).cloned();
        let is_late = new.shape == Shape::Record && new.field != ALIVE_FIELD && new.register.value.is_some();
        self.put(&new);
        match removal.filter(|r| is_late && r.stamp.first != new.register.stamp.first) {
            Some(removal) => {
                self.put_tray(&new, &removal, &new.register);
                Merged::Filed
            }
            None => Merged::Stands,
        }
    }

    /// The same edit again: of two stamps the older counts, and a value that was taken away stays away.
    fn settle_same(&mut self, new: &Arriving, current: &Register) -> Merged {
        let known = self.stamp_of(new.key, &new.register);
        let is_taken_away = new.register.value.is_none() && current.value.is_some();
        if is_taken_away || known < current.stamp {
            let register = Register { stamp: known, ..new.register.clone() };
            let value = if current.value.is_none() { None } else { register.value.clone() };
            let row = self.work.rows.get_mut(new.key).expect("the row was made before");
            row.fields.insert(new.field, Register { value, ..register });
            self.work.bump(new.key);
        }
        Merged::Stands
    }

    fn put(&mut self, new: &Arriving) {
        let row = self.work.rows.get_mut(new.key).expect("the row was made before");
        let mut register = new.register.clone();
        let is_revived = self.rules.lack(Break::EditRevives);
        // An edit of a removed row is in the tray with its value; the tombstone holds none.
        if new.field != ALIVE_FIELD && new.shape == Shape::Record && !row.is_alive() && !is_revived {
            register.value = None;
        }
        row.fields.insert(new.field, register);
        if is_revived && new.field != ALIVE_FIELD {
            row.fields.remove(&ALIVE_FIELD);
        }
        self.work.bump(new.key);
    }

    /// Files both values unless one author had seen the other's; says whether they are in the tray.
    fn file(&mut self, about: &Arriving, lose: &Register, win: &Register) -> bool {
        let is_agreed = about.field == ALIVE_FIELD && win.value == lose.value;
        if self.rules.lack(Break::NoTray) || saw(win, lose) || is_agreed {
            return false;
        }
        // What one epoch has compared before needs no second row.
        let was_compared =
            about.is_offered && win.seen() >= lose.stamp && lose.epoch == win.epoch && lose.epoch != LOST_ON_ARRIVAL;
        if was_compared {
            return false;
        }
        self.put_tray(about, lose, win);
        true
    }

    fn put_tray(&mut self, about: &Arriving, one: &Register, other: &Register) {
        let mut two = [one.clone(), other.clone()];
        two.sort_by_key(|r| r.stamp.first);
        let key = tray_key(about.key, about.field, &two);
        if self.work.rows.contains_key(&key) {
            return;
        }
        let of = TrayOf { kind: about.key.kind.clone(), id: about.key.id, field: about.field };
        let mut tray = Row::new(key.clone(), Shape::Tray, about.subject);
        tray.tray_of = Some(of);
        tray.fields = (1..).zip(two).collect();
        self.work.rows.insert(key.clone(), tray);
        self.work.bump(&key);
        if self.rules.lack(Break::TraySilent) {
            self.work.silence(&key);
        }
    }

    /// Behind the last value of an entry: a row that is not there keeps no values. Those that its remover had not seen are in
    /// the tray by now.
    pub fn strip(&mut self, key: &RowKey) {
        let Some(row) = self.work.rows.get_mut(key).filter(|row| row.shape == Shape::Record && !row.is_alive()) else {
            return;
        };
        let held = row.fields.iter_mut().filter(|(field, r)| **field != ALIVE_FIELD && r.value.is_some());
        if held.map(|(_, register)| register.value = None).count() > 0 {
            self.work.bump(key);
        }
    }

    /// One edit has one place: the older stamp counts. Stamps are also learnt from what others had seen.
    pub fn learn(&mut self, key: &RowKey, field: u32, register: &Register) {
        let given = GivenField { field, base: register.base, epoch: register.epoch };
        self.learn_stamp(key, register.stamp, Some(given));
        if let Some(base) = register.base {
            self.learn_stamp(key, base, None);
        }
    }

    fn learn_stamp(&mut self, key: &RowKey, stamp: Stamp, given: Option<GivenField>) {
        if stamp.first == Hash::default() {
            return;
        }
        let name = (key.partition, stamp.first);
        let known = self.work.edits.get(&name);
        let mut edit = known.cloned().unwrap_or_else(|| Edit { stamp, fields: Vec::new() });
        edit.stamp = edit.stamp.min(stamp);
        if let Some(given) = given.filter(|g| edit.fields.iter().all(|f| f.field != g.field)) {
            edit.fields.push(given);
        }
        if known != Some(&edit) {
            self.work.put_edit(name, edit);
        }
    }

    fn stamp_of(&self, key: &RowKey, register: &Register) -> Stamp {
        let known = self.work.edits.get(&(key.partition, register.stamp.first));
        known.map_or(register.stamp, |edit| edit.stamp.min(register.stamp))
    }
}

/// Whether the author of one had the other on screen.
fn saw(one: &Register, other: &Register) -> bool {
    one.base.is_some_and(|seen| seen.first == other.stamp.first)
}

/// Removal wins over whatever did not know of it; only who saw the removal brings a row back.
fn is_stronger_alive(new: &Register, current: &Register) -> bool {
    let removes = |r: &Register| r.value == Some(Sealed(vec![0]));
    match () {
        () if saw(new, current) => true,
        () if saw(current, new) => false,
        () if removes(new) != removes(current) => removes(new),
        () => new.stamp > current.stamp,
    }
}

/// The same for the same two edits of a field, whoever files them.
fn tray_key(of: &RowKey, field: u32, two: &[Register; 2]) -> RowKey {
    let mut hasher = blake3::Hasher::new_derive_key("fengxiang 2026 tray row");
    let parts: [&[u8]; 5] =
        [of.kind.as_bytes(), &of.id.0, &field.to_le_bytes(), &two[0].stamp.first.0, &two[1].stamp.first.0];
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut id = [0; 16];
    hasher.finalize_xof().fill(&mut id);
    RowKey { partition: of.partition, kind: "tray".into(), id: Id(id) }
}
