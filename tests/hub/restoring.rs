//! A hub is backed up while desks push, goes on, and is turned back: desks refill it, and nobody who was erased returns.

use crate::cycle::{desk, run};
use anyhow::{Result, ensure};
use fengxiang_sync::Alarm;
use fengxiang_tests::hub::process::{Program, new_database};
use fengxiang_tests::hub::{Joined, Turned, join_at, station, wait_on};
use fengxiang_tests::sync::desk::{Desk, Doing};
use fengxiang_wire::device::{DeviceRole, Invite};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::{Id, Partition, RowKey, Sealed, Shape};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;

const HUB: &str = env!("CARGO_BIN_EXE_hub-child");
const PERSON: Id = Id([0xee; 16]);
const NAME: &[u8] = b"made-up name";

/// Three desks of one station, each with its line, and how many rows were written.
struct Station {
    hub: Program,
    desks: Vec<(Desk, Joined)>,
    written: u32,
    folder: TempDir,
}

impl Station {
    async fn open(database: &str) -> Result<Self> {
        let mut hub = Program::new(Path::new(HUB), database)?;
        hub.operate(&["init", "--district", "Made-up District"])?;
        hub.serve()?;
        let mut desks = Vec::new();
        let first = hub.join_station(1).await?;
        let invite = Invite { role: DeviceRole::Station, station: Some(station(1)), may_read_party: false };
        for number in [2, 3] {
            let code = first.line.invite(&invite).await?.code;
            desks.push((desk(number, &Turned::default()), join_at(&hub.address, &code, None).await?));
        }
        desks.insert(0, (desk(1, &Turned::default()), first));
        Ok(Self { hub, desks, written: 0, folder: TempDir::new()? })
    }

    /// A row of nobody.
    fn write(&mut self, desk: usize) {
        self.written += 1;
        let mut id = [0; 16];
        id[..4].copy_from_slice(&self.written.to_be_bytes());
        self.write_of(desk, Id(id), None, &id);
    }

    fn write_of(&self, desk: usize, id: Id, subject: Option<Id>, value: &[u8]) {
        let key = RowKey { partition: Partition::Station(station(1)), kind: "visitor".into(), id };
        let fields = vec![(1, Some(Sealed(value.to_vec())), subject.is_some())];
        self.desks[desk].0.write(Doing { key, shape: Shape::Record, subject, fields });
    }

    /// One cycle after the other: what changed in one may stop it.
    async fn run(&self, desk: usize) -> Result<()> {
        let (file, joined) = &self.desks[desk];
        for _ in 0..10 {
            if run(file, joined).await.is_ok_and(|report| report.is_caught_up) {
                return Ok(());
            }
        }
        run(file, joined).await.map(|_| ())
    }

    async fn run_all(&self) -> Result<()> {
        for desk in [0, 1, 2, 0, 1, 2] {
            self.run(desk).await?;
        }
        Ok(())
    }

    /// Backs up while the first desk pushes.
    async fn back_up(&mut self) -> Result<PathBuf> {
        let file = self.folder.path().join("hub.backup");
        let mut copying = self.hub.command(&["backup", &file.to_string_lossy()]).stdout(Stdio::null()).spawn()?;
        let before = self.written;
        let status = loop {
            if let Some(status) = copying.try_wait()? {
                break status;
            }
            self.write(0);
            self.run(0).await?;
        };
        ensure!(status.success() && self.written > before, "{status}, {} pushes meanwhile", self.written - before);
        Ok(file)
    }

    /// Erases the person through the first desk.
    async fn erase(&self) -> Result<()> {
        let line = &self.desks[0].1.line;
        let order = EraseOrder {
            id: Id([5; 16]),
            partition: Partition::Station(station(1)),
            subjects: vec![PERSON],
            ordered_at: 1,
            device: Id::default(),
            signature: Vec::new(),
        };
        line.erase(&line.sign(order)).await?;
        self.run(0).await
    }

    /// Every desk shows every row, and none the person's name.
    fn check(&self) -> Result<()> {
        let first = self.desks[0].0.file.borrow().view();
        ensure!(first.len() == self.written as usize + 1, "{} of {} rows", first.len(), self.written + 1);
        for (file, _) in &self.desks {
            ensure!(file.file.borrow().view() == first, "desks differ");
        }
        ensure!(!shows_name(&self.desks[0].0), "an erased person came back");
        Ok(())
    }

