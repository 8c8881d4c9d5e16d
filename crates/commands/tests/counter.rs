//! Arrivals at the counter: undone, voided, corrected, typed from paper, counted while locked.

mod common;

use common::*;
use serde_json::{Value, json};

fn visitor(bench: &Bench, alias: &str) -> Value {
    let request = json!({
        "alias": alias, "visitor_type": "01", "platform": null, "name": null, "phone": null, "work_area": null,
        "consent_given": false,
    });
    bench.call("visitor_add", request)
}

fn named(visitor: &Value, items: &[&str]) -> Value {
    json!({ "visitor_id": visitor["id"], "visitor_type": null, "people": 1, "items": items, "separate_reason": null })
}

fn anonymous(people: i64, items: &[&str]) -> Value {
    json!({ "visitor_id": null, "visitor_type": "01", "people": people, "items": items, "separate_reason": null })
}

fn undo(added: &Value) -> Value {
    let given = added["given"].as_array().unwrap();
    let ids: Vec<&Value> = given.iter().map(|g| &g["service_id"]).collect();
    json!({ "visit_id": added["visit_id"], "joined": added["joined"], "service_ids": ids })
}

fn figures(bench: &Bench) -> (i64, i64, i64) {
    let day = bench.call("day_summary", Value::Null);
    let count = |name: &str| day[name].as_i64().unwrap();
    (count("visit_count"), count("present_count"), count("service_count"))
}

fn checks() -> Value {
    let fine = |name: &str| json!({ "check": name, "is_fine": true, "note": null });
    let all = ["power", "hygiene", "fire", "battery", "medicine"].map(fine);
    json!({ "checks": all })
}

/// Time passes and the manager is at the desk again.
fn later(bench: &Bench, minutes: i64) {
    bench.pass_min(minutes);
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
}

#[test]
fn undoing_a_joined_check_in_takes_back_what_it_added_and_leaves_the_visit() {
    let bench = Bench::founded();
    let wang = visitor(&bench, "王师傅");
    bench.call("visit_add", named(&wang, &["B01"]));
    later(&bench, 30);
    let joined = bench.call("visit_add", named(&wang, &["B01", "B02", "V02"]));
    assert_eq!(joined["joined"], true);
    assert_eq!(joined["given"].as_array().unwrap().len(), 2, "B01 was given before");
    assert_eq!(figures(&bench), (1, 1, 3));
    bench.call("visit_undo", undo(&joined));
    assert_eq!(figures(&bench), (1, 1, 1));
    assert_eq!(bench.fail("visit_undo", undo(&joined)).code, "not_found", "once");
}

#[test]
fn undoing_a_fresh_check_in_takes_back_the_sensitive_item_too() {
    let bench = Bench::founded();
    let wang = visitor(&bench, "王师傅");
    let added = bench.call("visit_add", named(&wang, &["B01", "V07"]));
    let chip = bench.call("service_add", json!({ "visit_id": added["visit_id"], "item": "P01" }));
    assert_eq!(figures(&bench), (1, 1, 3));
    let of_chip = json!({
        "visit_id": added["visit_id"], "joined": true, "service_ids": [chip["given"]["service_id"]],
    });
    bench.call("visit_undo", of_chip);
    assert_eq!(figures(&bench), (1, 1, 2));
    bench.call("visit_undo", undo(&added));
    assert_eq!(figures(&bench), (0, 0, 0));
}

#[test]
fn after_half_a_minute_an_entry_is_voided_with_a_reason_and_no_longer_undone() {
    let bench = Bench::founded();
    let added = bench.call("visit_add", anonymous(1, &["B01"]));
    bench.pass_ms(36_000);
    assert_eq!(bench.fail("visit_undo", undo(&added)).code, "not_legal_now");
    let item = json!({ "visit_id": added["visit_id"], "joined": true, "service_ids": undo(&added)["service_ids"] });
    assert_eq!(bench.fail("visit_undo", item).code, "not_legal_now");
    assert_eq!(figures(&bench), (1, 1, 1));
    bench.call("visit_void", json!({ "visit_id": added["visit_id"], "reason": "点错" }));
    assert_eq!(figures(&bench), (0, 0, 0));
}

