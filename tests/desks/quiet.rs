//! A few desks of one station and a hub in memory where nothing goes wrong by itself: for schedules made by hand.

use super::disk::{Disk, Mortal, RECOVERY, Skewed, new_folder, surroundings};
use super::station;
use crate::outside::PASSWORD;
use crate::sync::line::{Line, at_once};
use anyhow::Result;
use fastrand::Rng;
use fengxiang_desk::store::{NewVisit, NewVisitor};
use fengxiang_desk::{Act, Desk, DeskError, Joining, KEY_FILE, Writer};
use fengxiang_domain::ids::{StaffId, VisitId, VisitorId};
use fengxiang_hub::exchange::{self, Asking};
use fengxiang_hub::store::memory::Memory;
use fengxiang_sync::desk_file::DeskFile;
use fengxiang_sync::keyring::Keyring;
use fengxiang_sync::keys::seal_key;
use fengxiang_sync::trays::{self, TrayCounts};
use fengxiang_sync::{Cycle, Report, Rules, Stopped};
use fengxiang_wire::device::Grant;
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Id, Partition};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2026-03-16 09:00 in Xiangyang.
pub const MORNING: i64 = 1_773_622_800_000;

/// The desks of a station on the day it begins.
pub struct Founded {
    pub disks: Vec<Disk>,
    pub id: Id,
    pub keys: Keyring,
    pub manager: StaffId,
}

impl Founded {
    pub fn new(rng: &mut Rng, now_ms: &Arc<AtomicI64>, desks: u8) -> Result<Self> {
        let clock = || Arc::new(Skewed { now_ms: Arc::clone(now_ms), skew_ms: AtomicI64::new(0) });
        let (folder, time) = (new_folder()?, clock());
        let around = surroundings(&time, rng.u64(..));
        let (desk, manager) = Desk::found(folder.path(), &station("GX01"), PASSWORD, &RECOVERY, around)?;
        let (station_key, database_key) = desk.station_secrets()?;
        let mut joined = Vec::new();
        for n in 1..desks {
            let letter = char::from(b'A' + n).to_string();
            let joining =
                Joining { station: desk.station_id(), code: "GX01".into(), letter, station_key, database_key };
            let (to, time) = (new_folder()?, clock());
            let another = Desk::join(to.path(), &joining, surroundings(&time, rng.u64(..)))?;
            // Its people come with the rows; until then it opens with the station's recovery key.
            std::fs::copy(folder.path().join(KEY_FILE), to.path().join(KEY_FILE))?;
            joined.push(Disk::of(another, to, time)?);
        }
        let id = Id(*desk.station_id().0.as_bytes());
        let mut disks = vec![Disk::of(desk, folder, time)?];
        disks.extend(joined);
        let mut keys = Keyring::default();
        keys.put(Partition::Station(id), 1, seal_key(&station_key));
        Ok(Self { disks, id, keys, manager })
    }
}

pub fn grant(station: Id) -> Grant {
    Grant {
        partition: Partition::Station(station),
        may_read: true,
        writes: vec!["*".into()],
        may_only_add: false,
        may_grant: true,
    }
}

pub struct Quiet {
    pub hub: RefCell<Memory>,
    pub disks: Vec<Disk>,
    pub now_ms: Arc<AtomicI64>,
    rules: Rules,
    id: Id,
    keys: Keyring,
    manager: StaffId,
}

impl Quiet {
    pub fn new(desks: u8, rules: Rules) -> Result<Self> {
        let now_ms = Arc::new(AtomicI64::new(MORNING));
        let Founded { disks, id, keys, manager } = Founded::new(&mut Rng::with_seed(1), &now_ms, desks)?;
        Ok(Self { hub: RefCell::new(Memory::new()), disks, now_ms, rules, id, keys, manager })
    }

    pub fn write<T>(&self, at: usize, does: impl FnOnce(&mut Writer) -> Result<T, DeskError>) -> Result<T> {
        self.now_ms.fetch_add(1_000, Ordering::SeqCst);
        let act = Act { verb: "schedule", actor: Some(self.manager) };
        Ok(self.disks[at].desk().write(act, does)?.value)
    }

    pub fn add_visitor(&self, at: usize, alias: &str) -> Result<VisitorId> {
        let new = NewVisitor {
            alias: alias.into(),
            visitor_type: "01".into(),
            platform: None,
            platform_word: None,
            name: Some(format!("name of {alias}")),
            phone: None,
            work_area: None,
            consent_given: false,
        };
        self.write(at, |w| w.add_visitor(&new))
    }

