//! A desk's file in memory, as the simulator needs it: cheap to copy, with a clock that is turned by hand. The real file wears
//! the same trait and stands the same suite.

use fengxiang_sync::{Alarm, Local, LocalError, LocalTx, Offering, Outgoing, Standing};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Bucket, Entry, EntryField, Outcome, Receipt, Sum};
use fengxiang_wire::limits::Limits;
use fengxiang_wire::row::ALIVE_FIELD;
use fengxiang_wire::{Base, Hash, Id, Partition, Register, ReplicaId, Row, RowKey, Sealed, Shape};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Faults of a file, to show that the checks notice them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileBreak {
    /// A second edit that waits names the hub's stamp as its base.
    NoLineage,
    /// The same when the first is acknowledged and only its row has not come yet.
    UntilSlot,
    /// A new incarnation forgets the sent-log of the one before it.
    DropSent,
    /// The desk subtracts its known offset and the hub does so again.
    DoubleCorrect,
    /// Acts are folded in the order in which they came.
    FoldArrival,
    /// Acts are folded by their authors' clocks.
    FoldByClock,
}

/// An own edit that covers the hub's value.
#[derive(Debug, Clone)]
pub struct Over {
    pub value: Option<Sealed>,
    /// `None`: acknowledged, its row is not here yet.
    pub number: Option<u64>,
    pub first: Hash,
}

/// All that is in the file. Copying it is a backup.
#[derive(Debug, Clone)]
pub struct File {
    pub replica: ReplicaId,
    /// By number; the one before the first is zero.
    pub hashes: Vec<Hash>,
    pub outbox: Vec<Entry>,
    pub sent: Vec<Entry>,
    pub old_sent: Vec<Entry>,
    pub mirror: BTreeMap<RowKey, Row>,
    /// Rows in the order in which they first came.
    pub arrived: Vec<RowKey>,
    pub over: BTreeMap<(RowKey, u32), Over>,
    pub cursors: BTreeMap<Partition, u64>,
    pub epoch: u64,
    pub acked: u64,
    pub orders: Vec<EraseOrder>,
    pub orders_taken: u64,
    pub offering: Option<Offering>,
    pub last_h: u64,
    pub offset_ms: i64,
    pub alarms: Vec<Alarm>,
    pub refused: Vec<Receipt>,
}

pub struct Desk {
    pub file: RefCell<File>,
    /// What its clock is ahead of the true time, milliseconds.
    pub skew_ms: Cell<i64>,
    /// True time, milliseconds UTC.
    pub now_ms: Cell<i64>,
    pub broken: Option<FileBreak>,
    /// The last name that was given to any file.
    pub names: Rc<Cell<u64>>,
    /// The program is killed before the transaction behind so many others.
    pub killed_after: Cell<Option<u32>>,
}

/// What an author does to one row.
pub struct Doing {
    pub key: RowKey,
    pub shape: Shape,
    pub subject: Option<Id>,
    /// Number, value, and whether it goes with the person.
    pub fields: Vec<(u32, Option<Sealed>, bool)>,
}

impl File {
    pub fn new(replica: u64) -> Self {
        Self {
            replica: replica_id(replica),
            hashes: vec![Hash::default()],
            outbox: Vec::new(),
            sent: Vec::new(),
            old_sent: Vec::new(),
            mirror: BTreeMap::new(),
            arrived: Vec::new(),
            over: BTreeMap::new(),
            cursors: BTreeMap::new(),
            epoch: 0,
            acked: 0,
            orders: Vec::new(),
            orders_taken: 0,
            offering: None,
            last_h: 0,
            offset_ms: 0,
            alarms: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Numbers and chains an entry, which becomes what is shown.
    fn append(&mut self, mut entry: Entry) -> Hash {
        let gone = entry.subject.is_some_and(|s| self.is_gone(s));
        for field in entry.fields.iter_mut().filter(|f| gone && f.is_personal) {
            field.value = None;
        }
        entry.number = self.hashes.len() as u64;
        entry.hash = chained(self.hashes.last().expect("the beginning is there"), &entry);
        self.hashes.push(entry.hash);
        if entry.shape == Shape::Record {
            for field in &entry.fields {
                let key = (row_key(&entry), field.field);
                let over = Over { value: field.value.clone(), number: Some(entry.number), first: entry.first() };
                self.over.insert(key, over);
            }
        }
        let first = entry.first();
        self.outbox.push(entry);
        first
    }

    fn is_gone(&self, subject: Id) -> bool {
        self.orders.iter().any(|o| o.subjects.contains(&subject))
    }

    /// Every entry that this file still has.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.outbox.iter().chain(&self.sent).chain(&self.old_sent)
    }

    /// What is shown: own edits over the hub's values.
    pub fn view(&self) -> BTreeMap<(RowKey, u32), Option<Sealed>> {
        let rows = self.mirror.values();
        let mut shown: BTreeMap<_, _> =
            rows.flat_map(|row| row.fields.iter().map(|(n, r)| ((row.key.clone(), *n), r.value.clone()))).collect();
        let own = self.outbox.iter().filter(|e| e.shape != Shape::Record);
        shown.extend(own.flat_map(|e| e.fields.iter().map(|f| ((row_key(e), f.field), f.value.clone()))));
        shown.extend(self.over.iter().map(|(key, over)| (key.clone(), over.value.clone())));
        shown
    }

    /// The edit whose value is shown of a field.
    pub fn on_screen(&self, key: &(RowKey, u32)) -> Option<Hash> {
        let own = self.over.get(key).map(|o| o.first);
        own.or_else(|| self.mirror.get(&key.0)?.fields.get(&key.1).map(|r| r.stamp.first))
    }
}

impl Desk {
    pub fn copy(&self) -> Self {
        Self {
            file: RefCell::new(self.file.borrow().clone()),
            skew_ms: self.skew_ms.clone(),
            now_ms: self.now_ms.clone(),
            broken: self.broken,
            names: Rc::clone(&self.names),
            killed_after: Cell::new(None),
        }
    }

