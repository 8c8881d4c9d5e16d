//! A seeded world of real desks on real encrypted files and a hub: people work, lines lose what they carry, processes are killed,
//! files are put back and copied, clocks jump, the hub is restored, persons are erased. What was written is known here from
//! the desks' own tables, and the promises are held against it.

mod resting;
mod truth;
mod verbs;

use super::disk::{Disk, Kept, Mortal, Skewed, new_folder};
use super::quiet::{Founded, MORNING, grant};
use crate::outside::copy_folder;
use crate::sync::line::{Fate, Line, at_once};
use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;
use fengxiang_domain::ids::StaffId;
use fengxiang_hub::exchange::{self, Asking};
use fengxiang_hub::store::memory::Memory;
use fengxiang_sync::desk_file::DeskFile;
use fengxiang_sync::keyring::Keyring;
use fengxiang_sync::{Cycle, Report, Rules, Stopped};
use fengxiang_wire::device::Grant;
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Hash, Id, Partition};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use truth::{Entry, FieldKey, RowName, Written};

const YEAR_MS: i64 = 365 * 86_400_000;
const DAY_MS: i64 = 86_400_000;
const DESKS_MAX: usize = 4;
const BACKUPS_MAX: usize = 6;
/// A world that has something to say after so many rounds of cycles never comes to rest.
const ROUNDS_MAX: usize = 12;

/// How often what happened. A run in which a kind of fault did not occur proves nothing about it.
pub type Counts = BTreeMap<&'static str, u64>;

/// What must have happened in any weather, or a run proves nothing about it.
const ALWAYS: [&str; 14] = [
    "backup",
    "clone",
    "doubled request",
    "filed in the tray",
    "hub backup",
    "killed",
    "lost reply",
    "lost request",
    "restart",
    "restored file",
    "restored hub",
    "told of a restored file",
    "told of a restored hub",
    "told of clones",
];
/// What only happens where everything does.
const MIXED: [&str; 4] = ["clock jump", "erased", "removed", "secrets of the erased"];

/// Kinds of faults that did not occur.
pub fn missing_in(counts: &Counts, weather: Weather) -> Vec<&'static str> {
    let more = if weather == Weather::Mixed { &MIXED[..] } else { &[] };
    ALWAYS.iter().chain(more).copied().filter(|kind| counts.get(kind).is_none_or(|n| *n == 0)).collect()
}

/// How much goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything now and then.
    Mixed,
    /// Files put back and copied, hubs restored, over and over (R5).
    Disks,
}

struct Station {
    name: usize,
    disk: Disk,
    memory: Remembered,
}

/// What a desk's user remembers goes back with a restored file, as the screen does.
#[derive(Clone, Default)]
struct Remembered {
    /// Edits that this desk has had on its screen.
    seen: BTreeMap<FieldKey, BTreeSet<Hash>>,
    /// Those that it shows now.
    shown: BTreeMap<FieldKey, Vec<Hash>>,
    wrote: BTreeSet<RowName>,
}

pub struct World {
    rng: Rng,
    now_ms: Arc<AtomicI64>,
    weather: Weather,
    hub: RefCell<Memory>,
    grants: Vec<Grant>,
    rules: Rules,
    id: Id,
    keys: Keyring,
    manager: StaffId,
    stations: Vec<Station>,
    backups: Vec<(usize, Kept, Remembered)>,
    hub_backup: Option<Memory>,
    /// Every entry that a desk ever numbered, by its first hash.
    entries: HashMap<Hash, Entry>,
    /// Facts that must not vanish.
    tracked: BTreeSet<RowName>,
    edits: HashMap<(Hash, FieldKey), Written>,
    /// Edits by the value that they wrote.
    by_value: HashMap<(FieldKey, String), Vec<Hash>>,
    live: BTreeSet<(Hash, FieldKey)>,
    /// What a desk's user wrote last, until somebody else has a say.
    mine: BTreeMap<(usize, FieldKey), (Hash, String)>,
    removed: BTreeSet<RowName>,
    erased: BTreeSet<String>,
    made: u64,
    counts: Counts,
}