    /// A desk that joins now shows what the hub has, and nothing else.
    async fn check_with_a_new_desk(&self) -> Result<()> {
        let invite = Invite { role: DeviceRole::Station, station: Some(station(1)), may_read_party: false };
        let code = self.desks[0].1.line.invite(&invite).await?.code;
        let joined = join_at(&self.hub.address, &code, None).await?;
        let newcomer = desk(9, &Turned::default());
        run(&newcomer, &joined).await?;
        ensure!(newcomer.file.borrow().view() == self.desks[0].0.file.borrow().view(), "the hub lacks rows");
        Ok(())
    }
}

fn shows_name(desk: &Desk) -> bool {
    desk.file.borrow().view().values().flatten().any(|value| value.0 == NAME)
}

fn was_told(desk: &Desk) -> bool {
    desk.file.borrow().alarms.contains(&Alarm::HubRestored)
}

/// Until the backup and behind it; the third desk is away from then on, with the person's name in its file.
async fn until_the_fault(database: &str) -> Result<(Station, PathBuf)> {
    let mut station = Station::open(database).await?;
    station.write_of(0, Id([0xaa; 16]), Some(PERSON), NAME);
    (0..20).for_each(|n| station.write(n % 2));
    station.run_all().await?;
    let backup = station.back_up().await?;
    (0..20).for_each(|n| station.write(n % 2));
    station.run(0).await?;
    station.run(1).await?;
    station.erase().await?;
    ensure!(shows_name(&station.desks[2].0), "nobody could bring the name back");
    Ok((station, backup))
}

fn is_turned_back(database: &str) -> Result<()> {
    wait_on(async {
        let (mut station, backup) = until_the_fault(database).await?;
        station.hub.stop()?;
        let printed = station.hub.operate(&["restore", &backup.to_string_lossy()])?;
        ensure!(printed.contains("erase orders\t1,"), "the ledger was turned back: {printed}");
        ensure!(station.hub.operate(&["backup", &backup.to_string_lossy()]).is_err(), "no backup is written over");
        station.hub.serve()?;
        station.run(2).await?;
        ensure!(!shows_name(&station.desks[2].0), "who was away takes the order first");
        station.run_all().await?;
        ensure!(station.desks.iter().all(|(desk, _)| was_told(desk)));
        station.check()?;
        station.check_with_a_new_desk().await
    })
}

/// The disk is lost, and with it the ledger: desks hand back the orders that they have.
fn comes_back_on_another_machine(database: &str, empty: &str) -> Result<()> {
    wait_on(async {
        let (mut station, backup) = until_the_fault(database).await?;
        station.hub.kill();
        station.hub.database = empty.to_owned();
        station.hub.operate(&["restore", &backup.to_string_lossy()])?;
        station.hub.serve()?;
        // Nobody has told the hub of the order yet: the name is there again.
        station.run(2).await?;
        station.run_all().await?;
        station.check()?;
        station.check_with_a_new_desk().await
    })
}

#[test]
fn a_hub_in_a_file_is_turned_back_and_refilled() -> Result<()> {
    let folder = TempDir::new()?;
    is_turned_back(&folder.path().join("hub.db").to_string_lossy())
}

#[test]
fn a_hub_in_a_file_comes_back_on_another_machine() -> Result<()> {
    let folder = TempDir::new()?;
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    comes_back_on_another_machine(&path("hub.db"), &path("empty.db"))
}

#[test]
fn a_hub_on_a_server_is_turned_back_and_refilled() -> Result<()> {
    is_turned_back(&new_database("turned_back")?)
}

#[test]
fn a_hub_on_a_server_comes_back_on_another_one() -> Result<()> {
    comes_back_on_another_machine(&new_database("lost")?, &new_database("empty")?)
}

#[test]
fn what_is_no_backup_is_refused_and_changes_nothing() -> Result<()> {
    wait_on(async {
        let folder = TempDir::new()?;
        let mut station = Station::open(&folder.path().join("hub.db").to_string_lossy()).await?;
        station.write(0);
        station.run(0).await?;
        let damaged = folder.path().join("damaged.backup");
        std::fs::write(&damaged, b"no database")?;
        ensure!(station.hub.operate(&["restore", &damaged.to_string_lossy()]).is_err());
        ensure!(station.hub.operate(&["restore", "nowhere"]).is_err());
        station.run_all().await?;
        ensure!(!was_told(&station.desks[0].0), "the hub has another epoch");
        ensure!(station.desks[1].0.file.borrow().view().len() == 1);
        Ok(())
    })
}
