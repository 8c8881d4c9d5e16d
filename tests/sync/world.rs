//! A seeded world: desks that write, lose their network, are restored and copied, clocks that jump, a hub that is restored,
//! persons that are erased. It knows the hidden truth (who wrote what when, and what stood on whose screen) and holds the
//! promises of desk and hub against it after every step.

use super::desk::{Desk, Doing, File, FileBreak, is_shown, row_key};
use super::line::{Fate, Line, at_once};
use super::twin::{self, Twin};
use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use fengxiang_hub::exchange::{self, Asking};
use fengxiang_hub::store::Tx;
use fengxiang_hub::store::memory::Memory;
use fengxiang_sync::{Alarm, Cycle, Local};
use fengxiang_wire::device::Grant;
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::limits::Limits;
use fengxiang_wire::row::ALIVE_FIELD;
use fengxiang_wire::{Hash, Id, Partition, Row, RowKey, Sealed, Shape, Stamp};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

const YEAR_MS: i64 = 365 * 86_400_000;
const STATION: Partition = Partition::Station(Id([7; 16]));
/// The field that goes with the person.
const NAME: u32 = 1;
const FIELDS: [u32; 3] = [NAME, 2, 3];
const RECORDS: u8 = 4;
const REMOVABLE: u8 = 2;
const DESKS_MAX: usize = 5;

type FieldKey = (RowKey, u32);

/// Which rules are broken on purpose.
#[derive(Debug, Clone, Copy, Default)]
pub struct Broken {
    pub hub: fengxiang_hub::exchange::Rules,
    pub desk: fengxiang_sync::Rules,
    pub file: Option<FileBreak>,
}

/// How often what happened. A run in which a kind of fault did not occur proves nothing about it.
pub type Counts = BTreeMap<&'static str, u64>;

struct Station {
    name: usize,
    desk: Desk,
    memory: Remembered,
}

/// What a desk's user remembers goes back with a restored file, as the screen does.
#[derive(Clone, Default)]
struct Remembered {
    /// Edits that this desk has had on its screen.
    seen: BTreeMap<FieldKey, BTreeSet<Hash>>,
    wrote: BTreeSet<Id>,
}

struct Written {
    at: i64,
    key: FieldKey,
    /// The edit that its author had on screen, and all that the desk had shown before.
    screen: Option<Hash>,
    seen: BTreeSet<Hash>,
}

pub struct World<'a> {
    rng: Rng,
    now_ms: i64,
    hub: RefCell<Memory>,
    /// The same hub on databases.
    twins: &'a mut [Box<dyn Twin>],
    grants: Vec<Grant>,
    stations: Vec<Station>,
    names: Rc<Cell<u64>>,
    broken: Broken,
    is_calm: bool,
    backups: Vec<(usize, File, Remembered)>,
    hub_backup: Option<Memory>,
    edits: HashMap<Hash, Written>,
    live: BTreeSet<Hash>,
    tracked: BTreeSet<Id>,
    /// What a desk's user wrote last, until somebody else has a say.
    mine: BTreeMap<(usize, FieldKey), Sealed>,
    /// The effect of an acknowledged act.
    fixed: BTreeMap<Id, bool>,
    latest_act: Stamp,
    places: BTreeMap<Id, Stamp>,
    removals: BTreeSet<Hash>,
    secrets: BTreeMap<Id, BTreeSet<Vec<u8>>>,
    erased: BTreeSet<Id>,
    made: u64,
    pub counts: Counts,
}

/// Runs one seed. Fails with what was broken.
pub fn run(seed: u64, steps: usize, broken: Broken) -> Result<Counts> {
    run_beside(seed, steps, broken, &mut [])
}

/// The same with hubs on databases beside that in memory, which must answer the same.
pub fn run_beside(seed: u64, steps: usize, broken: Broken, twins: &mut [Box<dyn Twin>]) -> Result<Counts> {
    let mut world = World::new(seed, broken, twins);
    for step in 0..steps {
        world.step().with_context(|| format!("seed {seed}, step {step}"))?;
    }
    world.come_to_rest().with_context(|| format!("seed {seed}, at the end"))?;
    Ok(world.counts)
}