#[test]
fn an_undo_takes_nothing_of_another_visit() {
    let bench = Bench::founded();
    let one = bench.call("visit_add", anonymous(1, &["B01"]));
    let other = bench.call("visit_add", anonymous(1, &["B02"]));
    let crossed = json!({ "visit_id": one["visit_id"], "joined": true, "service_ids": undo(&other)["service_ids"] });
    assert_eq!(bench.fail("visit_undo", crossed).code, "not_found");
    assert_eq!(figures(&bench), (2, 2, 2));
}

#[test]
fn the_hour_only_steers_and_an_override_says_why_and_who() {
    let bench = Bench::founded();
    let wang = visitor(&bench, "王师傅");
    bench.call("visit_add", named(&wang, &[]));
    later(&bench, 20);
    let mut again = named(&wang, &[]);
    again["separate_reason"] = json!("送完一单又回来");
    assert_eq!(bench.call("visit_add", again.clone())["joined"], false);
    assert_eq!(figures(&bench).0, 2);
    bench.call("session_lock", Value::Null);
    assert_eq!(bench.fail("visit_add", again).code, "not_allowed", "nobody stands for it");
}

#[test]
fn a_group_is_one_to_fifty_people() {
    let bench = Bench::founded();
    for people in [0, -1, 51, 6021] {
        assert_eq!(bench.fail("visit_add", anonymous(people, &[])).code, "group_too_large", "{people}");
    }
    for people in [1, 50] {
        bench.call("visit_add", anonymous(people, &["B01"]));
    }
    assert_eq!(figures(&bench), (51, 51, 51));
}

#[test]
fn an_item_twice_in_one_call_counts_once_also_a_sensitive_one() {
    let bench = Bench::founded();
    bench.call("visit_add", anonymous(1, &["B01", "B01", "V02", "V02"]));
    assert_eq!(figures(&bench).2, 2);
}

#[test]
fn closing_the_day_leaves_its_entries_to_the_manager_also_when_the_next_day_is_open() {
    let bench = Bench::founded();
    let volunteer = bench.add_volunteer("志愿者乙", "602114");
    bench.call("shift_open", checks());
    let old = bench.call("visit_add", anonymous(1, &["B01"]));
    let kept = bench.call("visit_add", anonymous(1, &[]));
    later(&bench, 60);
    bench.call("shift_close", checks());
    later(&bench, 12 * 60);
    bench.call("shift_open", checks());
    bench.sign_in(&volunteer, "602114");
    let fresh = bench.call("visit_add", anonymous(1, &[]));
    let detail =
        |visit: &Value| bench.call("visit_detail", json!({ "visit_id": visit["visit_id"] }))["may_change"].clone();
    assert_eq!((detail(&old), detail(&fresh)), (json!(false), json!(true)));
    let void = |visit: &Value| json!({ "visit_id": visit["visit_id"], "reason": "点错" });
    let correct = json!({ "visit_id": old["visit_id"], "visitor_type": "02", "items": [], "reason": "点错" });
    assert_eq!(bench.fail("visit_void", void(&old)).code, "day_closed");
    assert_eq!(bench.fail("visit_correct", correct.clone()).code, "day_closed");
    let item = json!({ "visit_id": old["visit_id"], "item": "B01" });
    assert_eq!(bench.fail("service_void", item.clone()).code, "day_closed");
    assert_eq!(bench.fail("service_add", item).code, "day_closed");
    bench.call("visit_void", void(&fresh));
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    bench.call("visit_void", void(&kept));
    bench.call("visit_correct", correct);
}

#[test]
fn a_correction_keeps_the_time_the_channel_and_the_person() {
    let bench = Bench::founded();
    let wang = visitor(&bench, "王师傅");
    let wrong = bench.call("visit_add", named(&wang, &["B01"]));
    bench.pass_min(3);
    let request = json!({ "visit_id": wrong["visit_id"], "visitor_type": "02", "items": ["B03"], "reason": "类别错" });
    let right = bench.call("visit_correct", request);
    let detail = bench.call("visit_detail", right);
    assert_eq!((&detail["at"], &detail["visitor_type"]), (&json!(MORNING), &json!("02")));
    assert_eq!((&detail["alias"], &detail["items"]), (&json!("王师傅"), &json!(["B03"])));
    assert_eq!(bench.fail("visit_detail", json!({ "visit_id": wrong["visit_id"] })).code, "not_found");
    let line = json!({ "at": MORNING - 60_000, "visitor_type": "01", "people": 3, "items": [] });
    let typed = bench.call("backfill_add", line);
    let request = json!({ "visit_id": typed["visit_id"], "visitor_type": "02", "items": [], "reason": "类别错" });
    assert_eq!(bench.call("visit_detail", bench.call("visit_correct", request))["channel"], "backfill");
}

