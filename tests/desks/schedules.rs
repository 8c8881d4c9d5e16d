//! Schedules made by hand for what chance hardly ever brings about, on real desks.

use anyhow::{Result, ensure};
use fengxiang_desk::DeskError;
use fengxiang_desk::store::VisitorEdit;
use fengxiang_sync::{Break, Rules};
use fengxiang_tests::desks::disk::{Disk, Kept};
use fengxiang_tests::desks::quiet::Quiet;
use std::sync::atomic::Ordering;

const DAY_MS: i64 = 86_400_000;
const TEN_YEARS_MS: i64 = 3_650 * DAY_MS;

/// A copy of a file that runs beside it.
fn copy(world: &mut Quiet, at: usize) -> Result<()> {
    let image = world.disks[at].image(2)?;
    let clock = std::sync::Arc::clone(world.disks[at].clock());
    world.disks.push(Disk::start(image, clock, 3)?);
    Ok(())
}

#[test]
fn what_somebody_writes_about_an_erased_person_is_gone_from_the_sent_log_too() -> Result<()> {
    let world = Quiet::new(1, Rules::default())?;
    let visitor = world.add_visitor(0, "王师傅")?;
    let visit = world.check_in(0, Some(visitor), "B01")?;
    world.sync(0, None)?;
    world.erase(visitor)?;
    world.sync(0, None)?;
    world.write(0, |w| w.void_visit(visit, "CANARY"))?;
    ensure!(world.count(0, "outbox WHERE fields LIKE '%CANARY%'")? == 1);
    world.sync(0, None)?;
    ensure!(world.count(0, "sent WHERE fields LIKE '%CANARY%'")? == 0);
    ensure!(world.count(0, "visit_void WHERE reason IS NULL")? == 1);
    Ok(())
}

/// The hub is put back to a day of which the desk remembers its last number and nothing before.
#[test]
fn a_file_that_has_forgotten_what_a_restored_hub_lacks_takes_a_new_name_and_goes_on() -> Result<()> {
    for is_something_waiting in [false, true] {
        let world = Quiet::new(1, Rules::default())?;
        world.check_in(0, None, "B01")?;
        world.sync(0, None)?;
        let backup = world.hub.borrow().clone();
        world.check_in(0, None, "B02")?;
        world.sync(0, None)?;
        world.forget_sent(0)?;
        if is_something_waiting {
            world.check_in(0, None, "B03")?;
        }
        world.restore_hub(backup);
        world.sync(0, None)?;
        let report = world.sync(0, None)?;
        ensure!(report.is_caught_up && report.repaired == 0, "{report:?}");
        let visits = world.count(0, "visit")?;
        ensure!(world.hub.borrow().rows.keys().filter(|key| key.kind == "visit").count() as i64 == visits);
        ensure!(world.disks[0].desk().check_chains()?.broken_at.is_none());
        ensure!(world.count(0, "outbox")? == 0);
    }
    Ok(())
}

/// A hub that ends below what was acknowledged, and a sent-log that is empty: sending on under the old numbers would never end.
#[test]
fn numbers_go_on_only_where_the_hub_ends() -> Result<()> {
    let world = Quiet::new(1, Rules::default())?;
    world.check_in(0, None, "B01")?;
    world.sync(0, None)?;
    world.forget_sent(0)?;
    let follows = |number: i64| {
        let asked = world.disks[0].desk().exchange(|x| {
            x.requeue_sent(number)?;
            Ok((x.acked_number()?, x.follows_on(number)?))
        });
        anyhow::Ok(asked?.value)
    };
    let (acked, is_so) = follows(1)?;
    ensure!(acked > 1 && !is_so, "nothing waits, and {acked} are acknowledged");
    ensure!(follows(acked)? == (acked, true));
    world.check_in(0, None, "B02")?;
    ensure!(follows(1)? == (acked, false) && follows(acked)? == (acked, true), "the same when something waits");
    Ok(())
}

/// What was given in private waits for another day in both copies of a file, and both tell it.
#[test]
fn of_one_fact_that_two_copies_tell_the_later_one_is_no_refusal() -> Result<()> {
    let mut world = Quiet::new(1, Rules::default())?;
    world.check_in(0, None, "P01")?;
    world.sync(0, None)?;
    copy(&mut world, 0)?;
    world.now_ms.fetch_add(DAY_MS, Ordering::SeqCst);
    for at in [0, 1] {
        world.write(at, |_| Ok(()))?;
        world.sync(at, None)?;
        world.sync(at, None)?;
        ensure!(world.disks[at].desk().reader().list_refused()?.is_empty(), "copy {at}");
    }
    ensure!(world.hub.borrow().rows.keys().filter(|key| key.kind == "service").count() == 1);
    Ok(())
}

