//! Real desks on real files, each with its line to a real hub, and a clock of its own that a test can turn.

use crate::hub::{Joined, Served, join_at, wait_on};
use crate::outside::{PASSWORD, surroundings};
use anyhow::{Context, Result};
use disk::RECOVERY;
use fengxiang_desk::outside::Clock;
use fengxiang_desk::store::{NewStation, NewVisit, NewVisitor};
use fengxiang_desk::{Act, Desk, Joining, Surroundings};
use fengxiang_domain::ids::{StaffId, StationId, VisitorId};
use fengxiang_sync::desk_file::DeskFile;
use fengxiang_sync::keyring::Keyring;
use fengxiang_sync::{Cycle, Report, Rules, Stopped};
use fengxiang_wire::device::{DeviceRole, Invite};
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Id, Partition};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

/// This machine's clock, some time wrong.
struct WrongClock {
    of: Arc<dyn Clock>,
    by_ms: Arc<AtomicI64>,
}

impl Clock for WrongClock {
    fn now_ms(&self) -> i64 {
        self.of.now_ms() + self.by_ms.load(Ordering::SeqCst)
    }
}

/// A desk that joined a hub.
pub struct RealDesk {
    pub desk: Desk,
    pub joined: Joined,
    pub staff: Option<StaffId>,
    /// What its clock is ahead, milliseconds.
    pub ahead_ms: Arc<AtomicI64>,
    folder: TempDir,
}

/// The first desk of a new station at this hub.
pub fn found(hub: &Served, code: &str) -> Result<RealDesk> {
    let invite = Invite { role: DeviceRole::Station, station: None, may_read_party: false };
    found_at(&hub.address, &hub.code(&invite)?, code)
}

/// The same at an address, let in by an invitation.
pub fn found_at(address: &str, invitation: &str, code: &str) -> Result<RealDesk> {
    let (folder, (around, ahead_ms)) = (TempDir::new()?, turned());
    let (desk, staff) = Desk::found(folder.path(), &station(code), PASSWORD, &RECOVERY, around)?;
    let id = Id(*desk.station_id().0.as_bytes());
    let joined = wait_on(join_at(address, invitation, Some((id, code.to_owned()))))?;
    Ok(RealDesk { desk, joined, staff: Some(staff), ahead_ms, folder })
}

/// Another desk of the same station, empty.
pub fn join(hub: &Served, first: &RealDesk) -> Result<RealDesk> {
    join_by(&hub.address, first)
}

/// The same at an address.
pub fn join_by(address: &str, first: &RealDesk) -> Result<RealDesk> {
    let station = first.station();
    let invite = Invite { role: DeviceRole::Station, station: Some(station), may_read_party: false };
    let joined = wait_on(async {
        let code = first.joined.line.invite(&invite).await?.code;
        join_at(address, &code, None).await
    })?;
    let (station_key, database_key) = first.desk.station_secrets()?;
    let member = joined.enrolled.stations.first().context("a desk joins a station")?.clone();
    let joining = Joining {
        station: first.desk.station_id(),
        code: member.code,
        letter: member.letter,
        station_key,
        database_key,
    };
    let (folder, (around, ahead_ms)) = (TempDir::new()?, turned());
    let desk = Desk::join(folder.path(), &joining, around)?;
    Ok(RealDesk { desk, joined, staff: None, ahead_ms, folder })
}

fn turned() -> (Surroundings, Arc<AtomicI64>) {
    let (around, by_ms) = (surroundings(), Arc::new(AtomicI64::new(0)));
    let clock = Arc::new(WrongClock { of: around.clock, by_ms: Arc::clone(&by_ms) });
    (Surroundings { clock, ids: around.ids }, by_ms)
}

pub fn station(code: &str) -> NewStation {
    NewStation {
        code: code.into(),
        name: "试用广场能量站".into(),
        level: "core".into(),
        address: "试用路 1 号".into(),
        opening_rules: "[]".into(),
        manager_name: "站长甲".into(),
        opening_balances: Vec::new(),
    }
}

impl RealDesk {
    pub fn station(&self) -> Id {
        Id(*self.desk.station_id().0.as_bytes())
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self) -> Result<DeskFile<'_>> {
        let mut keys = Keyring::default();
        let (station_key, _) = self.desk.station_secrets()?;
        keys.put(Partition::Station(self.station()), 1, fengxiang_sync::keys::seal_key(&station_key));
        Ok(DeskFile::new(&self.desk, self.station(), keys))
    }

    /// One whole cycle.
    pub fn cycle(&self) -> Result<Report, Stopped> {
        let file = self.file().map_err(|e| fengxiang_sync::LocalError(e.to_string()))?;
        let (rules, limits) = (Rules::default(), Limits::default());
        wait_on(Cycle { local: &file, hub: &self.joined.line, rules, limits, pages_max: 100 }.run())
    }

    /// A cycle that is given up when it takes too long, as it is when somebody shuts the PC down. Says whether it ended well.
    pub fn cycle_within(&self, most: std::time::Duration) -> Result<bool> {
        let file = self.file()?;
        let (rules, limits) = (Rules::default(), Limits::default());
        let cycle = Cycle { local: &file, hub: &self.joined.line, rules, limits, pages_max: 100 };
        let ended = wait_on(async { tokio::time::timeout(most, cycle.run()).await });
        Ok(ended.is_ok_and(|done| done.is_ok()))
    }

    pub fn act(&self, verb: &'static str) -> Act {
        Act { verb, actor: self.staff }
    }

    pub fn add_visitor(&self, alias: &str) -> Result<VisitorId> {
        let new = NewVisitor {
            alias: alias.into(),
            visitor_type: "01".into(),
            platform: Some("p01".into()),
            platform_word: Some("试用".into()),
            name: None,
            phone: Some("13900000000".into()),
            work_area: None,
            consent_given: true,
        };
        Ok(self.desk.write(self.act("add_visitor"), |w| w.add_visitor(&new))?.value)
    }

    pub fn check_in(&self, visitor: Option<VisitorId>, items: &[&str]) -> Result<()> {
        let items = items.iter().map(|i| (*i).to_owned()).collect();
        let new = NewVisit {
            visitor,
            visitor_type: "01".into(),
            people: 1,
            items,
            channel: "desk",
            separate_reason: None,
            at: None,
        };
        self.desk.write(self.act("check_in"), |w| w.add_visit(&new))?;
        Ok(())
    }

    /// Every row of every table that desks share, as text: two desks that agree show the same.
    pub fn shown(&self) -> Result<Vec<String>> {
        crate::desks::tables::shown(&self.desk, self.folder())
    }
}

pub mod disk;
pub mod quiet;
pub mod tables;
pub mod world;

/// The id of a station as a desk writes it.
pub fn station_id(id: Id) -> StationId {
    StationId(uuid::Uuid::from_bytes(id.0))
}

/// A copy of a desk's files while it is closed.
pub fn copy_folder(from: &Path, to: &Path) -> Result<PathBuf> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(to.to_owned())
}