impl<'a> World<'a> {
    fn new(seed: u64, broken: Broken, twins: &'a mut [Box<dyn Twin>]) -> Self {
        let names = Rc::new(Cell::new(0));
        let grants = vec![Grant {
            partition: STATION,
            may_read: true,
            writes: vec!["*".into()],
            may_only_add: false,
            may_grant: true,
        }];
        let mut world = Self {
            rng: Rng::with_seed(seed),
            now_ms: 50 * YEAR_MS,
            hub: RefCell::new(Memory::new()),
            twins,
            grants,
            stations: Vec::new(),
            names,
            broken,
            is_calm: seed.is_multiple_of(4),
            backups: Vec::new(),
            hub_backup: None,
            edits: HashMap::new(),
            live: BTreeSet::new(),
            tracked: BTreeSet::new(),
            mine: BTreeMap::new(),
            fixed: BTreeMap::new(),
            latest_act: Stamp::default(),
            places: BTreeMap::new(),
            removals: BTreeSet::new(),
            secrets: BTreeMap::new(),
            erased: BTreeSet::new(),
            made: 0,
            counts: Counts::new(),
        };
        for name in 0..3 {
            world.add_station(name);
        }
        world
    }

    fn add_station(&mut self, name: usize) {
        self.names.set(self.names.get() + 1);
        let skew =
            if self.is_calm { self.pick(&[0, 1_900, -1_900, 10 * YEAR_MS, -10 * YEAR_MS, 90_000, -90_000]) } else { 0 };
        let desk = Desk {
            file: RefCell::new(File::new(self.names.get())),
            skew_ms: Cell::new(skew),
            now_ms: Cell::new(self.now_ms),
            broken: self.broken.file,
            names: Rc::clone(&self.names),
            killed_after: Cell::new(None),
        };
        self.stations.push(Station { name, desk, memory: Remembered::default() });
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(..of.len())]
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn step(&mut self) -> Result<()> {
        self.now_ms += self.pick(&[1, 1, 50, 5_000, 3_600_000]);
        self.stations.iter().for_each(|s| s.desk.now_ms.set(self.now_ms));
        let at = self.rng.usize(..self.stations.len());
        let mut is_lossy = false;
        match self.rng.u32(..1_000) {
            0..370 => self.edit(at),
            370..400 => self.remove_or_bring_back(at),
            400..460 => self.act(at),
            460..500 => self.record_fact(at),
            500..780 => self.sync_badly(at)?,
            780..830 => self.back_up(at),
            830..870 => is_lossy = self.restore(),
            870..890 => self.clone_desk(at),
            890..930 => self.jump(at),
            930..950 => self.back_the_hub_up()?,
            950..970 => is_lossy = self.restore_hub()?,
            970..980 => self.erase()?,
            _ => {}
        }
        self.account(is_lossy)
    }

    fn edit(&mut self, at: usize) {
        let id = record(self.rng.u8(..RECORDS));
        let field = self.pick(&FIELDS);
        let key = RowKey { partition: STATION, kind: "visitor".into(), id };
        self.write_field(at, (key, field), Some(id));
    }

    fn write_field(&mut self, at: usize, key: FieldKey, subject: Option<Id>) {
        self.made += 1;
        let value = format!("<{}:{}>", key.1, self.made).into_bytes();
        self.look(at);
        let is_personal = key.1 == NAME;
        let station = &mut self.stations[at];
        let seen = station.memory.seen.get(&key).cloned().unwrap_or_default();
        let screen = station.desk.file.borrow().on_screen(&key);
        let fields = vec![(key.1, Some(Sealed(value.clone())), is_personal)];
        let doing = Doing { key: key.0.clone(), shape: Shape::Record, subject, fields };
        let first = station.desk.write(doing);
        self.edits.insert(first, Written { at: self.now_ms, key: key.clone(), screen, seen });
        self.live.insert(first);
        if let Some(subject) = subject.filter(|_| is_personal) {
            self.secrets.entry(subject).or_default().insert(value.clone());
        }
        self.mine.insert((station.name, key), Sealed(value));
    }

