//! Entries that cannot be put into words stop nobody else.

use anyhow::{Context, Result, ensure};
use fengxiang_desk::store::VisitorEdit;
use fengxiang_sync::translate::{parse_row, to_mirror};
use fengxiang_sync::trays::TrayCounts;
use fengxiang_sync::{Rules, Stopped};
use fengxiang_tests::desks::quiet::Quiet;
use fengxiang_tests::desks::tables;

#[test]
fn one_entry_that_is_malformed_goes_into_the_refused_tray_and_the_others_arrive() -> Result<()> {
    for poison in ["id = 'no id'", "fields = 'no list'", "subject = 'nobody'", "given = 'nowhere'"] {
        let world = Quiet::new(2, Rules::default())?;
        world.sync(0, None)?;
        let first = world.check_in(0, None, "B01")?;
        world.add_visitor(0, "王师傅")?;
        world.check_in(0, None, "B02")?;
        let visit = format!("UPDATE outbox SET {poison} WHERE kind = 'visit' AND id = '{first}'");
        ensure!(tables::change(world.disks[0].desk(), world.disks[0].folder(), &visit)? == 1, "{poison}");
        let report = world.sync(0, None)?;
        ensure!(report.is_caught_up && world.count(0, "outbox")? == 0, "{poison}: {report:?}");
        let refused = world.disks[0].desk().reader().list_refused()?;
        ensure!(refused.len() == 1 && refused[0].refusal == "unreadable", "{poison}: {refused:?}");
        world.sync(1, None)?;
        ensure!(world.count(1, "visit")? == 1 && world.count(1, "visitor")? == 1, "{poison}: the others arrive");
        // It is told again as often as it is asked for, and survives another name of the file.
        world.disks[0].desk().exchange(|x| x.begin_replica(&"ab".repeat(16)))?;
        world.sync(0, None)?;
        ensure!(world.disks[0].desk().reader().list_refused()?.len() == 1, "{poison}");
    }
    Ok(())
}

#[test]
fn an_unreadable_entry_goes_aside_when_the_file_takes_another_name() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    world.sync(0, None)?;
    let first = world.check_in(0, None, "B01")?;
    world.check_in(0, None, "B02")?;
    let visit = format!("UPDATE outbox SET fields = 'no list' WHERE kind = 'visit' AND id = '{first}'");
    tables::change(world.disks[0].desk(), world.disks[0].folder(), &visit)?;
    world.disks[0].desk().exchange(|x| x.begin_replica(&"ab".repeat(16)))?;
    let refused = world.disks[0].desk().reader().list_refused()?;
    ensure!(refused.len() == 1 && refused[0].refusal == "unreadable" && refused[0].id == first.to_string());
    let kept = "sent WHERE outcome = 'refused' AND fields = 'no list'";
    ensure!(world.count(0, kept)? == 1, "nothing of it is thrown away");
    world.sync(0, None)?;
    world.sync(1, None)?;
    ensure!(world.count(1, "visit")? == 1 && world.count(0, "outbox")? == 0);
    Ok(())
}

#[test]
fn what_waits_for_a_key_waits_and_says_so() -> Result<()> {
    let mut world = Quiet::new(2, Rules::default())?;
    world.sync(0, None)?;
    world.sync(1, None)?;
    world.check_in(1, None, "B01")?;
    world.sync(1, None)?;
    world.check_in(0, None, "B01")?;
    let keys = world.take_keys();
    ensure!(matches!(world.sync(0, None), Err(Stopped::NoKey)));
    ensure!(world.count(0, "mirror WHERE kind = 'visit'")? == 1, "it pulls all the same");
    ensure!(world.count(0, "outbox")? == 2 && world.disks[0].desk().reader().count_refused()? == 0);
    world.give_keys(keys);
    world.sync(0, None)?;
    ensure!(world.count(0, "outbox")? == 0);
    Ok(())
}

#[test]
fn a_refused_edit_is_shown_until_somebody_deals_with_it_and_is_sent_again_as_it_was_meant() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    let visitor = world.add_visitor(0, "王师傅")?;
    world.sync(0, None)?;
    let before = world.disks[0].desk().reader().get_visitor_fields(visitor)?;
    let long = VisitorEdit { work_area: Some("东".repeat(30_000)), ..before };
    world.write(0, |w| w.edit_visitor(visitor, &long))?;
    world.sync(0, None)?;
    let refused = world.disks[0].desk().reader().list_refused()?;
    ensure!(refused.len() == 1 && refused[0].refusal == "row_too_large", "{refused:?}");
    let shown = || -> Result<_> { Ok(world.disks[0].desk().reader().get_visitor_fields(visitor)?.work_area) };
    ensure!(shown()? == long.work_area, "what somebody wrote stays on their screen");
    world.disks[0].desk().exchange(|x| x.begin_replica(&"ab".repeat(16)))?;
    world.sync(0, None)?;
    ensure!(shown()? == long.work_area, "also under another name of the file");
    // A shorter one names what its author knew of the hub's value: no conflict.
    let short = VisitorEdit { work_area: Some("东湖".into()), ..long };
    world.write(0, |w| w.edit_visitor(visitor, &short))?;
    world.sync(0, None)?;
    ensure!(shown()? == short.work_area && world.trays(0)?.shown == 0);
    Ok(())
}