    /// Writes an edit, a fact or an act down; returns its first hash.
    pub fn write(&self, doing: Doing) -> Hash {
        let mut file = self.file.borrow_mut();
        let offset = if self.broken == Some(FileBreak::DoubleCorrect) { file.offset_ms } else { 0 };
        let wall = u64::try_from(self.wall_ms() - offset).unwrap_or_default() << 16;
        file.last_h = wall.max(file.last_h + 1);
        let h = file.last_h;
        let base = |field: u32| self.base(&file, &(doing.key.clone(), field)).filter(|_| doing.shape == Shape::Record);
        let fields = doing.fields.iter().map(|(field, value, is_personal)| EntryField {
            field: *field,
            value: value.clone(),
            base: base(*field),
            is_personal: *is_personal,
        });
        let entry = Entry {
            number: 0,
            partition: doing.key.partition,
            kind: doing.key.kind.clone(),
            id: doing.key.id,
            shape: doing.shape,
            subject: doing.subject,
            h,
            hash: Hash::default(),
            origin: None,
            given: None,
            fields: fields.collect(),
        };
        file.append(entry)
    }

    fn base(&self, file: &File, key: &(RowKey, u32)) -> Option<Base> {
        let is_ignored = |over: &&Over| match self.broken {
            Some(FileBreak::NoLineage) => true,
            Some(FileBreak::UntilSlot) => over.number.is_none(),
            _ => false,
        };
        let own = file.over.get(key).filter(|o| !is_ignored(o)).map(|o| Base::Own(o.first));
        own.or_else(|| Some(Base::Stamped(file.mirror.get(&key.0)?.fields.get(&key.1)?.stamp)))
    }
}

impl Local for Desk {
    fn transact<T>(&self, verb: impl FnOnce(&mut dyn LocalTx) -> Result<T, LocalError>) -> Result<T, LocalError> {
        match self.killed_after.get() {
            Some(0) => return Err(LocalError("killed".into())),
            left => self.killed_after.set(left.map(|n| n - 1)),
        }
        let mut tx = Open { file: &mut self.file.borrow_mut(), broken: self.broken, names: &self.names };
        verb(&mut tx)
    }

    fn wall_ms(&self) -> i64 {
        self.now_ms.get() + self.skew_ms.get()
    }
}

struct Open<'a> {
    file: &'a mut File,
    broken: Option<FileBreak>,
    names: &'a Cell<u64>,
}