    /// Removal takes the values along; bringing back writes them anew.
    fn remove_or_bring_back(&mut self, at: usize) {
        let key = RowKey { partition: STATION, kind: "expiry".into(), id: record(100 + self.rng.u8(..REMOVABLE)) };
        self.made += 1;
        let value = |n: u32| Some(Sealed(format!("<{n}:{}>", self.made).into_bytes()));
        let file = self.stations[at].desk.file.borrow();
        let is_there = is_shown(&file, &key);
        let screen = file.on_screen(&(key.clone(), ALIVE_FIELD));
        drop(file);
        let mut fields: Vec<_> = [2, 3].map(|n| (n, if is_there { None } else { value(n) }, false)).into();
        let is_edit = self.rng.u8(..3) == 0 && is_there;
        if is_edit {
            fields = vec![(2, value(2), false)];
        } else {
            fields.push((ALIVE_FIELD, Some(Sealed(vec![u8::from(!is_there)])), false));
            self.count(if is_there { "removed" } else { "brought back" });
        }
        let doing = Doing { key: key.clone(), shape: Shape::Record, subject: None, fields };
        let first = self.stations[at].desk.write(doing);
        if !is_edit {
            let written = Written { at: self.now_ms, key: (key, ALIVE_FIELD), screen, seen: BTreeSet::new() };
            self.edits.insert(first, written);
            self.live.insert(first);
            self.removals.extend(is_there.then_some(first));
        }
    }

    fn act(&mut self, at: usize) {
        self.made += 1;
        let ticket = self.rng.u8(..2);
        let file = self.stations[at].desk.file.borrow();
        let state = fold(&self.acts_of(&file)).0.get(&ticket).copied().unwrap_or(0);
        drop(file);
        let legal: Vec<u8> = (0..VERBS).filter(|v| next(state, *v).is_some()).collect();
        let verb = if legal.is_empty() || self.rng.u8(..4) == 0 { self.rng.u8(..VERBS) } else { self.pick(&legal) };
        let id = numbered(self.made);
        let key = RowKey { partition: STATION, kind: "ticket_act".into(), id };
        let fields = vec![(1, Some(Sealed(vec![ticket, verb])), false)];
        self.stations[at].desk.write(Doing { key, shape: Shape::Act, subject: None, fields });
        self.tracked.insert(id);
        self.stations[at].memory.wrote.insert(id);
    }

    fn record_fact(&mut self, at: usize) {
        self.made += 1;
        let id = numbered(self.made);
        let key = RowKey { partition: STATION, kind: "visit".into(), id };
        let subject = record(self.rng.u8(..RECORDS));
        let secret = format!("<fact:{}>", self.made).into_bytes();
        let fields = vec![(1, Some(Sealed(vec![1])), false), (2, Some(Sealed(secret.clone())), true)];
        self.stations[at].desk.write(Doing { key, shape: Shape::Fact, subject: Some(subject), fields });
        self.secrets.entry(subject).or_default().insert(secret);
        self.tracked.insert(id);
        self.stations[at].memory.wrote.insert(id);
    }

    fn sync_badly(&mut self, at: usize) -> Result<()> {
        let fates = (0..6).map(|_| match self.rng.u8(..10) {
            0 | 1 => Fate::RequestLost,
            2 | 3 => Fate::ReplyLost,
            4 => Fate::Doubled,
            _ => Fate::Arrives,
        });
        let fates = fates.collect();
        let hub_skew = if self.is_calm { 0 } else { self.pick(&[0, 0, -700, 700]) };
        let pages_max = self.pick(&[1, 2, 50]);
        let batch = self.rng.usize(1..6);
        if self.rng.u8(..6) == 0 {
            self.stations[at].desk.killed_after.set(Some(self.rng.u32(..12)));
        }
        self.sync(at, fates, hub_skew, Limits { batch_entries: batch, page_rows: 3, ..Limits::default() }, pages_max)
    }

