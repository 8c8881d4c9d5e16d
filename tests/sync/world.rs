//! A seeded world: desks that write, lose their network, are restored and copied, clocks that jump, a hub that is restored,
//! persons that are erased. It knows the hidden truth (who wrote what when, and what stood on whose screen) and holds the
//! promises of desk and hub against it after every step.

mod acts;
mod resting;
mod watching;

use super::desk::{Desk, Doing, File, FileBreak, is_shown};
use super::line::{Fate, Line, at_once};
use super::twin::{self, Twin};
use acts::{VERBS, fold, next};
use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use fengxiang_hub::exchange::{self, Asking};
use fengxiang_hub::store::memory::Memory;
use fengxiang_sync::{Alarm, Cycle};
use fengxiang_wire::device::Grant;
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::limits::Limits;
use fengxiang_wire::row::ALIVE_FIELD;
use fengxiang_wire::{Hash, Id, Partition, RowKey, Sealed, Shape, Stamp};
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
}

fn record(n: u8) -> Id {
    Id([n + 1; 16])
}

fn numbered(n: u64) -> Id {
    let mut id = [0xa0; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    Id(id)
}
