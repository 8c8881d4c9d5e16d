//! Receipts go after ninety days, but not before the desk has them; a file that is older than that still finds its place.

use crate::cycle::{desk, run, write};
use anyhow::{Result, ensure};
use fengxiang_hub::outside::Outside;
use fengxiang_hub::store::read;
use fengxiang_sync::{Alarm, Report};
use fengxiang_tests::hub::{Joined, Served, station, wait_on};
use fengxiang_tests::sync::desk::Desk;
use fengxiang_wire::{Partition, ReplicaId};

const DAY_MS: i64 = 86_400_000;
const OURS: fn() -> Partition = || Partition::Station(station(1));

/// A desk of a hub that forgot its first ten entries, and a copy of its file as it was before the third.
async fn aged(hub: &Served) -> Result<(Desk, Desk, Joined)> {
    let joined = hub.join_station(1).await?;
    let desk = desk(1, &hub.outside);
    let mut old = None;
    for id in 1..=10 {
        write(&desk, OURS(), id, b"young");
        run(&desk, &joined).await?;
        if id == 2 {
            old = Some(desk.copy());
        }
    }
    turn(hub, &desk, 91);
    for id in [11, 12] {
        write(&desk, OURS(), id, b"late");
        run(&desk, &joined).await?;
    }
    let old = old.expect("it was copied");
    turn(hub, &old, 0);
    Ok((desk, old, joined))
}

fn turn(hub: &Served, desk: &Desk, days: i64) {
    hub.turn_ms(days * DAY_MS);
    desk.now_ms.set(hub.outside.now_ms());
}

fn numbers(hub: &Served, desk: &Desk) -> Result<Vec<u64>> {
    let replica: ReplicaId = desk.file.borrow().replica;
    let receipts = read(&*hub.store, &mut |tx| tx.list_receipts(replica, 0, 1_000))?;
    Ok(receipts.iter().map(|r| r.receipt.number).collect())
}

/// What became of the old file in the cycle that noticed it, and whether all desks show the same.
async fn comes_back(desk: &Desk, old: &Desk, joined: &Joined) -> Result<(Report, Vec<Alarm>)> {
    let report = run(old, joined).await?;
    run(desk, joined).await?;
    run(old, joined).await?;
    ensure!(desk.file.borrow().view() == old.file.borrow().view());
    Ok((report, old.file.borrow().alarms.clone()))
}

#[test]
fn receipts_go_after_ninety_days_up_to_the_one_that_the_desk_confirmed() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (desk, ..) = aged(&hub).await?;
        // The push of 12 told that 11 is stored, and 11 is young.
        ensure!(numbers(&hub, &desk)? == [11, 12], "{:?}", numbers(&hub, &desk)?);
        Ok(())
    })
}

#[test]
fn a_desk_that_was_away_for_ninety_days_is_told_what_it_never_heard() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let joined = hub.join_station(1).await?;
        let desk = desk(1, &hub.outside);
        write(&desk, OURS(), 1, b"sent");
        let unheard = desk.copy();
        run(&desk, &joined).await?;
        turn(&hub, &unheard, 200);
        write(&unheard, OURS(), 2, b"late");
        ensure!(run(&unheard, &joined).await?.pushed == 1);
        ensure!(numbers(&hub, &unheard)? == [1, 2] && unheard.file.borrow().alarms.is_empty());
        Ok(())
    })
}

#[test]
fn a_file_from_before_goes_on_from_what_it_knows_under_another_name() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (desk, old, joined) = aged(&hub).await?;
        let name = old.file.borrow().replica;
        write(&old, OURS(), 100, b"restored");
        let (report, alarms) = comes_back(&desk, &old, &joined).await?;
        ensure!(report.pushed == 1 && alarms == [Alarm::Restored], "{report:?} {alarms:?}");
        ensure!(old.file.borrow().replica != name);
        Ok(())
    })
}

#[test]
fn a_copy_that_went_on_longer_than_the_file_is_noticed_and_sends_no_more_than_its_own() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let (desk, old, joined) = aged(&hub).await?;
        (100..130).for_each(|id| write(&old, OURS(), id, b"copied"));
        let (report, alarms) = comes_back(&desk, &old, &joined).await?;
        ensure!(report.pushed == 30 && alarms == [Alarm::Cloned], "{report:?} {alarms:?}");
        Ok(())
    })
}