    fn sync(&mut self, at: usize, fates: Vec<Fate>, hub_skew: i64, limits: Limits, pages_max: usize) -> Result<()> {
        let station = &self.stations[at];
        let alarms = station.desk.file.borrow().alarms.len();
        let line = Line {
            hub: &self.hub,
            twins: self.twins,
            grants: &self.grants,
            rules: self.broken.hub,
            now_ms: self.now_ms + hub_skew,
            fates: RefCell::new(fates),
            lost_requests: Cell::new(0),
            lost_replies: Cell::new(0),
            doubled: Cell::new(0),
        };
        let cycle = Cycle { local: &station.desk, hub: &line, rules: self.broken.desk, limits, pages_max };
        let ended = at_once(cycle.run());
        let is_killed = station.desk.killed_after.take() == Some(0);
        if let Ok(report) = &ended {
            ensure!(report.repaired == 0, "desk and hub differed in {} rows after a whole cycle", report.repaired);
        }
        let lost = (line.lost_requests.get(), line.lost_replies.get(), line.doubled.get());
        for (what, n) in [("lost request", lost.0), ("lost reply", lost.1), ("doubled request", lost.2)] {
            *self.counts.entry(what).or_default() += n;
        }
        if is_killed {
            self.count("killed between two transactions");
        }
        let raised: Vec<Alarm> = self.stations[at].desk.file.borrow().alarms[alarms..].to_vec();
        for alarm in raised {
            self.count(match alarm {
                Alarm::Restored => "told of a restored file",
                Alarm::Cloned => "told of clones",
                Alarm::HubRestored => "told of a restored hub",
                Alarm::Repaired { .. } => "repaired",
            });
        }
        self.check_flicker(at)?;
        self.look(at);
        self.check_acts(at)
    }

    fn back_up(&mut self, at: usize) {
        let station = &self.stations[at];
        self.backups.push((station.name, station.desk.file.borrow().clone(), station.memory.clone()));
        self.count("backup");
    }

    fn restore(&mut self) -> bool {
        if self.backups.is_empty() {
            return false;
        }
        let (name, file, memory) = self.backups[self.rng.usize(..self.backups.len())].clone();
        let Some(station) = self.stations.iter_mut().find(|s| s.name == name) else { return false };
        *station.desk.file.borrow_mut() = file;
        station.memory = memory;
        self.mine.retain(|(who, _), _| *who != name);
        self.count("restored file");
        true
    }

    fn clone_desk(&mut self, at: usize) {
        if self.stations.len() >= DESKS_MAX {
            return;
        }
        let (desk, memory) = (self.stations[at].desk.copy(), self.stations[at].memory.clone());
        let name = self.stations.iter().map(|s| s.name).max().unwrap_or_default() + 1;
        self.stations.push(Station { name, desk, memory });
        self.count("clone");
    }

    fn jump(&mut self, at: usize) {
        if self.is_calm {
            return;
        }
        let skew = self.pick(&[0, 0, 10 * YEAR_MS, -10 * YEAR_MS, 3 * YEAR_MS, 90_000, -90_000]);
        self.stations[at].desk.skew_ms.set(skew);
        self.count("clock jump");
    }

    fn back_the_hub_up(&mut self) -> Result<()> {
        self.hub_backup = Some(self.hub.borrow().clone());
        self.twins.iter_mut().try_for_each(|twin| twin.back_up())?;
        self.count("hub backup");
        Ok(())
    }

    /// The ledger of erase orders lies outside the backup; it is carried out again before the hub serves.
    fn restore_hub(&mut self) -> Result<bool> {
        let Some(backup) = self.hub_backup.clone() else { return Ok(false) };
        let epoch = self.hub.borrow().epoch + 1;
        let is_ledger_lost = self.broken.hub.broken == Some(exchange::Break::LedgerInBackup);
        let orders = if is_ledger_lost { backup.orders.clone() } else { self.hub.borrow().orders.clone() };
        *self.hub.borrow_mut() = backup.restored(epoch, orders);
        let asking = Asking { grants: &self.grants, now_ms: self.now_ms, rules: self.broken.hub };
        exchange::replay_orders(&mut *self.hub.borrow_mut(), &asking)?;
        twin::restore(self.twins, epoch)?;
        twin::ask(self.twins, false, &|tx| exchange::replay_orders(tx, &asking), &());
        self.mine.clear();
        self.fixed.clear();
        self.count("restored hub");
        Ok(true)
    }

