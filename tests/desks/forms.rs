//! A form stands open while somebody else writes what is in it.

use anyhow::{Result, ensure};
use fengxiang_desk::store::{StaffEdit, StationEdit, VisitorEdit};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::people::Role;
use fengxiang_sync::Rules;
use fengxiang_tests::desks::quiet::Quiet;

/// Two desks that agree on one visitor, and what a form about them was opened with on the first.
fn opened() -> Result<(Quiet, VisitorId, VisitorEdit)> {
    let world = Quiet::new(2, Rules::default())?;
    let visitor = world.add_visitor(0, "王师傅")?;
    agree(&world)?;
    let opened = world.disks[0].desk().reader().get_visitor_fields(visitor)?;
    Ok((world, visitor, opened))
}

fn agree(world: &Quiet) -> Result<()> {
    for at in [0, 1, 0, 1] {
        world.sync(at, None)?;
    }
    Ok(())
}

#[test]
fn a_field_that_came_by_sync_while_a_form_stood_open_is_not_overwritten_in_silence() -> Result<()> {
    let (world, visitor, opened) = opened()?;
    let theirs = VisitorEdit { name: Some("王乙".into()), work_area: Some("西湖".into()), ..opened.clone() };
    world.write(1, |w| w.edit_visitor(visitor, &theirs))?;
    agree(&world)?;
    let form = VisitorEdit { work_area: Some("东湖".into()), ..opened.clone() };
    world.write(0, |w| w.save_visitor(visitor, &opened, &form))?;
    agree(&world)?;
    for at in [0, 1] {
        let shown = world.disks[at].desk().reader().get_visitor_fields(visitor)?;
        ensure!(shown.name == theirs.name, "what nobody touched in the form stays: {shown:?}");
        ensure!(shown.work_area == form.work_area, "the later one shows: {shown:?}");
        ensure!(world.trays(at)?.shown == 1, "and both are heard");
    }
    Ok(())
}

#[test]
fn a_form_about_what_nobody_else_touched_leaves_no_conflict() -> Result<()> {
    let (world, visitor, opened) = opened()?;
    world.write(1, |w| w.edit_visitor(visitor, &VisitorEdit { name: Some("王乙".into()), ..opened.clone() }))?;
    agree(&world)?;
    let form = VisitorEdit { work_area: Some("东湖".into()), ..opened.clone() };
    world.write(0, |w| w.save_visitor(visitor, &opened, &form))?;
    agree(&world)?;
    ensure!(world.trays(0)?.shown == 0 && world.trays(1)?.shown == 0);
    Ok(())
}

#[test]
fn the_same_holds_for_the_station_and_its_people() -> Result<()> {
    let world = Quiet::new(2, Rules::default())?;
    let volunteer = world.write(0, |w| w.add_staff_with_pin("员工甲", Role::Volunteer, None, None))?;
    agree(&world)?;
    let station = || -> Result<StationEdit> { Ok(world.disks[0].desk().reader().get_station()?.into()) };
    let staff = || -> Result<StaffEdit> { Ok(world.disks[0].desk().reader().get_staff(volunteer)?.into()) };
    let (opened_station, opened_staff) = (station()?, staff()?);
    let theirs: StationEdit = world.disks[1].desk().reader().get_station()?.into();
    world.write(1, |w| {
        w.edit_station(&StationEdit { phone: Some("07100000001".into()), address: "乙路".into(), ..theirs })?;
        w.edit_staff(
            volunteer,
            &StaffEdit { name: "员工乙".into(), valid_until_on: None, role: Role::Volunteer, is_active: true },
        )
    })?;
    agree(&world)?;
    let form = StationEdit { address: "甲路".into(), ..station()? };
    let form = StationEdit { phone: opened_station.phone.clone(), ..form };
    world.write(0, |w| {
        w.save_station(&opened_station, &form)?;
        let form = StaffEdit {
            name: "员工丙".into(),
            valid_until_on: Some("2099-01-01".into()),
            role: Role::Volunteer,
            is_active: true,
        };
        w.save_staff(volunteer, &opened_staff, &form)
    })?;
    agree(&world)?;
    ensure!(station()?.phone == Some("07100000001".into()), "nobody touched it in the form");
    ensure!(station()?.address == "甲路" && staff()?.name == "员工丙");
    ensure!(world.trays(1)?.shown == 2, "an address and a name were written twice: {:?}", world.trays(1)?);
    Ok(())
}
