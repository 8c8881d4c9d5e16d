//! The real file of a desk as a cycle sees it. Decides nothing: it opens and seals by way of `translate`, and writes down.

use crate::hello::Standing;
use crate::keyring::Keyring;
use crate::local::{Alarm, Local, LocalError, LocalTx, Offering, Outgoing};
use crate::rules::{Break, Rules};
use crate::translate::{
    TranslateError, given_text, hollow, id_of, open_row, parse_row, partition_name, partition_of, to_entry, to_mirror,
    uuid_text,
};
use fengxiang_desk::kinds::known_kinds;
use fengxiang_desk::store::{Acknowledged, MirrorPlace, OpenRow, QueuedEntry, Released, UNREADABLE};
use fengxiang_desk::{Act, Desk, DeskError, Exchange, Kind, Written};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Bucket, Entry, Outcome, Receipt, Refusal, Sum};
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Form, Hash, Id, Partition, ReplicaId, Row, RowKey, Shape};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How long acknowledged entries are kept, so that a restored hub can be refilled.
pub const SENT_KEPT_MS: i64 = 35 * 86_400_000;
/// A clock that is off by more counts no days.
const CLOCK_OFF_MAX_MS: i64 = 3_600_000;
/// Rows that are shown again in one transaction: a check-in waits no longer than that.
const SHOWN_AT_ONCE: usize = 500;
/// Low bits of a stamp count within one millisecond.
const STAMP_COUNTER_BITS: u32 = 16;

const EPOCH: &str = "sync_epoch";
const ORDERS_TAKEN: &str = "sync_orders_taken";
const OFFERING: &str = "sync_offering";
/// The kinds and fields that all rows were shown with.
pub(crate) const SHOWN_WITH: &str = "sync_shown_with";
pub(crate) const OFFSET: &str = "sync_offset_ms";

/// A desk that is open, with the keys of its partitions.
pub struct DeskFile<'a> {
    desk: &'a Desk,
    station: Id,
    keys: Keyring,
    rules: Rules,
    touched: Mutex<BTreeSet<Kind>>,
    rows: AtomicI64,
    /// A value came that no key at hand opens.
    lacks_key: AtomicBool,
    progress: Option<&'a (dyn Fn(i64) + Sync)>,
}

impl<'a> DeskFile<'a> {
    pub fn new(desk: &'a Desk, station: Id, keys: Keyring) -> Self {
        Self {
            desk,
            station,
            keys,
            rules: Rules::default(),
            touched: Mutex::default(),
            rows: AtomicI64::new(0),
            lacks_key: AtomicBool::new(false),
            progress: None,
        }
    }