    fn erase(&mut self) -> Result<()> {
        let subject = record(self.rng.u8(..RECORDS));
        let is_known = self.hub.borrow().rows.values().any(|(_, row)| row.subject == Some(subject));
        if !is_known || !self.erased.insert(subject) {
            return Ok(());
        }
        let order = EraseOrder {
            id: subject,
            partition: STATION,
            subjects: vec![subject],
            ordered_at: self.now_ms,
            device: Id::default(),
            signature: Vec::new(),
        };
        let asking = Asking { grants: &self.grants, now_ms: self.now_ms, rules: self.broken.hub };
        exchange::erase(&mut *self.hub.borrow_mut(), &asking, &order)?;
        twin::ask(self.twins, false, &|tx| exchange::erase(tx, &asking, &order), &());
        self.count("erased");
        Ok(())
    }

    /// Hidden truth: which edits this desk has had on its screen.
    fn look(&mut self, at: usize) {
        let station = &mut self.stations[at];
        let file = station.desk.file.borrow();
        for key in file.view().into_keys().filter(|(key, _)| key.kind == "visitor") {
            if let Some(edit) = file.on_screen(&key) {
                station.memory.seen.entry(key).or_default().insert(edit);
            }
        }
    }

    /// A user's own winning edit stays on the screen.
    fn check_flicker(&self, at: usize) -> Result<()> {
        let station = &self.stations[at];
        let view = station.desk.file.borrow().view();
        let hub = self.hub.borrow();
        for ((who, key), value) in &self.mine {
            let at_hub = hub.rows.get(&key.0).and_then(|(_, row)| row.fields.get(&key.1)?.value.as_ref());
            let is_kept = *who != station.name || at_hub != Some(value) || view.get(key) == Some(&Some(value.clone()));
            ensure!(is_kept, "desk {} stopped showing its own winning edit of {key:?}", station.name);
        }
        Ok(())
    }

    /// The effect of an acknowledged act is final, unless an act comes back after the hub was restored.
    fn check_acts(&mut self, at: usize) -> Result<()> {
        let hub_acts = acts_in(&self.hub.borrow().rows.values().map(|(_, row)| row.clone()).collect::<Vec<_>>());
        let epoch = self.hub.borrow().epoch;
        let legal = fold(&hub_acts).1;
        let is_new_behind = |stamp: &Stamp| *stamp < self.latest_act;
        let is_other = |(stamp, id, ..): &Act| self.places.get(id).map_or(is_new_behind(stamp), |place| place != stamp);
        let has_returned = hub_acts.iter().any(is_other);
        self.places = hub_acts.iter().map(|(stamp, id, ..)| (*id, *stamp)).collect();
        if epoch > 1 && has_returned {
            self.fixed.clear();
            self.count("act came back");
        }
        self.latest_act = hub_acts.iter().map(|(stamp, ..)| *stamp).max().unwrap_or_default().max(self.latest_act);
        for (id, is_legal) in &legal {
            let was = *self.fixed.entry(*id).or_insert(*is_legal);
            ensure!(was == *is_legal, "the effect of the acknowledged act {id} changed");
        }
        if epoch > 1 {
            return Ok(());
        }
        let file = self.stations[at].desk.file.borrow();
        let own = fold(&self.acts_of(&file)).1;
        let cursor = file.cursors.get(&STATION).copied().unwrap_or_default();
        let hub = self.hub.borrow();
        for (id, is_legal) in own {
            let key = RowKey { partition: STATION, kind: "ticket_act".into(), id };
            let is_final = hub.rows.get(&key).is_some_and(|(sequence, _)| *sequence <= cursor);
            let is_agreed = !is_final || legal.get(&id) == Some(&is_legal);
            ensure!(is_agreed, "desk {} folds the act {id} otherwise than the hub", self.stations[at].name);
        }
        Ok(())
    }

    /// The acts that a file knows, in the order of its fold: those with a place, then its own that wait.
    fn acts_of(&self, file: &File) -> Vec<Act> {
        let mut acts = acts_in(&file.mirror.values().cloned().collect::<Vec<_>>());
        match self.broken.file {
            Some(FileBreak::FoldArrival) => {
                let came = |id: &Id| file.arrived.iter().position(|key| key.id == *id);
                acts.sort_by_key(|(_, id, ..)| came(id));
            }
            Some(FileBreak::FoldByClock) => acts.sort_by_key(|(_, id, ..)| *id),
            _ => {}
        }
        let waiting = file.outbox.iter().filter(|e| e.shape == Shape::Act && !file.mirror.contains_key(&row_key(e)));
        acts.extend(waiting.filter_map(|e| act_in(e.id, Stamp::default(), e.fields.first()?.value.as_ref()?)));
        acts
    }

