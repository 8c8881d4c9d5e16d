//! What a station tells the district of itself: sums that are those of its own report, and nothing earlier or more than that.

use crate::common::{Bench, arrival, found};
use fengxiang_desk::kinds::find_kind;
use fengxiang_desk::store::{BoardCounts, NewTicket, OpenRow};
use fengxiang_desk::{Desk, DeskError};
use fengxiang_domain::report::{Step, table};
use serde_json::json;
use tempfile::tempdir;

fn told(desk: &Desk) -> usize {
    desk.exchange(|x| x.derive_board()).unwrap().value
}

fn day(bench: &Bench, on: &str) -> BoardCounts {
    bench.desk.reader().sum_board_days(&bench.desk.station_id().to_string(), on, on).unwrap()
}

/// The same day as the station's own report has it.
fn reported(bench: &Bench, on: &str) -> BoardCounts {
    let day = on.parse().unwrap();
    let facts = bench.desk.reader().get_report_facts((day, day), &[]).unwrap();
    let row = table(&facts, Step::Day, day, day).total;
    BoardCounts {
        visits: row.visit_count,
        visitors: row.visitor_count,
        basic: row.basic_count,
        added: row.added_count,
        party: row.party_count,
        self_counter: row.self_counter_count,
        backfill: row.backfill_count,
    }
}

#[test]
fn a_day_on_the_board_is_the_day_of_the_report() {
    let folder = tempdir().unwrap();
    let bench = found(folder.path());
    let today = bench.desk.today();
    let wang = bench.visitor("王师傅", None);
    let write = |new| bench.desk.write(bench.act("check_in"), |w| w.add_visit(&new)).unwrap().value;
    write(arrival(Some(wang), &["B01"]));
    let wrong = write(arrival(None, &["B02"]));
    assert!(told(&bench.desk) > 0);
    assert_eq!(day(&bench, &today), reported(&bench, &today));
    assert_eq!(day(&bench, &today).visits, 2);
    bench.desk.write(bench.act("void"), |w| w.void_visit(wrong.id, "记错了")).unwrap();
    // Within the hour: the same visit once more.
    bench.pass_min(10);
    write(arrival(Some(wang), &["V01"]));
    assert!(told(&bench.desk) > 0);
    assert_eq!(day(&bench, &today), reported(&bench, &today));
    assert_eq!((day(&bench, &today).visits, day(&bench, &today).added), (1, 1));
}

#[test]
fn nothing_is_told_twice() {
    let folder = tempdir().unwrap();
    let bench = found(folder.path());
    bench.desk.write(bench.act("check_in"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap();
    assert_eq!(told(&bench.desk), 2, "the station and its day");
    let waiting = bench.desk.reader().count_outbox().unwrap();
    assert_eq!(told(&bench.desk), 0);
    assert_eq!(bench.desk.reader().count_outbox().unwrap(), waiting);
}

#[test]
fn a_sensitive_item_is_told_a_day_late() {
    let folder = tempdir().unwrap();
    let bench = found(folder.path());
    let today = bench.desk.today();
    bench.desk.write(bench.act("check_in"), |w| w.add_visit(&arrival(None, &["B01", "P01"]))).unwrap();
    told(&bench.desk);
    assert_eq!((day(&bench, &today).basic, day(&bench, &today).party), (1, 0), "whoever just came is not tied to it");
    bench.pass_min(24 * 60);
    bench.desk.write(bench.act("check_in"), |w| w.add_visit(&arrival(None, &[]))).unwrap();
    told(&bench.desk);
    assert_eq!(day(&bench, &today), reported(&bench, &today));
    assert_eq!(day(&bench, &today).party, 1);
}

#[test]
fn what_a_newer_program_computed_stays() {
    let folder = tempdir().unwrap();
    let bench = found(folder.path());
    bench.desk.write(bench.act("check_in"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap();
    told(&bench.desk);
    let (today, station) = (bench.desk.today(), bench.desk.station_id().to_string());
    let id = bench.desk.exchange(|x| x.list_waiting(100)).unwrap().value;
    let id = id.into_iter().find(|queued| queued.entry.kind == "board_day").unwrap().entry.id;
    let newer = json!({ "maker": 2, "on": today, "visits": 70, "visitors": 0, "basic": 0, "added": 0, "party": 0,
        "self": 0, "backfill": 0, "types": {} });
    let kind = find_kind("board_day").unwrap();
    let row = OpenRow { kind, id: &id, station: &station, subject: None, fields: vec![(1, newer)], place: None };
    bench.desk.exchange(|x| x.project(&row)).unwrap();
    bench.desk.write(bench.act("check_in"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap();
    assert_eq!(told(&bench.desk), 0);
    assert_eq!(day(&bench, &today).visits, 70);
}

#[test]
fn a_problem_is_told_without_its_sentence_and_with_the_title_that_was_confirmed_last() {
    let folder = tempdir().unwrap();
    let bench = found(folder.path());
    let new = NewTicket {
        sentence: "我是王试用，三号门不让进".into(),
        phone: Some("13900000000".into()),
        category: Some("01".into()),
        is_urgent: true,
        group_size: Some(6),
    };
    bench.desk.write(bench.act("submit"), |w| w.add_ticket(&new)).unwrap();
    let ticket = bench.desk.reader().list_tickets(None, 1).unwrap().remove(0).id;
    let shown = || {
        told(&bench.desk);
        bench.desk.reader().list_board_tickets(None, 10).unwrap().remove(0)
    };
    let first = shown();
    assert_eq!(
        (first.title, first.is_urgent, first.group_size, first.state.as_str()),
        (None, true, Some(6), "submitted")
    );
    for title in ["三号门", "商场三号门不让进"] {
        bench.desk.write(bench.act("confirm"), |w| w.confirm_title(&ticket, title)).unwrap();
        assert_eq!(shown().title.as_deref(), Some(title));
        bench.pass_min(1);
    }
    let entries = bench.desk.exchange(|x| x.list_waiting(100)).unwrap().value;
    let on_board = entries.iter().filter(|queued| queued.entry.partition == "board");
    let text: Vec<String> = on_board.map(|queued| format!("{:?}", queued.entry)).collect();
    assert!(text.len() >= 3 && text.iter().all(|t| !t.contains("王试用") && !t.contains("1390000")), "{text:?}");
    let none =
        bench.desk.write(bench.act("confirm"), |w| w.confirm_title("0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "无"));
    assert!(matches!(none, Err(DeskError::NotFound)));
}

#[test]
fn a_station_that_is_shut_for_a_while_says_so() {
    let folder = tempdir().unwrap();
    let bench = found(folder.path());
    told(&bench.desk);
    let state = || {
        told(&bench.desk);
        let row = bench.desk.reader().list_board_stations().unwrap().remove(0);
        (row.state, row.reason)
    };
    assert_eq!(state(), ("closed".into(), None));
    bench.desk.write(bench.act("pause"), |w| w.pause_station(Some("停电"), None)).unwrap();
    assert_eq!(state(), ("paused".into(), Some("停电".into())));
    bench.desk.write(bench.act("resume"), |w| w.pause_station(None, None)).unwrap();
    assert_eq!(state(), ("closed".into(), None));
}