/// Runs one seed. Fails with what was broken.
pub fn run(seed: u64, steps: usize, weather: Weather, rules: Rules) -> Result<Counts> {
    let mut world = World::new(seed, weather, rules).with_context(|| format!("seed {seed}, at the beginning"))?;
    for step in 0..steps {
        world.step().with_context(|| format!("seed {seed}, step {step}"))?;
    }
    world.come_to_rest().with_context(|| format!("seed {seed}, at the end"))?;
    Ok(world.counts)
}

impl World {
    fn new(seed: u64, weather: Weather, rules: Rules) -> Result<Self> {
        let mut rng = Rng::with_seed(seed);
        let now_ms = Arc::new(AtomicI64::new(MORNING));
        let Founded { disks, id, keys, manager } = Founded::new(&mut rng, &now_ms, 3)?;
        let stations = disks.into_iter().enumerate();
        let stations = stations.map(|(name, disk)| Station { name, disk, memory: Remembered::default() });
        let grants = vec![grant(id)];
        let mut world = Self {
            rng,
            now_ms,
            weather,
            hub: RefCell::new(Memory::new()),
            grants,
            rules,
            id,
            keys,
            manager,
            stations: stations.collect(),
            backups: Vec::new(),
            hub_backup: None,
            entries: HashMap::new(),
            tracked: BTreeSet::new(),
            edits: HashMap::new(),
            by_value: HashMap::new(),
            live: BTreeSet::new(),
            mine: BTreeMap::new(),
            removed: BTreeSet::new(),
            erased: BTreeSet::new(),
            made: 0,
            counts: Counts::new(),
        };
        world.capture(0)?;
        Ok(world)
    }