    /// Nothing may vanish, except together with the last disk that held it.
    fn account(&mut self, is_excused: bool) -> Result<()> {
        let hub = self.hub.borrow();
        let mut held: BTreeSet<Id> = hub.rows.keys().map(|key| key.id).collect();
        for station in &self.stations {
            let file = station.desk.file.borrow();
            held.extend(file.mirror.keys().map(|key| key.id));
            held.extend(file.entries().map(|e| e.id));
        }
        let missing: Vec<Id> = self.tracked.iter().filter(|id| !held.contains(id)).copied().collect();
        let is_disk_there = |id: &&Id| self.stations.iter().any(|s| s.memory.wrote.contains(id));
        let dropped: Vec<&Id> = missing.iter().filter(is_disk_there).collect();
        ensure!(dropped.is_empty(), "{dropped:?} vanished although the disk that wrote it was never lost");
        ensure!(is_excused || missing.is_empty(), "the protocol itself dropped {missing:?}");
        missing.iter().for_each(|id| _ = self.tracked.remove(id));
        if is_excused {
            let mut have = edits_in(hub.rows.values().map(|(_, row)| row));
            for station in &self.stations {
                let file = station.desk.file.borrow();
                have.extend(edits_in(file.mirror.values()));
                have.extend(file.entries().map(|e| e.first()));
            }
            let have = chain(&self.edits, have);
            self.live.retain(|edit| have.contains(edit));
        }
        Ok(())
    }

    fn come_to_rest(&mut self) -> Result<()> {
        for _ in 0..30 {
            self.now_ms += 1_000;
            self.stations.iter().for_each(|s| s.desk.now_ms.set(self.now_ms));
            for at in 0..self.stations.len() {
                self.sync(at, Vec::new(), 0, Limits { page_rows: 3, ..Limits::default() }, 1_000)?;
            }
        }
        self.account(false)?;
        self.check_convergence()?;
        self.check_edits()?;
        self.check_removed()?;
        self.check_erased()
    }

    /// Every desk shows what the hub has, folds the acts to the same states, and has the same sums.
    fn check_convergence(&self) -> Result<()> {
        let mut hub = self.hub.borrow_mut();
        let rows: Vec<Row> = hub.rows.values().map(|(_, row)| row.clone()).collect();
        let shown =
            |row: &Row| row.fields.iter().map(|(n, r)| ((row.key.clone(), *n), r.value.clone())).collect::<Vec<_>>();
        let wanted: BTreeMap<_, _> = rows.iter().flat_map(shown).collect();
        let wanted_fold = fold(&acts_in(&rows));
        let root = hub.sum_root(STATION)?;
        for station in &self.stations {
            let name = station.name;
            let sum = station.desk.transact(|tx| tx.find_sum(STATION))?;
            let file = station.desk.file.borrow();
            ensure!(file.outbox.is_empty(), "desk {name} has entries that wait");
            ensure!(file.refused.is_empty(), "the hub refused {:?} of desk {name}", file.refused);
            let view = file.view();
            let differing: Vec<_> = view.keys().chain(wanted.keys()).filter(|k| view.get(k) != wanted.get(k)).collect();
            ensure!(differing.is_empty(), "desk {name} differs from the hub in {:?}", &differing[..1]);
            ensure!(fold(&self.acts_of(&file)) == wanted_fold, "desk {name} folds the acts to another state");
            ensure!(sum == root, "desk {name} and hub have other sums");
        }
        let has = |id: &Id| rows.iter().any(|row| row.key.id == *id);
        let lost: Vec<&Id> = self.tracked.iter().filter(|id| !has(id)).collect();
        ensure!(lost.is_empty(), "facts {lost:?} never reached the hub");
        let newest = u64::try_from(self.now_ms + 1_000)? << 16;
        let future = rows.iter().find(|row| row.fields.values().any(|r| r.stamp.eff > newest));
        ensure!(future.is_none(), "a stamp from the future survives on {:?}", future.map(|r| &r.key));
        Ok(())
    }