    pub fn check_in(&self, at: usize, visitor: Option<VisitorId>, item: &str) -> Result<VisitId> {
        let new = NewVisit {
            visitor,
            visitor_type: "01".into(),
            people: 1,
            items: vec![item.into()],
            channel: "desk",
            separate_reason: None,
            at: None,
        };
        Ok(self.write(at, |w| w.add_visit(&new))?.id)
    }

    /// One cycle, killed after so many local transactions.
    pub fn sync(&self, at: usize, killed: Option<u32>) -> Result<Report, Stopped> {
        let grants = [grant(self.id)];
        let line = self.line(&grants);
        let file = self.file(at);
        let local = Mortal { file: &file, left: Cell::new(killed), is_within: false };
        at_once(Cycle { local: &local, hub: &line, rules: self.rules, limits: Limits::default(), pages_max: 100 }.run())
    }

    /// A line on which everything arrives.
    pub fn line<'a>(&'a self, grants: &'a [Grant]) -> Line<'a> {
        self.now_ms.fetch_add(1_000, Ordering::SeqCst);
        Line {
            hub: &self.hub,
            twins: &[],
            grants,
            rules: exchange::Rules::default(),
            now_ms: self.now_ms.load(Ordering::SeqCst),
            fates: RefCell::default(),
            lost_requests: Cell::new(0),
            lost_replies: Cell::new(0),
            doubled: Cell::new(0),
        }
    }

    pub fn file(&self, at: usize) -> DeskFile<'_> {
        DeskFile::new(self.disks[at].desk(), self.id, self.keys.clone()).breaking(self.rules)
    }

    pub fn grant(&self) -> Grant {
        grant(self.id)
    }

    /// What waits can be sealed no more, and nothing that comes can be opened.
    pub fn take_keys(&mut self) -> Keyring {
        std::mem::take(&mut self.keys)
    }

    pub fn give_keys(&mut self, keys: Keyring) {
        self.keys = keys;
    }

    pub fn manager(&self) -> StaffId {
        self.manager
    }

    /// As at the start of a program.
    pub fn show_what_is_known_now(&self, at: usize) -> Result<bool> {
        Ok(self.file(at).show_what_is_known_now()?)
    }

    pub fn trays(&self, at: usize) -> Result<TrayCounts> {
        Ok(trays::count(self.disks[at].desk(), &self.keys)?)
    }

    /// A person gives a refused change up.
    pub fn drop_refused(&self, at: usize, seq: i64) -> Result<()> {
        let act = Act { verb: "schedule", actor: Some(self.manager) };
        self.file(at).drop_refused(act, seq)?;
        Ok(())
    }

    /// The hub as it was then, in a new epoch.
    pub fn restore_hub(&self, backup: Memory) {
        let (epoch, orders) = (self.hub.borrow().epoch + 1, self.hub.borrow().orders.clone());
        *self.hub.borrow_mut() = backup.restored(epoch, orders);
    }

    pub fn erase(&self, subject: VisitorId) -> Result<()> {
        let subject = Id(*subject.0.as_bytes());
        let order = EraseOrder {
            id: subject,
            partition: Partition::Station(self.id),
            subjects: vec![subject],
            ordered_at: MORNING,
            device: Id::default(),
            signature: Vec::new(),
        };
        let grants = [grant(self.id)];
        let asking = Asking { grants: &grants, now_ms: MORNING, rules: exchange::Rules::default() };
        Ok(exchange::erase(&mut *self.hub.borrow_mut(), &asking, &order)?)
    }

    /// Forgets everything that a desk has sent, as time does.
    pub fn forget_sent(&self, at: usize) -> Result<()> {
        self.disks[at].desk().exchange(|x| x.prune_sent(i64::MAX))?;
        Ok(())
    }

    pub fn alarms(&self, at: usize) -> Result<Vec<String>> {
        let alarms = self.disks[at].desk().reader().list_alarms()?;
        Ok(alarms.into_iter().map(|alarm| alarm.kind).collect())
    }

    pub fn count(&self, at: usize, what: &str) -> Result<i64> {
        Ok(self.disks[at].read().query_row(&format!("SELECT count(*) FROM {what}"), [], |r| r.get(0))?)
    }
}