impl LocalTx for Open<'_> {
    fn standing(&mut self) -> Result<Standing, LocalError> {
        Ok(Standing {
            replica: self.file.replica,
            last_number: self.file.hashes.len() as u64 - 1,
            acked_number: self.file.acked,
            epoch: self.file.epoch,
            orders_taken: self.file.orders_taken,
            offering: self.file.offering.clone(),
        })
    }

    fn find_hash(&mut self, number: u64) -> Result<Option<Hash>, LocalError> {
        Ok(usize::try_from(number).ok().and_then(|n| self.file.hashes.get(n).copied()))
    }

    fn list_outbox(&mut self, limits: &Limits) -> Result<Outgoing, LocalError> {
        let entries = self.file.outbox.iter().take(limits.batch_entries).cloned().collect();
        Ok(Outgoing { entries, lacks_key: false })
    }

    fn acknowledge(&mut self, receipt: &Receipt, is_row_here: bool) -> Result<(), LocalError> {
        let file = &mut *self.file;
        if file.outbox.first().is_none_or(|e| e.number != receipt.number || e.hash != receipt.hash) {
            return Ok(());
        }
        let mut entry = file.outbox.remove(0);
        if let (Some(before), Some(now), true) = (&entry.given, &receipt.given, is_row_here) {
            assert!(now.stamp <= before.stamp, "an entry that was sent again got a later stamp than before");
        }
        entry.given = receipt.given.clone().or(entry.given);
        file.acked = receipt.number;
        for field in &entry.fields {
            let key = (row_key(&entry), field.field);
            let Some(over) = file.over.get_mut(&key).filter(|o| o.number == Some(receipt.number)) else { continue };
            over.number = None;
            if is_row_here {
                file.over.remove(&key);
            }
        }
        if matches!(receipt.outcome, Outcome::Refused(_)) {
            file.refused.push(receipt.clone());
        }
        file.sent.push(entry);
        Ok(())
    }

    fn requeue_sent(&mut self, above: u64) -> Result<(), LocalError> {
        let file = &mut *self.file;
        let (keep, again) = std::mem::take(&mut file.sent).into_iter().partition(|e: &Entry| e.number <= above);
        file.sent = keep;
        let waiting = std::mem::replace(&mut file.outbox, again);
        file.outbox.extend(waiting);
        file.acked = file.acked.min(above);
        Ok(())
    }

    fn begin_incarnation(&mut self) -> Result<(), LocalError> {
        let file = &mut *self.file;
        self.names.set(self.names.get() + 1);
        file.replica = replica_id(self.names.get());
        let sent = std::mem::take(&mut file.sent);
        if self.broken != Some(FileBreak::DropSent) {
            file.old_sent.extend(sent);
        }
        file.hashes = vec![Hash::default()];
        file.acked = 0;
        file.over.retain(|_, over| over.number.is_none());
        for entry in std::mem::take(&mut file.outbox) {
            let origin = Some(entry.first());
            file.append(Entry { origin, ..entry });
        }
        Ok(())
    }

    fn discard_outbox(&mut self) -> Result<(), LocalError> {
        self.file.outbox.clear();
        self.file.over.clear();
        Ok(())
    }

    fn put_row(&mut self, row: &Row) -> Result<(), LocalError> {
        if self.file.mirror.insert(row.key.clone(), row.clone()).is_none() {
            self.file.arrived.push(row.key.clone());
        }
        Ok(())
    }

    fn remove_row(&mut self, key: &RowKey) -> Result<(), LocalError> {
        self.file.mirror.remove(key);
        Ok(())
    }

    fn settle(&mut self, partition: Partition, rows: &[RowKey], is_end: bool) -> Result<(), LocalError> {
        let is_let_go = |key: &RowKey| key.partition == partition && (is_end || rows.contains(key));
        self.file.over.retain(|(key, _), over| over.number.is_some() || !is_let_go(key));
        Ok(())
    }

    fn find_cursor(&mut self, partition: Partition) -> Result<u64, LocalError> {
        Ok(self.file.cursors.get(&partition).copied().unwrap_or_default())
    }

    fn put_cursor(&mut self, partition: Partition, cursor: u64) -> Result<(), LocalError> {
        self.file.cursors.insert(partition, cursor);
        Ok(())
    }

    fn begin_epoch(&mut self, epoch: u64) -> Result<(), LocalError> {
        self.file.epoch = epoch;
        self.file.cursors.clear();
        self.file.orders_taken = 0;
        self.file.offering = Some(Offering::Rows { after: None });
        Ok(())
    }

    fn adopt_epoch(&mut self, epoch: u64) -> Result<(), LocalError> {
        self.file.epoch = epoch;
        Ok(())
    }

    fn list_offer(&mut self, from: &Offering, limits: &Limits) -> Result<(Vec<Row>, Offering), LocalError> {
        match from {
            Offering::Rows { after } => {
                let behind = self.file.mirror.values().filter(|row| after.as_ref().is_none_or(|a| row.key > *a));
                let rows: Vec<Row> = behind.take(limits.batch_entries).cloned().collect();
                let after = rows.last().map(|row| row.key.clone()).or_else(|| after.clone());
                Ok((rows, Offering::Rows { after }))
            }
            Offering::SentLog { after } => {
                let behind = self.file.old_sent.iter().skip(usize::try_from(*after).unwrap_or(usize::MAX));
                let entries: Vec<&Entry> = behind.take(limits.batch_entries).collect();
                let next = Offering::SentLog { after: after + entries.len() as u64 };
                // A refused entry has no place and is offered by nobody.
                let mut rows: Vec<Row> = entries.iter().filter_map(|e| as_row(e)).collect();
                if rows.is_empty() && !entries.is_empty() {
                    rows = self.list_offer(&next, limits)?.0;
                }
                Ok((rows, next))
            }
        }
    }

    fn put_offering(&mut self, offering: Option<&Offering>) -> Result<(), LocalError> {
        self.file.offering = offering.cloned();
        Ok(())
    }

    fn take_order(&mut self, order: &EraseOrder) -> Result<(), LocalError> {
        let file = &mut *self.file;
        if file.orders.iter().all(|o| o.id != order.id) {
            file.orders.push(order.clone());
        }
        let is_theirs = |subject: Option<Id>| subject.is_some_and(|s| order.subjects.contains(&s));
        let mut personal: BTreeSet<(RowKey, u32)> = BTreeSet::new();
        for entry in file.outbox.iter_mut().chain(&mut file.sent).chain(&mut file.old_sent) {
            if is_theirs(entry.subject) {
                let key = row_key(entry);
                for field in entry.fields.iter_mut().filter(|f| f.is_personal) {
                    field.value = None;
                    personal.insert((key.clone(), field.field));
                }
            }
        }
        for row in file.mirror.values_mut().filter(|row| is_theirs(row.subject)) {
            row.fields.values_mut().filter(|r| r.is_personal).for_each(|r| r.value = None);
        }
        file.over.iter_mut().filter(|(key, _)| personal.contains(*key)).for_each(|(_, over)| over.value = None);
        Ok(())
    }

    fn put_orders_taken(&mut self, count: u64) -> Result<(), LocalError> {
        self.file.orders_taken = count;
        Ok(())
    }

    fn list_orders(&mut self) -> Result<Vec<EraseOrder>, LocalError> {
        Ok(self.file.orders.clone())
    }

    fn put_clock_offset(&mut self, offset_ms: i64, hub_ms: i64) -> Result<(), LocalError> {
        self.file.offset_ms = offset_ms;
        if self.file.outbox.is_empty() {
            self.file.last_h = self.file.last_h.min(u64::try_from(hub_ms).unwrap_or_default() << 16);
        }
        Ok(())
    }

    fn raise(&mut self, alarm: Alarm) -> Result<(), LocalError> {
        self.file.alarms.push(alarm);
        Ok(())
    }

    fn derive(&mut self) -> Result<usize, LocalError> {
        Ok(0)
    }

    fn find_sum(&mut self, partition: Partition) -> Result<Sum, LocalError> {
        let mut sum = Sum::default();
        self.file.mirror.values().filter(|row| row.key.partition == partition).for_each(|row| sum.add(row.hash()));
        Ok(sum)
    }

    fn list_buckets(&mut self, partition: Partition) -> Result<Vec<Bucket>, LocalError> {
        let mut buckets: BTreeMap<(String, u8), Sum> = BTreeMap::new();
        for row in self.file.mirror.values().filter(|row| row.key.partition == partition) {
            buckets.entry((row.key.kind.clone(), row.key.id.0[0])).or_default().add(row.hash());
        }
        Ok(buckets.into_iter().map(|((kind, byte), sum)| Bucket { kind, byte, sum }).collect())
    }

    fn list_bucket_ids(&mut self, partition: Partition, kind: &str, byte: u8) -> Result<Vec<Id>, LocalError> {
        let rows = self.file.mirror.keys().filter(|k| k.partition == partition && k.kind == kind && k.id.0[0] == byte);
        Ok(rows.map(|key| key.id).collect())
    }
}

