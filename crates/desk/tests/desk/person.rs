//! Registered persons: pages, edits, look-alikes, merging; and reports over facts.

use crate::common::*;
use fengxiang_desk::store::{CodeRow, NewCode, NewVisit, RegisterQuery, VisitorEdit};
use fengxiang_domain::codes::CodeList;
use fengxiang_domain::report::{Step, table};
use tempfile::tempdir;

fn march(day: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

fn edit(alias: &str, name: Option<&str>, phone: Option<&str>) -> VisitorEdit {
    VisitorEdit {
        alias: alias.into(),
        visitor_type: "01".into(),
        platform: Some("p01".into()),
        name: name.map(str::to_owned),
        phone: phone.map(str::to_owned),
        work_area: None,
    }
}

#[test]
fn an_edit_queues_only_the_fields_that_changed_and_is_found_by_the_new_name() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id = bench.visitor("王师傅", Some("13800006021"));
    let before = bench.desk.check_chains().unwrap().outbox_entries;
    let edited = edit("王师傅", Some("王小明"), Some("13800006021"));
    bench.desk.write(bench.act("edit_visitor"), |w| w.edit_visitor(id, &edited)).unwrap();
    assert_eq!(bench.desk.check_chains().unwrap().outbox_entries - before, 1);
    assert_eq!(bench.desk.reader().search_visitors("wangxiaoming").unwrap().len(), 1);
    assert_eq!(bench.desk.reader().get_person(id).unwrap().name.as_deref(), Some("王小明"));
}

#[test]
fn merging_joins_pages_and_figures_without_rewriting_a_fact() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let (one, other) = (bench.visitor("王师傅", None), bench.visitor("王师傅美团", None));
    for who in [one, other] {
        bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(Some(who), &["B01"]))).unwrap();
        bench.pass_min(10);
    }
    let survivor = bench.desk.write(bench.act("merge"), |w| w.merge_visitors(other, one)).unwrap().value;
    assert_eq!(survivor, one.min(other));
    let reader = bench.desk.reader();
    assert_eq!(reader.search_visitors("wsf").unwrap().len(), 1);
    assert_eq!(reader.list_person_visits(survivor, None, 20).unwrap().len(), 2);
    assert_eq!(reader.list_person_items(survivor).unwrap(), [("B01".to_owned(), 2)]);
    let facts = reader.get_report_facts((march(16), march(16)), &[]).unwrap();
    let total = table(&facts, Step::Day, march(16), march(16)).total;
    assert_eq!((total.visit_count, total.visitor_count), (1, 1), "one person within the hour");
    drop(reader);
    assert!(bench.desk.write(bench.act("merge"), |w| w.merge_visitors(one, other)).is_err());
}

#[test]
fn look_alikes_share_phone_name_or_sound() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id = bench.visitor("王师傅", Some("13800006021"));
    let named = edit("王师傅", Some("王小明"), Some("13800006021"));
    bench.desk.write(bench.act("edit_visitor"), |w| w.edit_visitor(id, &named)).unwrap();
    let reader = bench.desk.reader();
    let alike = |e: VisitorEdit| reader.list_lookalikes(&e, None).unwrap().len();
    assert_eq!(alike(edit("别人", None, Some("13800006021"))), 1);
    assert_eq!(alike(edit("别人", Some("王晓明"), None)), 1);
    assert_eq!(alike(edit("别人", Some("李四"), Some("13900000000"))), 0);
    assert!(reader.list_lookalikes(&named, Some(id)).unwrap().is_empty());
}

#[test]
fn pages_of_a_person_follow_each_other_without_gap_or_repeat() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id = bench.visitor("王师傅", None);
    for _ in 0..45 {
        bench.pass_min(61);
        bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(Some(id), &[]))).unwrap();
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = bench.desk.reader().list_person_visits(id, before, 20).unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.at, last.visit_id.clone()));
        seen.extend(page.into_iter().map(|v| v.visit_id));
    }
    let distinct: std::collections::HashSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (45, 45));
}

#[test]
fn the_report_equals_the_register_and_the_days_screen() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let id = bench.visitor("王师傅", None);
    let group = NewVisit { people: 7, visitor_type: "02".into(), ..arrival(None, &["B01"]) };
    let wrong = bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B03"]))).unwrap().value.id;
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&group)).unwrap();
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(Some(id), &["V01", "P03"]))).unwrap();
    bench.desk.write(bench.act("void"), |w| w.void_visit(wrong, "undo")).unwrap();
    let reader = bench.desk.reader();
    let facts = reader.get_report_facts((march(1), march(31)), &[]).unwrap();
    let total = table(&facts, Step::Month, march(1), march(31)).total;
    let day = reader.get_day_facts("2026-03-16").unwrap();
    let screen = fengxiang_domain::indicators::day(day.visits, &day.services);
    assert_eq!((total.visit_count, total.visitor_count), (screen.visit_count, screen.visitor_count));
    assert_eq!((total.basic_count, total.added_count, total.party_count), (7, 1, 1));
    let query = RegisterQuery {
        from_on: "2026-03-01".into(),
        to_on: "2026-03-31".into(),
        visitor_type: None,
        channel: None,
        dimension: None,
        hour: None,
        is_registered: None,
        after: None,
        limit: 100,
    };
    let register = reader.list_register(&query).unwrap();
    assert_eq!(register.iter().map(|r| r.people).sum::<i64>(), total.visit_count);
}

#[test]
fn a_code_is_added_renamed_and_retired_never_deleted() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let list = CodeList::Platform;
    let new = NewCode { list, dimension: None, label: "本地跑腿".into(), is_sensitive: false };
    let code = bench.desk.write(bench.act("add_code"), |w| w.add_code(new)).unwrap().value;
    assert_eq!(code, "p22");
    let row =
        CodeRow { list, code: code.clone(), label: Some("同城跑腿".into()), is_retired: true, is_sensitive: false };
    bench.desk.write(bench.act("edit_code"), |w| w.edit_code(&row)).unwrap();
    let kept = bench.desk.reader().find_code(list, &code).unwrap().unwrap();
    assert_eq!((kept.label.as_deref(), kept.is_retired), (Some("同城跑腿"), true));
    assert!(!bench.desk.reader().offers_code(list, &code).unwrap());
    let unknown = CodeRow { code: "p77".into(), ..row };
    let refused = bench.desk.write(bench.act("edit_code"), |w| w.edit_code(&unknown));
    assert!(matches!(refused.err(), Some(fengxiang_desk::DeskError::NotFound)));
}