    /// Tells behind each transaction how many rows came.
    pub fn telling(mut self, progress: &'a (dyn Fn(i64) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Whether a value came that no key at hand opens: there may be an envelope with one.
    pub fn lacks_key(&self) -> bool {
        self.lacks_key.load(Ordering::Relaxed)
    }

    /// Shows every row again, some of which could not be opened before.
    pub fn show_all(&self) -> Result<(), LocalError> {
        let mut after: Option<MirrorPlace> = None;
        loop {
            let last = self.transact_file(|tx| tx.show_some(after.as_ref()))?;
            if last.is_none() {
                return Ok(());
            }
            after = last;
        }
    }

    /// Rows that an older program could not show, or not whole, are shown again by the first one that knows their kinds. Returns
    /// whether this is one.
    pub fn show_what_is_known_now(&self) -> Result<bool, LocalError> {
        let known = known_kinds();
        if self.desk.find_state(SHOWN_WITH).map_err(failed)?.as_ref() == Some(&known) {
            return Ok(false);
        }
        self.show_all()?;
        self.transact_file(|tx| tx.put(SHOWN_WITH, &known))?;
        Ok(true)
    }

    /// The same file with a rule broken on purpose.
    pub fn breaking(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// What the answers changed since this was asked last; screens refresh from it.
    pub fn take_touched(&self) -> BTreeSet<Kind> {
        std::mem::take(&mut self.touched.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes people out of this file by an order of its own, which is handed in at the next cycle.
    pub fn order_erasure(&self, order: &EraseOrder) -> Result<(), LocalError> {
        let subjects: Vec<String> = order.subjects.iter().map(|s| uuid_text(*s)).collect();
        let message = fengxiang_wire::encode(order, Form::Plain);
        let id = uuid_text(order.id);
        self.transact_file(|tx| {
            tx.x.put_order(&id, &subjects, &message, false).map_err(failed)?;
            tx.erase(&subjects)
        })
    }

    /// Gives a refused change up: what the hub has is shown again.
    pub fn drop_refused(&self, act: Act, seq: i64) -> Result<Written<()>, LocalError> {
        self.transact_as(Some(act), |tx| {
            let (partition, released) = tx.x.drop_refused(seq).map_err(failed)?;
            let partition = partition_of(&partition, tx.station).map_err(malformed)?;
            tx.show_again(partition, released)
        })
    }

    /// Forgets what was acknowledged long ago.
    pub fn prune(&self) -> Result<usize, DeskError> {
        // By a clock that is far off everything would be long ago.
        if crate::link::clock_ahead_ms(self.desk)?.abs() > CLOCK_OFF_MAX_MS {
            return Ok(0);
        }
        let before = self.desk.now_ms() - SENT_KEPT_MS;
        Ok(self.desk.exchange(|x| x.prune_sent(before))?.value)
    }
}

impl DeskFile<'_> {
    fn transact_file<T>(&self, verb: impl FnOnce(&mut OpenFile) -> Result<T, LocalError>) -> Result<T, LocalError> {
        let written = self.transact_as(None, verb)?;
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).extend(written.touched);
        Ok(written.value)
    }

    fn transact_as<T>(
        &self,
        act: Option<Act>,
        verb: impl FnOnce(&mut OpenFile) -> Result<T, LocalError>,
    ) -> Result<Written<T>, LocalError> {
        let (mut told, mut rows, mut lacks_key) = (None, 0, false);
        let written = self.desk.exchange_as(act, |x| {
            let mut tx = OpenFile {
                x,
                station: self.station,
                keys: &self.keys,
                ids: self.desk,
                rules: self.rules,
                rows: &mut rows,
                lacks_key: &mut lacks_key,
            };
            verb(&mut tx).map_err(|error| {
                told = Some(error);
                // Whatever it was, the handle is opened and checked again before the next use.
                DeskError::DiskFault
            })
        });
        let written = written.map_err(|error| told.unwrap_or_else(|| failed(error)))?;
        self.lacks_key.fetch_or(lacks_key, Ordering::Relaxed);
        let all = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        if let Some(progress) = self.progress.filter(|_| rows > 0) {
            progress(all);
        }
        Ok(written)
    }
}

impl Local for DeskFile<'_> {
    fn transact<T>(&self, verb: impl FnOnce(&mut dyn LocalTx) -> Result<T, LocalError>) -> Result<T, LocalError> {
        self.transact_file(|tx| verb(tx))
    }

    fn wall_ms(&self) -> i64 {
        self.desk.now_ms()
    }
}

fn failed(error: DeskError) -> LocalError {
    LocalError(error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn malformed(error: TranslateError) -> LocalError {
    LocalError(error.to_string())
}

struct OpenFile<'a, 'b> {
    x: &'a mut Exchange<'b>,
    station: Id,
    keys: &'a Keyring,
    ids: &'a Desk,
    rules: Rules,
    /// That came in this transaction.
    rows: &'a mut i64,
    lacks_key: &'a mut bool,
}

impl OpenFile<'_, '_> {
    fn find_number(&self, key: &str) -> Result<u64, LocalError> {
        Ok(self.x.find_state(key).map_err(failed)?.and_then(|n| n.parse().ok()).unwrap_or(0))
    }

    fn put(&mut self, key: &str, value: &impl ToString) -> Result<(), LocalError> {
        self.x.put_state(key, &value.to_string()).map_err(failed)
    }

    /// Shows the row again, where an own edit no longer covers it.
    fn show_again(&mut self, partition: Partition, released: Released) -> Result<(), LocalError> {
        for (kind, id) in released {
            let found = self.x.find_mirrored(&partition.to_string(), &kind, &id).map_err(failed)?;
            if let Some(bytes) = found {
                let row = parse_row(&bytes).map_err(malformed)?;
                self.show(&row)?;
            }
        }
        Ok(())
    }

    /// A value that does not open, or that breaks a rule of its table, stays in the mirror: one bad row stops nobody.
    fn show(&mut self, row: &Row) -> Result<(), LocalError> {
        let (id, subject) = (uuid_text(row.key.id), row.subject.map(uuid_text));
        let station = uuid_text(row.key.partition.station().unwrap_or(self.station));
        match open_row(row, &id, &station, self.keys) {
            Ok(Some(open)) => {
                let open = OpenRow { subject: subject.as_deref(), ..open };
                self.x.project(&open).map(drop).map_err(failed)
            }
            Err(TranslateError::NoKey(_)) => {
                *self.lacks_key = true;
                Ok(())
            }
            Ok(None) | Err(_) => Ok(()),
        }
    }

    /// Shows rows behind a place; returns the last of them.
    fn show_some(&mut self, after: Option<&MirrorPlace>) -> Result<Option<MirrorPlace>, LocalError> {
        let rows = self.x.list_mirrored(after, SHOWN_AT_ONCE).map_err(failed)?;
        for (_, bytes) in &rows {
            self.show(&parse_row(bytes).map_err(malformed)?)?;
        }
        Ok(rows.into_iter().last().map(|(place, _)| place))
    }

    /// Two copies of a file tell the same fact, one of them too late: what the hub has is what it says. Nothing was refused.
    fn settle_taken(&mut self, partition: Partition) -> Result<(), LocalError> {
        for (seq, queued) in self.x.list_taken().map_err(failed)? {
            let entry = &queued.entry;
            let found = self.x.find_mirrored(&partition.to_string(), &entry.kind, &entry.id).map_err(failed)?;
            let Some(row) = found.map(|bytes| parse_row(&bytes)).transpose().map_err(malformed)? else { continue };
            let Ok(Some(open)) = open_row(&row, &entry.id, "", self.keys) else { continue };
            let is_said = |f: &fengxiang_desk::Field| {
                open.fields.iter().any(|(number, value)| *number == f.field && *value == f.value)
            };
            if entry.fields.iter().all(is_said) {
                self.x.settle_taken(seq).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn worded(&self, queued: &QueuedEntry) -> Result<Entry, TranslateError> {
        if queued.is_hollow {
            return Err(TranslateError::Malformed("entry"));
        }
        to_entry(queued, self.station, self.keys)
    }

    /// Why a hub refused an entry. Of one that went without its values it cannot know.
    fn refusal(&self, number: i64, why: Refusal) -> Result<String, LocalError> {
        let waiting = self.x.find_waiting(number).map_err(failed)?;
        let is_unreadable = waiting
            .is_some_and(|queued| self.worded(&queued).is_err_and(|error| !matches!(error, TranslateError::NoKey(_))));
        Ok(if is_unreadable { UNREADABLE } else { refusal_code(why) }.to_owned())
    }

    fn mirror(&mut self, row: &Row) -> Result<(), LocalError> {
        if row.shape == Shape::Tray {
            self.x.touch(Kind::Sync);
        }
        let mut new = to_mirror(row);
        if self.rules.lack(Break::StaleSums) {
            new.hash = 0;
        }
        self.x.put_mirrored(&new).map_err(failed)
    }
}

impl LocalTx for OpenFile<'_, '_> {
    fn standing(&mut self) -> Result<Standing, LocalError> {
        let replica = self.x.find_state("replica").map_err(failed)?;
        let offering = self.x.find_state(OFFERING).map_err(failed)?;
        Ok(Standing {
            replica: replica.as_deref().and_then(ReplicaId::from_hex).ok_or(LocalError("no replica".into()))?,
            last_number: unsigned(self.x.last_number().map_err(failed)?),
            acked_number: unsigned(self.x.acked_number().map_err(failed)?),
            epoch: self.find_number(EPOCH)?,
            orders_taken: self.find_number(ORDERS_TAKEN)?,
            offering: offering.and_then(|text| serde_json::from_str(&text).ok()),
        })
    }

    fn find_hash(&mut self, number: u64) -> Result<Option<Hash>, LocalError> {
        Ok(self.x.find_hash(number.cast_signed()).map_err(failed)?.map(Hash))
    }

    fn list_outbox(&mut self, limits: &Limits) -> Result<Outgoing, LocalError> {
        let waiting = self.x.list_waiting(limits.batch_entries).map_err(failed)?;
        let (mut bytes, mut outgoing) = (0, Outgoing::default());
        for queued in &waiting {
            let entry = match self.worded(queued) {
                Ok(entry) => entry,
                Err(TranslateError::NoKey(_)) => {
                    (*self.lacks_key, outgoing.lacks_key) = (true, true);
                    break;
                }
                Err(_) => hollow(queued, self.station),
            };
            bytes += size_bytes(&entry);
            if bytes > limits.batch_bytes && !outgoing.entries.is_empty() {
                break;
            }
            outgoing.entries.push(entry);
        }
        Ok(outgoing)
    }

    fn acknowledge(&mut self, receipt: &Receipt, is_row_here: bool) -> Result<(), LocalError> {
        let refusal = match receipt.outcome {
            Outcome::Refused(why) => Some(self.refusal(receipt.number.cast_signed(), why)?),
            _ => None,
        };
        let is_refused = refusal.is_some();
        let done = Acknowledged {
            number: receipt.number.cast_signed(),
            hash: receipt.hash.0,
            outcome: outcome_code(receipt.outcome),
            refusal,
            given: receipt.given.as_ref().map(given_text),
        };
        let Some(partition) = self.x.move_to_sent(&done).map_err(failed)? else { return Ok(()) };
        if receipt.outcome == Outcome::Scrubbed {
            self.x.erase_sent_number(done.number).map_err(failed)?;
        }
        if is_refused {
            return self.x.hold_refused(done.number).map_err(failed);
        }
        let is_done = is_row_here || self.rules.lack(Break::ForgetOwn);
        let released = self.x.settle_own(done.number, is_done).map_err(failed)?;
        let partition = partition_of(&partition, self.station).map_err(malformed)?;
        self.show_again(partition, released)
    }

    fn requeue_sent(&mut self, above: u64) -> Result<(), LocalError> {
        self.x.requeue_sent(above.cast_signed()).map_err(failed)?;
        // What lay between was forgotten in time: the rest gets new numbers and keeps its first hash.
        if self.x.follows_on(above.cast_signed()).map_err(failed)? { Ok(()) } else { self.begin_incarnation() }
    }

    fn begin_incarnation(&mut self) -> Result<(), LocalError> {
        if self.rules.lack(Break::DropSent) {
            self.x.prune_sent(i64::MAX).map_err(failed)?;
        }
        let mut id = [0; 16];
        self.ids.fill_random(&mut id);
        self.x.begin_replica(&ReplicaId(id).to_string()).map_err(failed)
    }

    fn discard_outbox(&mut self) -> Result<(), LocalError> {
        Err(LocalError("no rule of ours throws away what waits".into()))
    }

    fn put_row(&mut self, row: &Row) -> Result<(), LocalError> {
        *self.rows += 1;
        self.mirror(row)?;
        self.show(row)
    }

    fn remove_row(&mut self, key: &RowKey) -> Result<(), LocalError> {
        let (partition, id) = (key.partition.to_string(), uuid_text(key.id));
        self.x.remove_mirrored(&partition, &key.kind, &id, key.id.0[0]).map_err(failed)
    }

    fn settle(&mut self, partition: Partition, rows: &[RowKey], is_end: bool) -> Result<(), LocalError> {
        if is_end {
            self.settle_taken(partition)?;
            let station = uuid_text(partition.station().unwrap_or(self.station));
            let released = self.x.release_all(partition_name(partition), &station).map_err(failed)?;
            return self.show_again(partition, released);
        }
        for key in rows {
            let released = self.x.release_row(&key.kind, &uuid_text(key.id)).map_err(failed)?;
            self.show_again(partition, released)?;
        }
        Ok(())
    }

    fn find_cursor(&mut self, partition: Partition) -> Result<u64, LocalError> {
        Ok(unsigned(self.x.find_cursor(&partition.to_string()).map_err(failed)?))
    }

    fn put_cursor(&mut self, partition: Partition, cursor: u64) -> Result<(), LocalError> {
        self.x.put_cursor(&partition.to_string(), cursor.cast_signed()).map_err(failed)
    }

    fn begin_epoch(&mut self, epoch: u64) -> Result<(), LocalError> {
        self.put(EPOCH, &epoch)?;
        self.put(ORDERS_TAKEN, &0)?;
        self.x.reset_cursors().map_err(failed)?;
        self.put_offering(Some(&Offering::Rows { after: None }))
    }

    fn adopt_epoch(&mut self, epoch: u64) -> Result<(), LocalError> {
        self.put(EPOCH, &epoch)
    }

    fn list_offer(&mut self, from: &Offering, limits: &Limits) -> Result<(Vec<Row>, Offering), LocalError> {
        match from {
            Offering::Rows { after } => self.offer_rows(after.as_ref(), limits),
            Offering::SentLog { after } => self.offer_sent(*after, limits),
        }
    }

    fn put_offering(&mut self, offering: Option<&Offering>) -> Result<(), LocalError> {
        match offering {
            Some(offering) => {
                let text = serde_json::to_string(offering).expect("a place is plain data");
                self.x.put_state(OFFERING, &text).map_err(failed)
            }
            None => self.x.remove_state(OFFERING).map_err(failed),
        }
    }

    fn take_order(&mut self, order: &EraseOrder) -> Result<(), LocalError> {
        let subjects: Vec<String> = order.subjects.iter().map(|s| uuid_text(*s)).collect();
        let message = fengxiang_wire::encode(order, Form::Plain);
        self.x.put_order(&uuid_text(order.id), &subjects, &message, true).map_err(failed)?;
        self.erase(&subjects)
    }

    fn put_orders_taken(&mut self, count: u64) -> Result<(), LocalError> {
        self.put(ORDERS_TAKEN, &count)
    }

    fn list_orders(&mut self) -> Result<Vec<EraseOrder>, LocalError> {
        let orders = self.x.list_orders().map_err(failed)?;
        let parse = |bytes: Vec<u8>| fengxiang_wire::decode(&bytes, Form::Plain);
        orders.into_iter().map(parse).collect::<Result<_, _>>().map_err(|e| LocalError(e.to_string()))
    }

    fn put_clock_offset(&mut self, offset_ms: i64, hub_ms: i64) -> Result<(), LocalError> {
        self.put(OFFSET, &offset_ms)?;
        self.x.lower_stamp(hub_ms.max(0) << STAMP_COUNTER_BITS).map_err(failed)
    }

    fn raise(&mut self, alarm: Alarm) -> Result<(), LocalError> {
        let (kind, rows) = match alarm {
            Alarm::Restored => ("restored", 0),
            Alarm::Cloned => ("cloned", 0),
            Alarm::HubRestored => ("hub_restored", 0),
            Alarm::Repaired { rows } => ("repaired", rows.cast_signed()),
        };
        if matches!(alarm, Alarm::Restored | Alarm::Cloned) {
            self.x.begin_fork().map_err(failed)?;
        }
        self.x.raise_alarm(kind, rows).map_err(failed)
    }

    /// Nothing is computed for a board whose key is not here yet, nor at a district desk, which has no board of its own.
    fn derive(&mut self) -> Result<usize, LocalError> {
        let board = Partition::Board(self.station);
        if self.ids.is_district() || self.keys.newest(board).is_none() {
            return Ok(0);
        }
        self.x.derive_board().map_err(failed)
    }

    fn find_sum(&mut self, partition: Partition) -> Result<Sum, LocalError> {
        let sums = self.x.list_sums(&partition.to_string()).map_err(failed)?;
        let add =
            |all: Sum, one: Sum| Sum { rows: all.rows.wrapping_add(one.rows), sum: all.sum.wrapping_add(one.sum) };
        Ok(sums.iter().map(|s| Sum { rows: unsigned(s.rows), sum: s.sum.cast_unsigned() }).fold(Sum::default(), add))
    }

    fn list_buckets(&mut self, partition: Partition) -> Result<Vec<Bucket>, LocalError> {
        let sums = self.x.list_sums(&partition.to_string()).map_err(failed)?;
        let bucket = |s: fengxiang_desk::store::MirrorSum| Bucket {
            sum: Sum { rows: unsigned(s.rows), sum: s.sum.cast_unsigned() },
            kind: s.kind,
            byte: s.byte,
        };
        Ok(sums.into_iter().map(bucket).collect())
    }

    fn list_bucket_ids(&mut self, partition: Partition, kind: &str, byte: u8) -> Result<Vec<Id>, LocalError> {
        let ids = self.x.list_mirrored_ids(&partition.to_string(), kind).map_err(failed)?;
        let ids = ids.iter().map(|id| id_of(id)).collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        Ok(ids.into_iter().filter(|id| id.0[0] == byte).collect())
    }
}

impl OpenFile<'_, '_> {
    /// Takes what is personal of these people out of the mirror and everything else.
    fn erase(&mut self, subjects: &[String]) -> Result<(), LocalError> {
        for subject in subjects {
            for bytes in self.x.list_mirrored_of(subject).map_err(failed)? {
                let mut row = parse_row(&bytes).map_err(malformed)?;
                row.fields.values_mut().filter(|r| r.is_personal).for_each(|r| r.value = None);
                self.mirror(&row)?;
            }
            if self.rules.lack(Break::KeepSent) {
                self.x.erase_shown(subject).map_err(failed)?;
                self.x.erase_waiting(subject).map_err(failed)?;
            } else {
                self.x.erase_subject(subject).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn offer_rows(&mut self, after: Option<&RowKey>, limits: &Limits) -> Result<(Vec<Row>, Offering), LocalError> {
        let place = match after {
            Some(key) => {
                let no = self.x.partition_no(&key.partition.to_string()).map_err(failed)?;
                Some(MirrorPlace { partition_no: no, kind: key.kind.clone(), id: uuid_text(key.id) })
            }
            None => None,
        };
        let rows = self.x.list_mirrored(place.as_ref(), limits.batch_entries).map_err(failed)?;
        let mut bytes = 0;
        let within = rows.iter().take_while(|(_, row)| {
            bytes += row.len();
            bytes <= limits.batch_bytes || bytes == row.len()
        });
        let rows = within.map(|(_, row)| parse_row(row)).collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        let after = rows.last().map(|row| row.key.clone()).or_else(|| after.cloned());
        Ok((rows, Offering::Rows { after }))
    }

    /// Entries of earlier incarnations; those of this one are pushed again.
    fn offer_sent(&mut self, after: u64, limits: &Limits) -> Result<(Vec<Row>, Offering), LocalError> {
        let sent = self.x.list_sent_before(after.cast_signed(), limits.batch_entries).map_err(failed)?;
        let (mut bytes, mut next, mut rows) = (0, after, Vec::new());
        for (seq, queued) in &sent {
            // What cannot be put into words now is left out: it stops none of the others.
            let entry = self.worded(queued).ok();
            bytes += entry.as_ref().map_or(0, size_bytes);
            if bytes > limits.batch_bytes && !rows.is_empty() {
                break;
            }
            next = seq.cast_unsigned();
            rows.extend(entry.as_ref().and_then(as_row));
        }
        // An empty list would end the part.
        if rows.is_empty() && !sent.is_empty() {
            return self.offer_sent(next, limits);
        }
        Ok((rows, Offering::SentLog { after: next }))
    }
}

/// An entry of the sent-log as the row that it made, with the place it was given.
fn as_row(entry: &Entry) -> Option<Row> {
    let given = entry.given.as_ref()?;
    let key = RowKey { partition: entry.partition, kind: entry.kind.clone(), id: entry.id };
    let mut row = Row::new(key, entry.shape, entry.subject);
    for (field, place) in entry.fields.iter().zip(&given.fields) {
        let register = fengxiang_wire::Register {
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

/// About what an entry takes in a message, its fixed parts included.
fn size_bytes(entry: &Entry) -> usize {
    const FIXED: usize = 200;
    const OF_FIELD: usize = 120;
    let values = entry.fields.iter().map(|f| OF_FIELD + f.value.as_ref().map_or(0, |v| v.0.len()));
    FIXED + entry.kind.len() + values.sum::<usize>()
}

fn outcome_code(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Superseded => "superseded",
        Outcome::Conflict => "conflict",
        Outcome::Refused(_) => "refused",
        Outcome::Scrubbed => "scrubbed",
    }
}

fn refusal_code(why: Refusal) -> &'static str {
    match why {
        Refusal::NotAllowed => "not_allowed",
        Refusal::RowTooLarge => "row_too_large",
        Refusal::IdTaken => "id_taken",
        Refusal::Malformed => "malformed",
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
