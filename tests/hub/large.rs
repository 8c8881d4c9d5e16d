//! Rows that are so large that an answer has no room for what was asked at once.

use crate::cycle::{desk, run};
use anyhow::{Result, ensure};
use fengxiang_sync::{Cycle, Rules};
use fengxiang_tests::hub::{Joined, Served, station, wait_on};
use fengxiang_tests::sync::desk::{Desk, Doing};
use fengxiang_wire::device::{DeviceRole, Invite};
use fengxiang_wire::exchange::{Outcome, Refusal};
use fengxiang_wire::limits::{Limits, ROW_BYTES};
use fengxiang_wire::{Id, Partition, RowKey, Sealed, Shape};

const ROWS: u8 = 80;
const NOTE: u32 = 1;
const MARK: u32 = 2;

/// Bytes that no packing makes fewer, as sealed ones are.
fn sealed(seed: u64, length: usize) -> Sealed {
    let mut rng = fastrand::Rng::with_seed(seed);
    Sealed((0..length).map(|_| rng.u8(..)).collect())
}

fn write(desk: &Desk, id: u8, field: u32, value: Sealed) {
    let key = RowKey { partition: Partition::Station(station(1)), kind: "visitor".into(), id: Id([id; 16]) };
    desk.write(Doing { key, shape: Shape::Record, subject: None, fields: vec![(field, Some(value), false)] });
}

/// A few entries at a time, as a desk does that counts bytes too.
async fn run_in_small_batches(desk: &Desk, joined: &Joined) -> Result<()> {
    let limits = Limits { batch_entries: 10, ..Limits::default() };
    Cycle { local: desk, hub: &joined.line, rules: Rules::default(), limits, pages_max: 1_000 }.run().await?;
    Ok(())
}

async fn two_desks(hub: &Served) -> Result<[(Desk, Joined); 2]> {
    let first = hub.join_station(1).await?;
    let invite = Invite { role: DeviceRole::Station, station: Some(station(1)), may_read_party: false };
    let second = hub.join(&first.line.invite(&invite).await?.code, None).await?;
    let [left, right] = [1, 2].map(|number| desk(number, &hub.outside));
    (0..ROWS).for_each(|id| write(&left, id, NOTE, sealed(id.into(), ROW_BYTES - 100)));
    run_in_small_batches(&left, &first).await?;
    ensure!(run(&right, &second).await?.pulled == usize::from(ROWS), "pages have room for large rows");
    Ok([(left, first), (right, second)])
}

#[test]
fn small_edits_of_large_rows_are_all_answered() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let [(left, first), (right, second)] = two_desks(&hub).await?;
        (0..ROWS).for_each(|id| write(&left, id, MARK, sealed(id.into(), 20)));
        let again = left.copy();
        ensure!(run(&left, &first).await?.pushed == usize::from(ROWS));
        // As if no answer had come: everything is told again, as far as there is room.
        ensure!(run(&again, &first).await?.is_caught_up);
        run(&right, &second).await?;
        for other in [&right, &again] {
            ensure!(left.file.borrow().view() == other.file.borrow().view());
        }
        Ok(())
    })
}

#[test]
fn conflicts_over_large_values_are_all_told() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let [(left, first), (right, second)] = two_desks(&hub).await?;
        (0..ROWS).for_each(|id| write(&left, id, NOTE, sealed(1_000 + u64::from(id), ROW_BYTES - 100)));
        (0..ROWS).for_each(|id| write(&right, id, NOTE, sealed(2_000 + u64::from(id), ROW_BYTES - 100)));
        run_in_small_batches(&left, &first).await?;
        let lost = right.copy();
        run_in_small_batches(&right, &second).await?;
        // The hub knows all of it; hello has the outcomes and the tray rows.
        ensure!(run(&lost, &second).await?.is_caught_up);
        run(&left, &first).await?;
        let trays = |desk: &Desk| desk.file.borrow().mirror.values().filter(|r| r.shape == Shape::Tray).count();
        ensure!([&left, &right, &lost].map(trays) == [usize::from(ROWS); 3]);
        ensure!(left.file.borrow().view() == lost.file.borrow().view());
        Ok(())
    })
}

#[test]
fn a_row_that_no_page_could_hold_is_refused_field_by_field() -> Result<()> {
    wait_on(async {
        let hub = Served::start(Default::default())?;
        let [(left, first), (right, second)] = two_desks(&hub).await?;
        write(&left, 1, MARK, sealed(9, 200));
        write(&left, 2, MARK, sealed(9, 50));
        run(&left, &first).await?;
        let refused: Vec<Outcome> = left.file.borrow().refused.iter().map(|r| r.outcome).collect();
        ensure!(refused == [Outcome::Refused(Refusal::RowTooLarge)], "{refused:?}");
        ensure!(run(&right, &second).await?.pulled == 1);
        Ok(())
    })
}