#[test]
fn a_refused_edit_that_is_given_up_makes_room_for_what_the_hub_has() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    let visitor = world.add_visitor(0, "王师傅")?;
    world.sync(0, None)?;
    let before = world.disks[0].desk().reader().get_visitor_fields(visitor)?;
    let long = VisitorEdit { work_area: Some("东".repeat(30_000)), ..before.clone() };
    world.write(0, |w| w.edit_visitor(visitor, &long))?;
    world.sync(0, None)?;
    world.sync(1, None)?;
    let other = VisitorEdit { work_area: Some("西湖".into()), ..before };
    world.write(1, |w| w.edit_visitor(visitor, &other))?;
    world.sync(1, None)?;
    world.sync(0, None)?;
    let refused = world.disks[0].desk().reader().list_refused()?;
    let row = refused.first().context("it is too long")?;
    ensure!(row.is_at_hub && row.fields.len() == 1);
    let author = world.disks[0].desk().reader().find_author(&row.id, row.at, false)?;
    ensure!(author == Some(world.manager().to_string()), "{author:?}");
    world.drop_refused(0, row.seq)?;
    let shown = world.disks[0].desk().reader().get_visitor_fields(visitor)?.work_area;
    ensure!(shown == other.work_area, "{shown:?}");
    Ok(())
}

#[test]
fn what_a_person_gave_up_is_not_sent_again_to_a_hub_that_was_restored() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    let visitor = world.add_visitor(0, "王师傅")?;
    world.sync(0, None)?;
    let backup = world.hub.borrow().clone();
    let before = world.disks[0].desk().reader().get_visitor_fields(visitor)?;
    let long = VisitorEdit { work_area: Some("东".repeat(30_000)), ..before };
    world.write(0, |w| w.edit_visitor(visitor, &long))?;
    world.check_in(0, None, "B01")?;
    world.sync(0, None)?;
    let refused = world.disks[0].desk().reader().list_refused()?;
    world.drop_refused(0, refused.first().context("it is too long")?.seq)?;
    world.restore_hub(backup);
    world.sync(0, None)?;
    ensure!(world.disks[0].desk().reader().list_refused()?.is_empty(), "nobody is asked a second time");
    world.sync(1, None)?;
    ensure!(world.count(1, "visit")? == 1, "numbers are dense, what followed arrives");
    Ok(())
}

#[test]
fn a_conflict_of_a_newer_program_is_said_and_not_counted_among_what_can_be_settled() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    let visitor = world.add_visitor(0, "王师傅")?;
    world.sync(0, None)?;
    world.sync(1, None)?;
    for (at, name) in [(0, "王甲"), (1, "王乙")] {
        let before = world.disks[at].desk().reader().get_visitor_fields(visitor)?;
        world.write(at, |w| w.edit_visitor(visitor, &VisitorEdit { name: Some(name.into()), ..before }))?;
        world.sync(at, None)?;
    }
    ensure!(world.trays(1)? == TrayCounts { shown: 1, unknown: 0 });
    let rows = world.disks[1].desk().reader().list_trays()?;
    let (id, bytes) = rows.first().context("both are heard")?;
    let mut newer = parse_row(bytes)?;
    newer.tray_of.as_mut().context("a tray row")?.field = 77;
    let new = to_mirror(&newer);
    world.disks[1].desk().exchange(|x| x.put_mirrored(&new))?;
    ensure!(world.trays(1)? == TrayCounts { shown: 0, unknown: 1 }, "{id}");
    Ok(())
}

#[test]
fn what_an_older_program_could_not_show_is_shown_by_the_first_one_that_knows_it() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    let visitor = world.add_visitor(0, "王师傅")?;
    world.check_in(0, Some(visitor), "B01")?;
    world.sync(0, None)?;
    world.sync(1, None)?;
    ensure!(world.show_what_is_known_now(1)?, "no program has said so before");
    ensure!(!world.show_what_is_known_now(1)?, "and not at every start");
    // As an older program left it: rows of kinds it did not know lie in the mirror alone, and so do fields.
    let (desk, folder) = (world.disks[1].desk(), world.disks[1].folder());
    tables::change(desk, folder, "DELETE FROM visit")?;
    tables::change(desk, folder, "UPDATE visitor SET visitor_type = '99'")?;
    desk.exchange(|x| x.put_state("sync_shown_with", "those of an older program"))?;
    ensure!(world.show_what_is_known_now(1)?);
    ensure!(world.count(1, "visit")? == 1 && world.count(1, "visitor WHERE visitor_type = '01'")? == 1);
    Ok(())
}