/// A clock ten years ahead marks a private item with a day that is long in coming.
#[test]
fn an_item_that_a_wrong_clock_kept_leaves_when_the_clock_is_right() -> Result<()> {
    let world = Quiet::new(1, Rules::default())?;
    world.disks[0].clock().skew_ms.store(TEN_YEARS_MS, Ordering::SeqCst);
    world.check_in(0, None, "P01")?;
    world.disks[0].clock().skew_ms.store(0, Ordering::SeqCst);
    world.write(0, |_| Ok(()))?;
    world.sync(0, None)?;
    ensure!(world.hub.borrow().rows.keys().any(|key| key.kind == "service"));
    Ok(())
}

/// Whether the hub gets back a fact that stands in the sent-log of an older name alone: a copy hears that its entry is known,
/// takes a new name and is killed before the row comes; then the other copy burns and the hub begins anew.
fn is_refilled_from_an_older_name(rules: Rules) -> Result<bool> {
    let mut world = Quiet::new(1, rules)?;
    let before = world.hub.borrow().clone();
    let fact = world.check_in(0, None, "B01")?.to_string();
    copy(&mut world, 0)?;
    world.check_in(0, None, "B02")?;
    world.sync(0, None)?;
    // Hello, its outcome, and then the power goes.
    ensure!(world.sync(1, Some(3)).is_err());
    ensure!(world.count(1, "mirror")? == 0 && world.count(1, "outbox WHERE kind <> 'number_gap'")? == 0);
    world.disks.remove(0);
    world.restore_hub(before);
    let _ = world.sync(0, None);
    let _ = world.sync(0, None);
    Ok(world.hub.borrow().rows.keys().any(|key| key.kind == "visit" && key.id.to_string() == fact.replace('-', "")))
}

#[test]
fn the_sent_log_survives_a_new_name() -> Result<()> {
    ensure!(is_refilled_from_an_older_name(Rules::default())?);
    ensure!(!is_refilled_from_an_older_name(Rules { broken: Some(Break::DropSent) })?);
    Ok(())
}

/// Whether a desk shows what its user wrote when the answer to the push was lost and somebody else's row came first.
fn is_own_edit_shown(rules: Rules) -> Result<bool> {
    let world = Quiet::new(1, rules)?;
    let visitor = world.add_visitor(0, "王师傅")?;
    world.sync(0, None)?;
    let before = world.disks[0].desk().reader().get_visitor_fields(visitor)?;
    world.write(0, |w| w.edit_visitor(visitor, &VisitorEdit { work_area: Some("东湖".into()), ..before }))?;
    // Hello twice, its outcome, what to offer, what waits: the answer to the push is never written down.
    let taken = world.hub.borrow().edits.len();
    ensure!(world.sync(0, Some(5)).is_err() && world.count(0, "outbox")? == 1);
    ensure!(world.hub.borrow().edits.len() == taken + 1, "the hub has it");
    // The next cycle hears of the outcome and dies before the feed.
    for left in 2..6 {
        let _ = world.sync(0, Some(left));
        let shown = world.disks[0].desk().reader().get_visitor_fields(visitor)?;
        if shown.work_area != Some("东湖".into()) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[test]
fn what_a_user_wrote_stays_on_the_screen_until_its_row_comes() -> Result<()> {
    ensure!(is_own_edit_shown(Rules::default())?);
    ensure!(!is_own_edit_shown(Rules { broken: Some(Break::ForgetOwn) })?);
    Ok(())
}

/// A backup as the program writes it, put back after more was sent.
#[test]
fn a_backup_that_is_put_back_loses_nothing_that_was_acknowledged() -> Result<()> {
    let mut world = Quiet::new(1, Rules::default())?;
    world.check_in(0, None, "B01")?;
    world.sync(0, None)?;
    let folder = fengxiang_tests::desks::disk::new_folder()?;
    let file = folder.path().join("backup.fxb");
    world.disks[0].desk().backup_to(&file)?;
    world.check_in(0, None, "B02")?;
    world.sync(0, None)?;
    world.disks[0].put_back(&Kept::Backup(folder, file), false, 4)?;
    ensure!(world.count(0, "visit")? == 1);
    world.check_in(0, None, "B03")?;
    world.sync(0, None)?;
    ensure!(world.count(0, "visit")? == 3 && !world.alarms(0)?.is_empty());
    let missing = world.write(0, |w| w.resend_refused(1)).err().and_then(|e| e.downcast::<DeskError>().ok());
    ensure!(matches!(missing, Some(DeskError::NotFound)), "and nothing was refused");
    Ok(())
}
