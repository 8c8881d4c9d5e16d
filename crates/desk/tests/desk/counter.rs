//! The counter: arrivals, services, voids, search, numbers, PINs and both chains.

use crate::common::*;
use fengxiang_desk::store::{NewTicket, NewVisit};
use fengxiang_desk::{Desk, DeskError, Kind};
use fengxiang_domain::indicators::{self, DayFigures};
use fengxiang_domain::people::Role;
use tempfile::tempdir;

const TODAY: &str = "2026-03-16";

fn figures(desk: &Desk) -> DayFigures {
    let facts = desk.reader().get_day_facts(TODAY).unwrap();
    indicators::day(facts.visits, &facts.services)
}

#[test]
fn a_visit_is_one_transaction_with_its_outbox_entry_and_trail_line() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let before = bench.desk.check_chains().unwrap();
    let written = bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap();
    assert!(written.touched.contains(&Kind::Visit) && written.touched.contains(&Kind::Service));
    let after = bench.desk.check_chains().unwrap();
    assert_eq!(after.broken_at, None);
    assert_eq!((after.trail_lines - before.trail_lines, after.outbox_entries - before.outbox_entries), (1, 2));
}

#[test]
fn a_verb_that_fails_leaves_nothing_behind() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let before = bench.desk.check_chains().unwrap();
    let failed = bench.desk.write(bench.act("add_visit"), |w| {
        w.add_visit(&arrival(None, &[]))?;
        Err::<(), _>(DeskError::NotFound)
    });
    assert!(failed.is_err());
    assert_eq!(bench.desk.check_chains().unwrap(), before);
    assert_eq!(figures(&bench.desk).visit_count, 0);
}

#[test]
fn within_sixty_minutes_services_join_the_earlier_visit() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let wang = bench.visitor("王师傅", None);
    let come = |bench: &Bench, item: &str| {
        bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(Some(wang), &[item]))).unwrap().value.joined
    };
    assert!(!come(&bench, "B01"));
    bench.pass_min(59);
    assert!(come(&bench, "B02"));
    bench.pass_min(2);
    assert!(!come(&bench, "B01"));
    let day = figures(&bench.desk);
    assert_eq!((day.visit_count, day.visitor_count, day.basic_count), (2, 1, 3));
}

#[test]
fn undoing_takes_the_visit_and_its_services_out_of_every_figure() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id =
        bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01", "B03"]))).unwrap().value.id;
    assert_eq!(figures(&bench.desk).service_count(), 2);
    bench.desk.write(bench.act("void_visit"), |w| w.void_visit(id, "undo")).unwrap();
    assert_eq!(figures(&bench.desk), DayFigures::default());
    let again = bench.desk.write(bench.act("void_visit"), |w| w.void_visit(id, "undo"));
    assert!(matches!(again.err(), Some(DeskError::NotFound)));
}

#[test]
fn no_row_or_entry_ties_a_sensitive_item_to_its_visit() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let wang = bench.visitor("王师傅", None);
    let before = bench.desk.check_chains().unwrap().outbox_entries;
    let id = bench
        .desk
        .write(bench.act("add_visit"), |w| w.add_visit(&arrival(Some(wang), &["B01", "V02"])))
        .unwrap()
        .value
        .id;
    assert_eq!(
        bench.desk.check_chains().unwrap().outbox_entries - before,
        2,
        "the sensitive item waits for the next day"
    );
    assert_eq!(figures(&bench.desk).added_count, 1);
    let past = bench.desk.reader().get_visitor_past(&wang.to_string(), MORNING).unwrap();
    assert_eq!(past.last_basic_items, ["B01"]);
    bench.desk.write(bench.act("void_visit"), |w| w.void_visit(id, "undo")).unwrap();
    assert_eq!(figures(&bench.desk).added_count, 1, "nothing knows which visit it belonged to");
    let waiting = bench.desk.check_chains().unwrap().outbox_entries;
    bench.pass_min(24 * 60);
    bench.desk.write(bench.act("open_day"), |_| Ok(())).unwrap();
    assert_eq!(bench.desk.check_chains().unwrap().outbox_entries - waiting, 1);
}