/// An entry of the sent-log as the row that it made, with the place it was given.
fn as_row(entry: &Entry) -> Option<Row> {
    let given = entry.given.as_ref()?;
    let mut row = Row::new(row_key(entry), entry.shape, entry.subject);
    for (field, place) in entry.fields.iter().zip(&given.fields) {
        let register = Register {
            value: field.value.clone(),
            stamp: given.stamp,
            base: place.base,
            epoch: place.epoch,
            is_personal: field.is_personal,
        };
        row.fields.insert(field.field, register);
    }
    Some(row)
}

pub fn row_key(entry: &Entry) -> RowKey {
    RowKey { partition: entry.partition, kind: entry.kind.clone(), id: entry.id }
}

fn replica_id(number: u64) -> ReplicaId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    ReplicaId(id)
}

fn chained(previous: &Hash, entry: &Entry) -> Hash {
    let plain = fengxiang_wire::encode(&Entry { hash: Hash::default(), ..entry.clone() }, fengxiang_wire::Form::Plain);
    Hash(*blake3::hash(&[previous.0.as_slice(), &plain].concat()).as_bytes())
}

/// Whether a row is shown: it was not removed.
pub fn is_shown(file: &File, key: &RowKey) -> bool {
    let own = file.over.get(&(key.clone(), ALIVE_FIELD)).map(|o| o.value.clone());
    let hub = || file.mirror.get(key).and_then(|row| Some(row.fields.get(&ALIVE_FIELD)?.value.clone()));
    own.or_else(hub).flatten().is_none_or(|value| value.0 != [0])
}