    fn partition(&self) -> Partition {
        Partition::Station(self.id)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(..of.len())]
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn pass_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    fn now(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn step(&mut self) -> Result<()> {
        let pause = self.pick(&[1, 50, 5_000, 60_000, 3_600_000]);
        self.pass_ms(pause);
        let at = self.rng.usize(..self.stations.len());
        let roll = match self.weather {
            Weather::Mixed => self.rng.u32(..1_000),
            // Twice as many disks put back, copied and restored.
            Weather::Disks => self.pick(&[0, 0, 500, 1_000, 1_000]) + self.rng.u32(..300),
        };
        let mut is_lossy = false;
        match roll {
            0..480 => self.work(at)?,
            480..800 => self.sync_badly(at)?,
            800..840 | 1_000..1_100 => self.back_up(at)?,
            840..875 | 1_100..1_170 => is_lossy = self.restore()?,
            875..890 | 1_170..1_200 => self.clone_desk(at)?,
            890..920 => self.jump(at),
            920..940 | 1_200..1_250 => self.back_the_hub_up(),
            940..965 | 1_250..1_300 => is_lossy = self.restore_hub()?,
            965..985 => self.erase(at)?,
            _ => self.restart(at)?,
        }
        if is_lossy || self.rng.u8(..10) == 0 { self.account(is_lossy) } else { Ok(()) }
    }

    fn sync_badly(&mut self, at: usize) -> Result<()> {
        let fate = |rng: &mut Rng| match rng.u8(..10) {
            0 => Fate::RequestLost,
            1 | 2 => Fate::ReplyLost,
            3 | 4 => Fate::Doubled,
            _ => Fate::Arrives,
        };
        let fates = (0..8).map(|_| fate(&mut self.rng)).collect();
        let pages_max = self.pick(&[1, 2, 50, 50]);
        let (batch, page) = (self.rng.usize(1..12), self.rng.usize(3..40));
        let killed = (self.rng.u8(..4) == 0).then(|| self.rng.u32(1..16));
        let limits = Limits { batch_entries: batch, page_rows: page, ..Limits::default() };
        self.sync(at, fates, limits, pages_max, killed)?;
        if killed.is_some() && self.rng.bool() { self.restart(at) } else { Ok(()) }
    }

    /// One cycle; `None` when it ended early.
    fn sync(
        &mut self,
        at: usize,
        fates: Vec<Fate>,
        limits: Limits,
        pages_max: usize,
        killed: Option<u32>,
    ) -> Result<Option<Report>> {
        self.look(at)?;
        let is_within = self.rng.bool();
        let station = &self.stations[at];
        let alarms = self.alarms(at)?;
        let line = Line {
            hub: &self.hub,
            twins: &[],
            grants: &self.grants,
            rules: exchange::Rules::default(),
            now_ms: self.now(),
            fates: RefCell::new(fates),
            lost_requests: Cell::new(0),
            lost_replies: Cell::new(0),
            doubled: Cell::new(0),
        };
        let file = DeskFile::new(station.disk.desk(), self.id, self.keys.clone()).breaking(self.rules);
        let mortal = Mortal { file: &file, left: Cell::new(killed), is_within };
        let ended = at_once(Cycle { local: &mortal, hub: &line, rules: self.rules, limits, pages_max }.run());
        let (is_dead, name) = (mortal.is_dead(), station.name);
        let lost = [
            ("lost request", line.lost_requests.get()),
            ("lost reply", line.lost_replies.get()),
            ("doubled request", line.doubled.get()),
            ("killed", u64::from(is_dead)),
        ];
        lost.into_iter().for_each(|(what, n)| *self.counts.entry(what).or_default() += n);
        let report = match ended {
            Ok(report) => {
                ensure!(report.repaired == 0, "desk {name} and hub differed in {} rows after a cycle", report.repaired);
                Some(report)
            }
            Err(Stopped::Local(_)) if is_dead => None,
            Err(Stopped::Hub(fengxiang_sync::HubError::Offline) | Stopped::Again) => None,
            Err(other) => bail!("desk {name}: {other}"),
        };
        for kind in self.alarms(at)?.split_off(alarms.len()) {
            match kind.as_str() {
                "restored" => self.count("told of a restored file"),
                "cloned" => self.count("told of clones"),
                "hub_restored" => self.count("told of a restored hub"),
                other => bail!("desk {name}: {other}"),
            }
        }
        self.capture(at)?;
        self.check_flicker(at)?;
        self.look(at)?;
        Ok(report)
    }

    fn alarms(&self, at: usize) -> Result<Vec<String>> {
        let mut statement = self.stations[at].disk.read().prepare_cached("SELECT kind FROM alarm ORDER BY id")?;
        Ok(statement.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
    }

    fn restart(&mut self, at: usize) -> Result<()> {
        let seed = self.rng.u64(..);
        self.stations[at].disk.restart(seed)?;
        self.count("restart");
        self.capture(at)
    }

    fn back_up(&mut self, at: usize) -> Result<()> {
        self.look(at)?;
        let (seed, is_image) = (self.rng.u64(..), self.rng.bool());
        let station = &mut self.stations[at];
        let kept = if is_image {
            Kept::Image(station.disk.image(seed)?)
        } else {
            let folder = new_folder()?;
            let file = folder.path().join("backup.fxb");
            station.disk.desk().backup_to(&file)?;
            Kept::Backup(folder, file)
        };
        if self.backups.len() == BACKUPS_MAX {
            self.backups.remove(self.rng.usize(..BACKUPS_MAX));
        }
        self.backups.push((station.name, kept, station.memory.clone()));
        self.count("backup");
        self.capture(at)
    }

    fn restore(&mut self) -> Result<bool> {
        if self.backups.is_empty() {
            return Ok(false);
        }
        let (seed, is_mark_kept) = (self.rng.u64(..), self.rng.bool());
        let chosen = self.rng.usize(..self.backups.len());
        let (name, _, memory) = &self.backups[chosen];
        let (name, memory) = (*name, memory.clone());
        let at = self.stations.iter().position(|s| s.name == name).context("no desk goes away")?;
        // A disk fails soon after its desk has told everything, or long after.
        if self.rng.bool() {
            self.sync(at, Vec::new(), Limits::default(), 50, None)?;
        }
        let kept = &self.backups[chosen].1;
        self.stations[at].disk.put_back(kept, is_mark_kept, seed)?;
        self.stations[at].memory = memory;
        self.mine.retain(|(who, _), _| *who != name);
        self.count("restored file");
        self.capture(at)?;
        // Before its user writes anything, or after.
        if self.rng.bool() {
            self.sync(at, Vec::new(), Limits::default(), 50, None)?;
        }
        Ok(true)
    }

    fn clone_desk(&mut self, at: usize) -> Result<()> {
        if self.stations.len() >= DESKS_MAX {
            return Ok(());
        }
        self.look(at)?;
        let (one, other) = (self.rng.u64(..), self.rng.u64(..));
        let folder = self.stations[at].disk.image(one)?;
        let skew = self.stations[at].disk.clock().skew_ms.load(Ordering::SeqCst);
        let clock = Arc::new(Skewed { now_ms: Arc::clone(&self.now_ms), skew_ms: AtomicI64::new(skew) });
        let copied = new_folder()?;
        copy_folder(folder.path(), copied.path())?;
        let disk = Disk::start(copied, clock, other)?;
        let (name, memory) = (self.stations.len(), self.stations[at].memory.clone());
        self.stations.push(Station { name, disk, memory });
        self.count("clone");
        self.capture(at)
    }

    fn jump(&mut self, at: usize) {
        let skew = self.pick(&[0, 0, 10 * YEAR_MS, -10 * YEAR_MS, 3 * YEAR_MS, 90_000, -90_000]);
        self.stations[at].disk.clock().skew_ms.store(skew, Ordering::SeqCst);
        self.count("clock jump");
    }

    fn back_the_hub_up(&mut self) {
        self.hub_backup = Some(self.hub.borrow().clone());
        self.count("hub backup");
    }

    /// The ledger of erase orders lies outside the backup; it is carried out again before the hub serves.
    fn restore_hub(&mut self) -> Result<bool> {
        let Some(backup) = self.hub_backup.clone() else { return Ok(false) };
        let (epoch, orders) = (self.hub.borrow().epoch + 1, self.hub.borrow().orders.clone());
        *self.hub.borrow_mut() = backup.restored(epoch, orders);
        exchange::replay_orders(&mut *self.hub.borrow_mut(), &self.asking())?;
        self.mine.clear();
        self.count("restored hub");
        Ok(true)
    }

    fn asking(&self) -> Asking<'_> {
        Asking { grants: &self.grants, now_ms: self.now(), rules: exchange::Rules::default() }
    }

    /// Erases a person as a desk knows them: everybody who was merged with them, too; and a ticket now and then.
    fn erase(&mut self, at: usize) -> Result<()> {
        if self.erased.len() > 6 {
            return Ok(());
        }
        let sql = "SELECT id FROM visitor WHERE alias <> '' UNION ALL SELECT id FROM ticket WHERE sentence <> ''
                   UNION ALL SELECT id FROM incident WHERE text <> '' ORDER BY id";
        let of = self.strings(at, sql)?;
        if of.is_empty() {
            return Ok(());
        }
        let one = of[self.rng.usize(..of.len())].clone();
        let group = format!(
            "SELECT id FROM visitor WHERE coalesce(merged_into, id) =
             (SELECT coalesce(merged_into, id) FROM visitor WHERE id = '{one}') ORDER BY id"
        );
        let mut subjects: BTreeSet<String> = self.strings(at, &group)?.into_iter().collect();
        subjects.insert(one);
        let id = Id(std::array::from_fn(|_| self.rng.u8(..)));
        let order = EraseOrder {
            id,
            partition: self.partition(),
            subjects: subjects.iter().map(|s| truth::id_of(s)).collect::<Result<_>>()?,
            ordered_at: self.now(),
            device: Id::default(),
            signature: Vec::new(),
        };
        exchange::erase(&mut *self.hub.borrow_mut(), &self.asking(), &order)?;
        self.erased.extend(subjects);
        self.count("erased");
        Ok(())
    }
}
