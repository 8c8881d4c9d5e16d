//! Whole cycles over HTTP: what one desk writes the other shows, and hints tell of it.

use anyhow::{Context, Result, ensure};
use fengxiang_sync::{Cycle, Hub, HubError, Report, Rules};
use fengxiang_tests::hub::{Joined, Served, Turned, station, wait_on};
use fengxiang_tests::sync::desk::{Desk, Doing, File};
use fengxiang_wire::device::{DeviceRole, Invite};
use fengxiang_wire::exchange::{Pull, PullAnswer};
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Id, Partition, RowKey, Sealed, Shape};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

pub fn desk(replica: u64, outside: &Turned) -> Desk {
    use fengxiang_hub::outside::Outside;
    Desk {
        file: RefCell::new(File::new(replica)),
        skew_ms: Cell::new(0),
        now_ms: Cell::new(outside.now_ms()),
        broken: None,
        names: Rc::new(Cell::new(100 * replica)),
        killed_after: Cell::new(None),
    }
}

pub fn write(desk: &Desk, partition: Partition, id: u8, value: &[u8]) {
    let key = RowKey { partition, kind: "visitor".into(), id: Id([id; 16]) };
    let fields = vec![(1, Some(Sealed(value.to_vec())), true)];
    desk.write(Doing { key, shape: Shape::Record, subject: None, fields });
}

pub async fn run(desk: &Desk, joined: &Joined) -> Result<Report> {
    let (rules, limits) = (Rules::default(), Limits::default());
    Ok(Cycle { local: desk, hub: &joined.line, rules, limits, pages_max: 100 }.run().await?)
}

async fn two_desks(hub: &Served) -> Result<(Joined, Joined)> {
    let first = hub.join_station(1).await?;
    let invite = Invite { role: DeviceRole::Station, station: Some(station(1)), may_read_party: false };
    let second = hub.join(&first.line.invite(&invite).await?.code, None).await?;
    Ok((first, second))
}

#[test]
fn two_desks_agree_over_the_network() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, second) = two_desks(&hub).await?;
        let (left, right) = (desk(1, &hub.outside), desk(2, &hub.outside));
        (1..=200).for_each(|id| write(&left, Partition::Station(station(1)), id, b"left"));
        write(&right, Partition::Station(station(1)), 201, b"right");
        ensure!(run(&left, &first).await?.pushed == 200);
        ensure!(run(&right, &second).await?.pulled == 201);
        ensure!(run(&left, &first).await?.is_caught_up);
        ensure!(left.file.borrow().view() == right.file.borrow().view());
        ensure!(left.file.borrow().view().len() == 201);
        Ok(())
    })
}

#[test]
fn a_hint_tells_the_desks_of_the_partition_and_ends_for_a_revoked_one() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, second) = two_desks(&hub).await?;
        let other = hub.join_station(2).await?;
        let (mut hints, mut others) = (second.line.listen().await?, other.line.listen().await?);
        let left = desk(1, &hub.outside);
        write(&left, Partition::Station(station(1)), 1, b"left");
        run(&left, &first).await?;
        tokio::time::timeout(Duration::from_secs(5), hints.next()).await.context("no hint")??;
        let told = tokio::time::timeout(Duration::from_millis(500), others.next()).await;
        ensure!(told.is_err(), "a hint of a foreign partition");
        first.line.revoke(second.id).await?;
        let ended = tokio::time::timeout(Duration::from_secs(30), hints.next()).await;
        ensure!(ended.context("a revoked desk still listens")? == Err(HubError::Offline));
        Ok(())
    })
}

#[test]
fn a_foreign_partition_is_answered_like_one_that_is_not_there() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, other) = (hub.join_station(1).await?, hub.join_station(2).await?);
        let left = desk(1, &hub.outside);
        write(&left, Partition::Station(station(1)), 1, b"left");
        run(&left, &first).await?;
        for id in [station(1), station(77)] {
            let pull = Pull { epoch: 1, partition: Partition::Station(id), after: 0, limit: 10 };
            ensure!(other.line.pull(&pull).await? == PullAnswer::NotFound);
        }
        let right = desk(2, &hub.outside);
        write(&right, Partition::Station(station(1)), 1, b"right");
        run(&right, &other).await?;
        ensure!(right.file.borrow().refused.len() == 1, "what it may not write goes into its tray");
        ensure!(right.file.borrow().mirror.is_empty());
        Ok(())
    })
}

#[test]
fn without_a_party_grant_a_desk_adds_registrations_and_neither_reads_nor_edits_them() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, second) = two_desks(&hub).await?;
        let (left, right) = (desk(1, &hub.outside), desk(2, &hub.outside));
        let party = Partition::Party(station(1));
        write(&right, party, 1, b"registration");
        run(&right, &second).await?;
        ensure!(run(&left, &first).await?.pulled == 1, "who holds the grant reads it");
        ensure!(right.file.borrow().mirror.is_empty() && right.file.borrow().refused.is_empty());
        write(&right, party, 1, b"changed");
        run(&right, &second).await?;
        ensure!(right.file.borrow().refused.len() == 1, "an edit is refused and kept");
        write(&left, party, 1, b"edited");
        run(&left, &first).await?;
        ensure!(left.file.borrow().refused.is_empty());
        Ok(())
    })
}

#[test]
fn a_district_desk_reads_the_board_and_not_the_station() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (first, office) = (hub.join_station(1).await?, hub.join_district().await?);
        let (left, above) = (desk(1, &hub.outside), desk(2, &hub.outside));
        write(&left, Partition::Station(station(1)), 1, b"station");
        write(&left, Partition::Board(station(1)), 2, b"board");
        run(&left, &first).await?;
        write(&above, Partition::Shared, 3, b"shared");
        run(&above, &office).await?;
        let seen: Vec<Partition> = above.file.borrow().mirror.keys().map(|key| key.partition).collect();
        ensure!(seen == [Partition::Board(station(1)), Partition::Shared], "{seen:?}");
        ensure!(run(&left, &first).await?.pulled >= 1, "every station receives what is shared");
        ensure!(left.file.borrow().mirror.keys().any(|key| key.partition == Partition::Shared));
        Ok(())
    })
}