#[test]
fn paper_lines_stand_in_their_order_on_their_own_day_and_never_ahead_of_the_clock() {
    let bench = Bench::founded();
    let yesterday = MORNING - 24 * 3_600_000;
    let line = |at: i64, kind: &str| json!({ "at": at, "visitor_type": kind, "people": 1, "items": ["B01"] });
    for kind in ["03", "01", "02"] {
        bench.pass_ms(900);
        bench.call("backfill_add", line(yesterday, kind));
    }
    assert_eq!(figures(&bench), (0, 0, 0), "today has none of them");
    assert_eq!(bench.fail("backfill_add", line(MORNING + 3_600_000, "01")).params["field"], "at");
    bench.call("backfill_add", line(MORNING, "01"));
    assert_eq!(figures(&bench), (1, 1, 1));
}

#[test]
fn a_card_at_a_locked_desk_counts_and_names_nobody() {
    let bench = Bench::founded();
    let wang = visitor(&bench, "王师傅");
    bench.call("session_lock", Value::Null);
    let card = json!({ "card_no": wang["card_no"] });
    assert_eq!(bench.call("card_count", card.clone()), json!({ "visitor_type": "01", "joined": false }));
    assert_eq!(bench.call("card_count", card), json!({ "visitor_type": "01", "joined": true }));
    assert_eq!(bench.fail("card_count", json!({ "card_no": "6021" })).params["field"], "card_no");
    assert_eq!(bench.fail("visitor_search", json!({ "text": "王" })).code, "not_allowed");
    let tile = bench.call("visit_add", anonymous(1, &["B01"]));
    bench.call("visit_undo", undo(&tile));
    assert_eq!(figures(&bench), (1, 1, 0));
}

#[test]
fn what_a_rider_presses_at_a_locked_desk_is_counted_as_served_by_themselves() {
    let bench = Bench::founded();
    let wang = visitor(&bench, "王师傅");
    bench.call("visit_add", anonymous(4, &[]));
    bench.call("session_lock", Value::Null);
    bench.call("card_count", json!({ "card_no": wang["card_no"] }));
    bench.call("visit_add", anonymous(2, &[]));
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    let query = json!({ "step": "day", "from_on": "2026-03-16", "to_on": "2026-03-16" });
    let total = bench.call("report_table", query)["total"].clone();
    assert_eq!((&total["visit_count"], &total["self_counter_count"]), (&json!(7), &json!(3)));
}

#[test]
fn a_card_that_nobody_has_is_said() {
    let bench = Bench::founded();
    let stranger = fengxiang_domain::number::card_no([3, 1, 4, 1, 5, 9, 2]);
    assert_eq!(bench.fail("card_count", json!({ "card_no": stranger })).code, "card_unknown");
    assert!(bench.call("visitor_search", json!({ "text": stranger })).as_array().unwrap().is_empty());
}

#[test]
fn who_is_here_are_the_people_the_figure_counts() {
    let bench = Bench::founded();
    let wang = visitor(&bench, "王师傅");
    bench.call("visit_add", named(&wang, &[]));
    bench.pass_min(1);
    let group = bench.call("visit_add", anonymous(7, &[]));
    bench.pass_min(1);
    bench.call("visit_add", anonymous(1, &[]));
    let here = bench.call("present_list", Value::Null);
    let people =
        |here: &Value| here.as_array().unwrap().iter().map(|r| r["people"].as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!(people(&here), [1, 7, 1], "newest first");
    assert_eq!((&here[2]["alias"], &here[1]["alias"]), (&json!("王师傅"), &Value::Null));
    assert_eq!(figures(&bench).1, 9);
    bench.call("visit_leave", json!({ "visit_id": group["visit_id"] }));
    assert_eq!(bench.fail("visit_leave", json!({ "visit_id": group["visit_id"] })).code, "not_legal_now");
    assert_eq!((people(&bench.call("present_list", Value::Null)), figures(&bench).1), (vec![1, 1], 2));
}