#[test]
fn a_clock_set_back_blocks_nothing_and_keeps_the_chain() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.pass_min(-60);
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &[]))).unwrap();
    bench.pass_min(-10 * 365 * 24 * 60);
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &[]))).unwrap();
    assert_eq!(bench.desk.check_chains().unwrap().broken_at, None);
}

#[test]
fn a_visitor_is_found_by_whatever_is_typed() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.visitor("单师傅", Some("13800006021"));
    bench.visitor("王·买买提", None);
    bench.visitor("𬭎师傅'; DROP TABLE visit; --", None);
    let reader = bench.desk.reader();
    let card = reader.search_visitors("6021").unwrap()[0].card_no.clone();
    for text in ["6021", "13800006021", "单", "单师傅", "ssf", "dsf", "shanshifu", "Shan", card.as_str()] {
        let hits = reader.search_visitors(text).unwrap();
        assert_eq!(hits.first().map(|h| h.alias.as_str()), Some("单师傅"), "{text}");
    }
    assert_eq!(reader.search_visitors("买买提").unwrap().len(), 1);
    assert_eq!(reader.search_visitors("𬭎").unwrap().len(), 1);
    for nobody in ["", "%", "_", "'", "9999", "K23456789"] {
        assert!(reader.search_visitors(nobody).unwrap().is_empty(), "{nobody}");
    }
}

#[test]
fn a_taken_alias_gets_the_last_digits_behind_it() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    for phone in [None, Some("13800006021"), None] {
        bench.visitor("王师傅", phone);
    }
    let hits = bench.desk.reader().search_visitors("wsf").unwrap();
    let mut aliases: Vec<_> = hits.iter().map(|h| h.alias.as_str()).collect();
    aliases.sort_unstable();
    assert_eq!(aliases, ["王师傅", "王师傅·美团", "王师傅·美团·6021"]);
}

#[test]
fn tickets_are_numbered_without_gaps_and_a_slip_only_without_phone() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let submit = |phone: Option<&str>| {
        let new = NewTicket {
            sentence: "小区进门难".into(),
            phone: phone.map(str::to_owned),
            category: None,
            is_urgent: false,
            group_size: None,
        };
        bench.desk.write(bench.act("submit_ticket"), |w| w.add_ticket(&new)).unwrap().value
    };
    let (first, slip) = submit(None);
    let (second, none) = submit(Some("13800006021"));
    assert!(
        first.starts_with("SQ-GX03-20260316-A0001") && second.starts_with("SQ-GX03-20260316-A0002"),
        "{first} {second}"
    );
    assert_eq!((slip.map(|s| s.len()), none), (Some(10), None));
}

#[test]
fn five_wrong_pins_lock_also_across_a_restart() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id = bench
        .desk
        .write(bench.act("add_staff"), |w| w.add_staff_with_pin("志愿者乙", Role::Volunteer, None, Some("602114")))
        .unwrap()
        .value;
    bench.desk.check_pin(id, "602114").unwrap();
    for left in [4, 3, 2, 1] {
        assert!(matches!(bench.desk.check_pin(id, "000001"), Err(DeskError::WrongPin { left: l }) if l == left));
    }
    assert!(matches!(bench.desk.check_pin(id, "000001"), Err(DeskError::PinLocked)));
    let around = bench.around.clone();
    drop(bench);
    let (desk, _) = Desk::open(dir.path(), PASSWORD, around).unwrap();
    assert!(matches!(desk.check_pin(id, "602114"), Err(DeskError::PinLocked)));
}

#[test]
fn a_long_read_does_not_stop_a_check_in() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let reader = bench.desk.reader();
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &[]))).unwrap();
    assert_eq!(reader.get_day_facts(TODAY).unwrap().visits.len(), 1);
}

