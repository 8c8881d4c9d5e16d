//! Shifts, handovers, paper lines and corrections on a real file.

use crate::common::*;
use fengxiang_desk::store::{NewVisit, RegisterQuery};
use fengxiang_desk::{Act, DeskError};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::shift::ShiftAct;
use tempfile::tempdir;

#[test]
fn a_closed_shift_takes_no_act_and_the_next_one_starts_afresh() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let act = |act: ShiftAct| bench.desk.write(bench.act("shift"), |w| w.add_shift_act(&act));
    let me = bench.manager.0;
    assert!(matches!(act(ShiftAct::SignIn { staff: me }).err(), Some(DeskError::NotLegalNow)));
    let first = act(ShiftAct::Open { checks: Vec::new() }).unwrap().value;
    act(ShiftAct::SignIn { staff: me }).unwrap();
    bench.pass_min(300);
    act(ShiftAct::Close { checks: Vec::new(), is_handover: false }).unwrap();
    assert!(matches!(act(ShiftAct::SignOut { staff: me }).err(), Some(DeskError::NotLegalNow)));
    let closed = bench.desk.reader().find_last_shift().unwrap().unwrap().shift;
    assert!(closed.duties[0].is_assumed);
    let second = act(ShiftAct::Open { checks: Vec::new() }).unwrap().value;
    assert_ne!(first, second);
    assert!(bench.desk.reader().find_last_shift().unwrap().unwrap().shift.duties.is_empty());
    assert_eq!(bench.desk.check_chains().unwrap().broken_at, None);
}

#[test]
fn a_handover_stays_open_over_shifts_until_it_is_ticked_once() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.desk.write(bench.act("handover"), |w| w.add_handover("雨具还差 2 把")).unwrap();
    bench.pass_min(24 * 60);
    let open = bench.desk.reader().list_handovers(i64::MAX).unwrap();
    assert_eq!(open.len(), 1);
    bench.desk.write(bench.act("tick"), |w| w.tick_handover(&open[0].id)).unwrap();
    let again = bench.desk.write(bench.act("tick"), |w| w.tick_handover(&open[0].id));
    assert!(matches!(again.err(), Some(DeskError::NotFound)));
    assert!(bench.desk.reader().list_handovers(i64::MAX).unwrap().is_empty());
}

#[test]
fn a_line_from_paper_counts_on_its_own_day() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let yesterday = MORNING - 24 * 3_600_000;
    let line = NewVisit { at: Some(yesterday), channel: "backfill", ..arrival(None, &["B01"]) };
    bench.desk.write(bench.act("backfill"), |w| w.add_visit(&line)).unwrap();
    let facts = |on| bench.desk.reader().get_day_facts(on).unwrap();
    assert_eq!((facts("2026-03-15").visits.len(), facts("2026-03-15").services.len()), (1, 1));
    assert!(facts("2026-03-16").visits.is_empty());
}

#[test]
fn a_correction_voids_the_wrong_entry_and_keeps_its_time() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id = bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap().value.id;
    bench.pass_min(30);
    let items = ["B03".to_owned()];
    bench.desk.write(bench.act("correct"), |w| w.correct_visit(id, "02", &items, "wrong type")).unwrap();
    let facts = bench.desk.reader().get_day_facts("2026-03-16").unwrap();
    assert_eq!((facts.visits[0].at_ms, facts.visits[0].visitor_type.as_str()), (MORNING, "02"));
    assert_eq!(facts.services, [("B03".to_owned(), 1)]);
}

#[test]
fn an_edit_names_the_entry_its_author_saw_as_base() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.desk.write(bench.act("add_expiry"), |w| w.add_expiry("灭火器", "2026-12-01")).unwrap();
    let id = bench.desk.reader().list_expiries().unwrap()[0].id.clone();
    bench.desk.write(bench.act("remove_expiry"), |w| w.remove_expiry(&id)).unwrap();
    assert!(bench.desk.reader().list_expiries().unwrap().is_empty());
    let entries = bench.desk.reader().list_entries("expiry", &id).unwrap();
    let hash_of_first: String = entries[0].hash.iter().map(|b| format!("{b:02X}")).collect();
    assert_eq!(entries[1].entry.fields[0].base.as_deref(), Some(hash_of_first.as_str()));
}

#[test]
fn a_handover_at_noon_is_no_closing_of_the_day() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.desk.write(bench.act("open"), |w| w.add_shift_act(&ShiftAct::Open { checks: Vec::new() })).unwrap();
    let id = bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap().value.id;
    bench.pass_min(180);
    bench.desk.write(bench.act("hand_over"), |w| w.hand_over_shift(&[], &[bench.manager.0])).unwrap();
    assert!(!bench.desk.reader().is_closed_over(id).unwrap());
    bench.pass_min(180);
    let close = ShiftAct::Close { checks: Vec::new(), is_handover: false };
    bench.desk.write(bench.act("close"), |w| w.add_shift_act(&close)).unwrap();
    assert!(bench.desk.reader().is_closed_over(id).unwrap());
}

#[test]
fn a_correction_keeps_when_somebody_left_and_who_let_it_count() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let wang = bench.visitor("王师傅", None);
    let again = NewVisit { separate_reason: Some("又回来".into()), ..arrival(Some(wang), &["B01"]) };
    let id = bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&again)).unwrap().value.id;
    bench.pass_min(20);
    bench.desk.write(bench.act("leave"), |w| w.leave_visit(id)).unwrap();
    bench.pass_min(10);
    let corrector = Act { verb: "correct", actor: Some(StaffId(uuid::Uuid::from_u128(9))) };
    let corrected = bench.desk.write(corrector, |w| w.correct_visit(id, "02", &[], "wrong type")).unwrap().value;
    let reader = bench.desk.reader();
    assert!(reader.list_present("2026-03-16").unwrap().is_empty(), "nobody comes back by a correction");
    let row = &reader.list_register(&whole_day("2026-03-16")).unwrap()[0];
    assert_eq!((row.visit_id.clone(), row.left_at), (corrected.to_string(), Some(MORNING + 20 * 60_000)));
    let countable = &reader.list_entries("visit", &corrected.to_string()).unwrap()[0].entry.fields[0].value;
    assert_eq!(countable["separate_by"], bench.manager.to_string());
    assert_eq!(countable["replaces"], id.to_string());
    drop(reader);
    let twice = bench.desk.write(bench.act("leave"), |w| w.leave_visit(corrected));
    assert!(matches!(twice.err(), Some(DeskError::NotLegalNow)));
}

#[test]
fn a_corrected_entry_stays_one_of_the_day_that_was_closed() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let act = |act: ShiftAct| bench.desk.write(bench.act("shift"), |w| w.add_shift_act(&act)).unwrap();
    act(ShiftAct::Open { checks: Vec::new() });
    let mut id = bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap().value.id;
    bench.pass_min(180);
    act(ShiftAct::Close { checks: Vec::new(), is_handover: false });
    for visitor_type in ["02", "03"] {
        bench.pass_min(5);
        id = bench.desk.write(bench.act("correct"), |w| w.correct_visit(id, visitor_type, &[], "wrong")).unwrap().value;
        assert!(bench.desk.reader().is_closed_over(id).unwrap());
    }
}

fn whole_day(on: &str) -> RegisterQuery {
    RegisterQuery {
        from_on: on.into(),
        to_on: on.into(),
        visitor_type: None,
        channel: None,
        dimension: None,
        hour: None,
        is_registered: None,
        after: None,
        limit: 9,
    }
}