    /// Each edit is current, in the tray, or was replaced by somebody who saw it; and nobody is bothered without need.
    fn check_edits(&mut self) -> Result<()> {
        let hub = self.hub.borrow();
        let rows: Vec<&Row> = hub.rows.values().map(|(_, row)| row).collect();
        let trays: Vec<&Row> = rows.iter().copied().filter(|row| row.shape == Shape::Tray).collect();
        let epoch = hub.epoch;
        let mut filed = 0;
        for tray in trays.iter().filter(|t| t.tray_of.as_ref().is_some_and(|of| of.kind == "visitor")) {
            let two: Vec<Hash> = tray.fields.values().map(|r| r.stamp.first).collect();
            let (Some(a), Some(b)) = (self.edits.get(&two[0]), self.edits.get(&two[1])) else { continue };
            filed += 1;
            let is_seen = a.seen.contains(&two[1]) || b.seen.contains(&two[0]);
            ensure!(!is_seen || epoch > 1, "the tray holds an edit of {:?} and one whose author had seen it", a.key);
        }
        *self.counts.entry("filed in the tray").or_default() += filed;
        for id in (0..RECORDS).map(record) {
            for field in FIELDS {
                self.check_field(&hub, &trays, (RowKey { partition: STATION, kind: "visitor".into(), id }, field))?;
            }
        }
        Ok(())
    }

    fn check_field(&self, hub: &Memory, trays: &[&Row], key: FieldKey) -> Result<()> {
        let of_field: BTreeSet<Hash> = self.live.iter().filter(|e| self.edits[e].key == key).copied().collect();
        if of_field.is_empty() {
            return Ok(());
        }
        let row = hub.rows.get(&key.0).map(|(_, row)| row).context("a written row is at the hub")?;
        let current = row.fields.get(&key.1).context("a written field is at the hub")?.stamp.first;
        let is_about = |tray: &&&Row| {
            tray.tray_of.as_ref().is_some_and(|of| of.id == key.0.id && of.kind == key.0.kind && of.field == key.1)
        };
        let filed = trays.iter().filter(is_about).flat_map(|tray| tray.fields.values().map(|r| r.stamp.first));
        let covered = chain(&self.edits, filed.chain([current]).collect());
        let lost: Vec<_> = of_field.difference(&covered).collect();
        ensure!(
            lost.is_empty(),
            "an edit of {key:?} is neither current, nor in the tray, nor replaced by somebody who saw it"
        );
        let behind = chain(&self.edits, BTreeSet::from([current]));
        let taken: Vec<Hash> = of_field.iter().filter(|e| hub.edits.contains_key(&(STATION, **e))).copied().collect();
        let is_replaced = |edit: &&Hash| {
            **edit != current
                && chain(&self.edits, BTreeSet::from([**edit])).contains(&current)
                && (hub.epoch == 1 || !covered.contains(*edit) || behind.contains(*edit))
        };
        let shown_late = taken.iter().find(is_replaced);
        ensure!(shown_late.is_none(), "{key:?} shows an edit that somebody saw and replaced");
        if self.is_calm { self.check_fairness(hub, &taken) } else { Ok(()) }
    }

    /// Under constant clock errors, of two edits more than five seconds apart the later one wins.
    fn check_fairness(&self, hub: &Memory, taken: &[Hash]) -> Result<()> {
        for one in taken {
            for other in taken {
                let (early, late) = (&self.edits[one], &self.edits[other]);
                let stamp = |edit: &Hash| hub.edits[&(STATION, *edit)].stamp;
                let is_fair = late.at <= early.at + 5_000 || stamp(other) > stamp(one);
                ensure!(is_fair, "of two edits of {:?} the one {} ms later lost", late.key, late.at - early.at);
            }
        }
        Ok(())
    }

    /// A removed row is back only when somebody brought it back, and a tombstone holds nothing.
    fn check_removed(&self) -> Result<()> {
        let hub = self.hub.borrow();
        for (_, row) in hub.rows.values().filter(|(_, row)| row.key.kind == "expiry") {
            let mut values = row.fields.iter().filter(|(n, r)| **n != ALIVE_FIELD && r.value.is_some());
            ensure!(row.is_alive() || values.next().is_none(), "the tombstone of {:?} holds values", row.key);
            let current = row.fields.get(&ALIVE_FIELD).map(|r| r.stamp.first);
            let was_removed = self.removals.iter().any(|r| self.edits[r].key.0 == row.key && self.live.contains(r));
            let is_brought_back = current.is_some_and(|edit| !self.removals.contains(&edit));
            ensure!(!row.is_alive() || !was_removed || is_brought_back, "{:?} is back by itself", row.key);
        }
        Ok(())
    }