#[test]
fn a_visit_keeps_the_business_day_it_was_written_with() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.pass_min(-7 * 60); // 02:00
    let come = |bench: &Bench| {
        bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap();
    };
    let counts = |bench: &Bench, on: &str| {
        let facts = bench.desk.reader().get_day_facts(on).unwrap();
        (facts.visits.len(), facts.services.len())
    };
    come(&bench);
    bench.desk.set_day_boundary(bench.act("set_day"), 4 * 60).unwrap();
    assert_eq!(bench.desk.today(), "2026-03-15");
    come(&bench);
    assert_eq!((counts(&bench, "2026-03-16"), counts(&bench, "2026-03-15")), ((1, 1), (1, 1)));
    let around = bench.around.clone();
    drop(bench);
    let (desk, _) = Desk::open(dir.path(), PASSWORD, around).unwrap();
    assert_eq!(desk.today(), "2026-03-15", "also after a restart");
}

#[test]
fn an_override_is_a_fact_with_its_reason_and_the_person_who_gave_it() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let wang = bench.visitor("王师傅", None);
    let add = |new| bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&new)).unwrap().value;
    add(arrival(Some(wang), &[]));
    let again = NewVisit { separate_reason: Some("又回来".into()), ..arrival(Some(wang), &[]) };
    let visit = add(again);
    assert!(!visit.joined);
    let entries = bench.desk.reader().list_entries("visit", &visit.id.to_string()).unwrap();
    let [countable, personal] = [0, 1].map(|at| &entries[0].entry.fields[at].value);
    assert_eq!((&countable["separate"], &countable["separate_by"]), (&true.into(), &bench.manager.to_string().into()));
    assert_eq!(personal["separate_reason"], "又回来");
}

#[test]
fn words_about_people_stand_in_the_personal_part_of_a_fact() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.desk.write(bench.act("handover"), |w| w.add_handover("CANARY")).unwrap();
    bench.desk.write(bench.act("incident"), |w| w.add_incident("other", "CANARY")).unwrap();
    let new = NewTicket { sentence: "CANARY".into(), phone: None, category: None, is_urgent: false, group_size: None };
    bench.desk.write(bench.act("ticket"), |w| w.add_ticket(&new)).unwrap();
    let reader = bench.desk.reader();
    let (handover, incident) =
        (&reader.list_handovers(i64::MAX).unwrap()[0].id, &reader.list_incidents(9).unwrap()[0].id);
    let ticket = &reader.list_tickets(None, 9).unwrap()[0].id;
    for (kind, id) in [("handover", handover), ("incident", incident), ("ticket_submit", ticket)] {
        let fields = &reader.list_entries(kind, id).unwrap()[0].entry.fields;
        let holds = |at: usize| fields[at].value.to_string().contains("CANARY");
        assert_eq!((fields[0].field, holds(0), fields[1].field, holds(1)), (1, false, 2, true), "{kind}");
    }
}

#[test]
fn an_undo_that_takes_nothing_back_leaves_its_line_too() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id = bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap().value.id;
    let lines = || bench.desk.check_chains().unwrap().trail_lines;
    let before = lines();
    bench.desk.write(bench.act("undo_visit"), |w| w.undo_visit(id, true, &[])).unwrap();
    assert_eq!(lines() - before, 1);
}

#[test]
fn a_slip_code_cannot_be_tried_out_on_the_hash_alone() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let new =
        NewTicket { sentence: "门难进".into(), phone: None, category: None, is_urgent: false, group_size: None };
    let (_, slip) = bench.desk.write(bench.act("submit_ticket"), |w| w.add_ticket(&new)).unwrap().value;
    let id = bench.desk.reader().list_tickets(None, 1).unwrap()[0].id.clone();
    let personal = bench.desk.reader().list_entries("ticket_submit", &id).unwrap()[0].entry.fields[1].value.clone();
    let stored: [u8; 32] = serde_json::from_value(personal["slip_hash"].clone()).unwrap();
    let told = format!("{id} {}", slip.unwrap());
    assert_ne!(stored, blake3::derive_key("fengxiang 2026 ticket slip", told.as_bytes()), "no secret in it");
    assert_ne!(stored, *blake3::hash(told.as_bytes()).as_bytes());
}
