//! Two desks of one station come to the same tables.

use anyhow::{Result, ensure};
use fengxiang_desk::store::VisitorEdit;
use fengxiang_tests::desks::{found, join};
use fengxiang_tests::hub::Served;

#[test]
fn what_one_desk_writes_the_other_shows() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let first = found(&hub, "GX01")?;
    let wang = first.add_visitor("王师傅")?;
    first.check_in(Some(wang), &["B01", "B02"])?;
    first.check_in(None, &["B03"])?;
    let second = join(&hub, &first)?;
    ensure!(first.cycle()?.pushed > 0);
    let pulled = second.cycle()?;
    ensure!(pulled.is_caught_up && pulled.repaired == 0, "{pulled:?}");
    ensure!(first.shown()? == second.shown()?, "{:#?}\n{:#?}", first.shown()?, second.shown()?);
    second.check_in(Some(wang), &["B01"])?;
    second.cycle()?;
    ensure!(first.cycle()?.repaired == 0);
    ensure!(first.shown()? == second.shown()?);
    ensure!(second.desk.reader().search_visitors("wsf")?.len() == 1, "and finds by initials");
    Ok(())
}

#[test]
fn of_two_edits_of_one_field_the_later_shows_on_both_desks_and_other_fields_join() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let first = found(&hub, "GX01")?;
    let wang = first.add_visitor("王师傅")?;
    let second = join(&hub, &first)?;
    first.cycle()?;
    second.cycle()?;
    let before = first.desk.reader().get_visitor_fields(wang)?;
    let left = VisitorEdit { name: Some("王甲".into()), ..before.clone() };
    first.desk.write(first.act("edit_visitor"), |w| w.edit_visitor(wang, &left))?;
    let right = VisitorEdit { work_area: Some("东湖".into()), name: Some("王乙".into()), ..before };
    second.desk.write(second.act("edit_visitor"), |w| w.edit_visitor(wang, &right))?;
    first.cycle()?;
    ensure!(second.desk.reader().get_visitor_fields(wang)?.name == Some("王乙".into()));
    second.cycle()?;
    first.cycle()?;
    second.cycle()?;
    let shown = first.desk.reader().get_visitor_fields(wang)?;
    ensure!(shown.work_area == Some("东湖".into()), "fields that only one touched join");
    ensure!(shown.name == Some("王乙".into()), "{shown:?}");
    ensure!(first.shown()? == second.shown()?);
    Ok(())
}