    fn check_erased(&self) -> Result<()> {
        let hub = self.hub.borrow();
        let mut places: Vec<(String, Vec<&Sealed>)> = Vec::new();
        let values = |row: &'_ Row| row.fields.values().filter_map(|r| r.value.clone()).collect::<Vec<_>>();
        let at_hub: Vec<Sealed> = hub.rows.values().flat_map(|(_, row)| values(row)).collect();
        places.push(("the hub".into(), at_hub.iter().collect()));
        let mut on_desks = Vec::new();
        for station in &self.stations {
            let file = station.desk.file.borrow();
            let mut held: Vec<Sealed> = file.mirror.values().flat_map(values).collect();
            held.extend(file.over.values().filter_map(|o| o.value.clone()));
            held.extend(file.entries().flat_map(|e| e.fields.iter().filter_map(|f| f.value.clone())));
            on_desks.push((format!("desk {}", station.name), held));
        }
        places.extend(on_desks.iter().map(|(name, held)| (name.clone(), held.iter().collect())));
        for (place, held) in places {
            for subject in &self.erased {
                let secrets = self.secrets.get(subject);
                let found = held.iter().any(|value| secrets.is_some_and(|s| s.contains(&value.0)));
                ensure!(!found, "values of the erased {subject} are still at {place}");
            }
        }
        Ok(())
    }
}

/// Edits that rows hold, in trays too.
fn edits_in<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeSet<Hash> {
    rows.flat_map(|row| row.fields.values().map(|r| r.stamp.first)).collect()
}

/// Edits, and everything that they replaced one after the other.
fn chain(edits: &HashMap<Hash, Written>, from: BTreeSet<Hash>) -> BTreeSet<Hash> {
    let mut done = BTreeSet::new();
    for mut edit in from {
        while done.insert(edit) {
            match edits.get(&edit).and_then(|e| e.screen) {
                Some(before) => edit = before,
                None => break,
            }
        }
    }
    done
}

fn record(n: u8) -> Id {
    Id([n + 1; 16])
}

fn numbered(n: u64) -> Id {
    let mut id = [0xa0; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    Id(id)
}

/// Place, id, ticket, verb.
type Act = (Stamp, Id, u8, u8);

const VERBS: u8 = 5;

/// States: 0 open, 1 working, 2 done, 3 cleared, 4 withdrawn. Verbs: 0 start, 1 finish, 2 clear, 3 reopen, 4 withdraw.
fn next(state: u8, verb: u8) -> Option<u8> {
    match (verb, state) {
        (0, 0) => Some(1),
        (1, 1) => Some(2),
        (2, 2) => Some(3),
        (3, 2 | 3) => Some(0),
        (4, 0 | 1) => Some(4),
        _ => None,
    }
}

fn acts_in(rows: &[Row]) -> Vec<Act> {
    let act = |row: &Row| {
        let register = row.fields.get(&1)?;
        act_in(row.key.id, register.stamp, register.value.as_ref()?)
    };
    let mut acts: Vec<Act> = rows.iter().filter(|row| row.shape == Shape::Act).filter_map(act).collect();
    acts.sort();
    acts
}

fn act_in(id: Id, stamp: Stamp, value: &Sealed) -> Option<Act> {
    Some((stamp, id, *value.0.first()?, *value.0.get(1)?))
}

/// States of the tickets, and whether each act had an effect.
fn fold(acts: &[Act]) -> (BTreeMap<u8, u8>, BTreeMap<Id, bool>) {
    let (mut states, mut legal) = (BTreeMap::new(), BTreeMap::new());
    for (_, id, ticket, verb) in acts {
        let state = states.entry(*ticket).or_insert(0);
        let after = next(*state, *verb);
        *state = after.unwrap_or(*state);
        legal.insert(*id, after.is_some());
    }
    (states, legal)
}
