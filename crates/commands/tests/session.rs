//! Who is signed in, how they got in and how they get out again: the whole application on a real folder.

mod common;

use common::*;
use serde_json::{Value, json};

const OTHER_PASSWORD: &str = "nine herons under one willow";

fn add_worker(bench: &Bench, name: &str, role: &str, pin: Option<&str>) -> String {
    let request = json!({ "name": name, "role": role, "pin": pin, "password": OTHER_PASSWORD, "valid_until_on": null });
    bench.call("staff_add", request)["id"].as_str().unwrap().to_owned()
}

fn unlock(id: &str, secret: &str) -> Value {
    json!({ "staff_id": id, "secret": secret })
}

fn edit(id: &str, name: &str, role: &str, is_active: bool) -> Value {
    json!({ "staff_id": id, "name": name, "role": role, "valid_until_on": null, "is_active": is_active })
}

fn line(bench: &Bench, name: &str) -> Value {
    let list = bench.call("staff_list", Value::Null);
    list.as_array().unwrap().iter().find(|l| l["name"] == name).unwrap().clone()
}

#[test]
fn a_station_is_founded_locked_and_opened_again() {
    let mut bench = Bench::new();
    assert_eq!(bench.phase(), "new");
    bench.call("station_found", founding());
    assert_eq!(bench.phase(), "open");
    bench.call("session_lock", Value::Null);
    assert_eq!(bench.phase(), "locked");
    bench.restart();
    assert_eq!(bench.phase(), "sealed");
    assert_eq!(bench.call("store_open", json!({ "password": PASSWORD }))["name"], "站长甲");
    assert_eq!(bench.phase(), "open");
}

#[test]
fn five_minutes_without_a_person_end_the_session_whatever_the_window_reads() {
    let bench = Bench::founded();
    for _ in 0..4 {
        bench.pass_min(1);
        bench.status();
        bench.call("shift_now", Value::Null);
        bench.call("badges", Value::Null);
    }
    bench.pass_ms(59_999);
    assert_eq!(bench.phase(), "open");
    bench.pass_ms(1);
    assert_eq!(bench.phase(), "locked");
    assert_eq!(bench.fail("visitor_search", json!({ "text": "6021" })).code, "not_allowed");
}

#[test]
fn a_person_at_the_desk_stays_signed_in() {
    let bench = Bench::founded();
    for _ in 0..10 {
        bench.pass_min(4);
        bench.call("session_active", Value::Null);
    }
    assert_eq!(bench.phase(), "open");
}

#[test]
fn a_pin_gives_five_tries_then_waits_for_the_manager_also_after_a_restart() {
    let mut bench = Bench::founded();
    let id = bench.add_volunteer("志愿者乙", "602114");
    for left in ["4", "3", "2", "1"] {
        assert_eq!(bench.fail("session_unlock", unlock(&id, "602115")).params["left"], left);
    }
    assert_eq!(bench.fail("session_unlock", unlock(&id, "602115")).code, "pin_locked");
    bench.restart();
    bench.call("store_open", json!({ "password": PASSWORD }));
    assert_eq!(bench.fail("session_unlock", unlock(&id, "602114")).code, "pin_locked", "the right one waits too");
    bench.call("pin_set", json!({ "staff_id": id, "pin": "908172" }));
    assert_eq!(bench.sign_in(&id, "908172")["name"], "志愿者乙");
}

#[test]
fn ten_wrong_pins_disable_it_and_only_a_new_one_helps() {
    let bench = Bench::founded();
    let id = add_worker(&bench, "社工丙", "social_worker", Some("602114"));
    let codes: Vec<String> = (0..10).map(|_| bench.fail("session_unlock", unlock(&id, "602115")).code).collect();
    assert_eq!(
        codes[3..],
        ["wrong_pin", "pin_locked", "pin_locked", "pin_locked", "pin_locked", "pin_locked", "pin_disabled"]
    );
    assert_eq!(line(&bench, "社工丙")["is_pin_disabled"], true);
    bench.sign_in(&id, OTHER_PASSWORD);
    assert_eq!(bench.fail("session_unlock", unlock(&id, "602114")).code, "pin_disabled");
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    bench.call("pin_set", json!({ "staff_id": id, "pin": "602114" }));
    bench.sign_in(&id, "602114");
}

#[test]
fn a_person_with_both_comes_in_with_either_and_a_password_lifts_a_waiting_pin() {
    let bench = Bench::founded();
    let id = add_worker(&bench, "社工丙", "social_worker", Some("602114"));
    bench.sign_in(&id, "602114");
    bench.sign_in(&id, OTHER_PASSWORD);
    for _ in 0..5 {
        bench.fail("session_unlock", unlock(&id, "602115"));
    }
    assert_eq!(bench.fail("session_unlock", unlock(&id, "602114")).code, "pin_locked");
    bench.sign_in(&id, OTHER_PASSWORD);
    bench.sign_in(&id, "602114");
}

#[test]
fn wrong_passwords_are_slowed_down_also_across_a_restart() {
    let mut bench = Bench::founded();
    bench.restart();
    for _ in 0..5 {
        assert_eq!(bench.fail("store_open", json!({ "password": OTHER_PASSWORD })).code, "wrong_password");
    }
    bench.restart();
    let refused = bench.fail("store_open", json!({ "password": PASSWORD }));
    assert_eq!((refused.code.as_str(), refused.params["seconds"].as_str()), ("try_later", "30"));
    bench.pass_ms(30_000);
    bench.call("store_open", json!({ "password": PASSWORD }));
}

#[test]
fn a_retired_person_is_out_at_once_and_cannot_come_back() {
    let mut bench = Bench::founded();
    let id = add_worker(&bench, "站长乙", "manager", None);
    bench.sign_in(&id, OTHER_PASSWORD);
    let first = bench.staff("站长甲");
    bench.call("staff_edit", edit(&first, "站长甲", "manager", false));
    assert_eq!(bench.fail("session_unlock", unlock(&first, PASSWORD)).code, "retired");
    assert_eq!(bench.fail("staff_edit", edit(&id, "站长乙", "manager", false)).code, "last_manager");
    assert_eq!(bench.fail("staff_edit", edit(&id, "站长乙", "supervisor", true)).code, "last_manager");
    bench.restart();
    assert_eq!(bench.fail("store_open", json!({ "password": PASSWORD })).code, "wrong_password");
    bench.call("store_open", json!({ "password": OTHER_PASSWORD }));
}

#[test]
fn one_who_retires_in_the_middle_of_a_session_is_signed_out() {
    let bench = Bench::founded();
    let id = add_worker(&bench, "站长乙", "manager", None);
    bench.call("staff_edit", edit(&bench.staff("站长甲"), "站长甲", "manager", false));
    assert_eq!(bench.phase(), "locked");
    bench.sign_in(&id, OTHER_PASSWORD);
}

#[test]
fn a_volunteers_access_ends_with_its_last_day() {
    let bench = Bench::founded();
    let request = json!({ "name": "志愿者乙", "role": "volunteer", "pin": "602114", "password": null, "valid_until_on": "2026-03-16" });
    let id = bench.call("staff_add", request)["id"].as_str().unwrap().to_owned();
    bench.sign_in(&id, "602114");
    bench.pass_min(15 * 60);
    assert_eq!(bench.fail("session_unlock", unlock(&id, "602114")).code, "retired");
}

#[test]
fn another_role_takes_the_password_away_until_the_manager_sets_one() {
    let bench = Bench::founded();
    let id = add_worker(&bench, "社工丙", "social_worker", Some("602114"));
    bench.call("staff_edit", edit(&id, "社工丙", "supervisor", true));
    assert_eq!(line(&bench, "社工丙")["has_password"], true, "the same keys: nothing to take away");
    bench.call("staff_edit", edit(&id, "社工丙", "system_admin", true));
    assert_eq!(line(&bench, "社工丙")["has_password"], false);
    assert_eq!(bench.fail("session_unlock", unlock(&id, "602114")).code, "password_needed");
    bench.call("password_set", json!({ "staff_id": id, "password": PASSWORD }));
    assert_eq!(bench.sign_in(&id, PASSWORD)["role"], "system_admin");
}

#[test]
fn the_party_key_comes_only_with_the_recovery_key() {
    let bench = Bench::new();
    let groups = bench.call("station_found", founding())["groups"].clone();
    let id = add_worker(&bench, "党建丁", "party_adviser", None);
    assert_eq!(line(&bench, "党建丁")["has_all_keys"], false);
    let mut wrong = groups.clone();
    wrong.as_array_mut().unwrap().swap(0, 1);
    let add = |recovery: &Value| {
        json!({
            "name": "党建戊", "role": "party_adviser", "pin": null, "password": OTHER_PASSWORD, "valid_until_on": null,
            "recovery": recovery,
        })
    };
    let before = bench.call("staff_list", Value::Null);
    assert_eq!(bench.fail("staff_add", add(&wrong)).code, "wrong_recovery");
    assert_eq!(bench.call("staff_list", Value::Null), before, "nobody was added");
    bench.call("staff_add", add(&groups));
    assert_eq!(line(&bench, "党建戊")["has_all_keys"], true);
    let set = |recovery: &Value| json!({ "staff_id": id, "password": OTHER_PASSWORD, "recovery": recovery });
    assert_eq!(bench.fail("password_set", set(&wrong)).code, "wrong_recovery");
    bench.call("password_set", set(&groups));
    assert_eq!(line(&bench, "党建丁")["has_all_keys"], true);
    bench.sign_in(&id, OTHER_PASSWORD);
}

#[test]
fn one_changes_the_own_password_with_the_old_one() {
    let mut bench = Bench::founded();
    let change = |old: &str| json!({ "old": old, "new": OTHER_PASSWORD });
    assert_eq!(bench.fail("password_change", change("not the old one at all")).code, "wrong_password");
    assert_eq!(
        bench.fail("password_change", json!({ "old": PASSWORD, "new": "woaini1314520" })).code,
        "password_common"
    );
    bench.call("password_change", change(PASSWORD));
    bench.restart();
    assert_eq!(bench.fail("store_open", json!({ "password": PASSWORD })).code, "wrong_password");
    bench.call("store_open", json!({ "password": OTHER_PASSWORD }));
}

#[test]
fn a_pc_that_may_start_by_itself_opens_into_the_counting_mode() {
    let mut bench = Bench::founded();
    assert_eq!(bench.call("unattended", Value::Null)["is_on"], false);
    bench.call("unattended_set", json!({ "is_on": true }));
    assert_eq!(bench.call("unattended", Value::Null)["is_on"], true);
    bench.restart();
    assert_eq!(bench.phase(), "locked");
    let visit = json!({ "visitor_id": null, "visitor_type": "01", "people": 1, "items": [], "separate_reason": null });
    bench.call("visit_add", visit);
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    bench.call("unattended_set", json!({ "is_on": false }));
    assert!(bench.host.secret.lock().unwrap().is_none());
    bench.restart();
    assert_eq!(bench.phase(), "sealed");
}

#[test]
fn a_clock_set_back_is_told_and_stops_nothing() {
    let mut bench = Bench::founded();
    let visit = json!({ "visitor_id": null, "visitor_type": "01", "people": 1, "items": [], "separate_reason": null });
    bench.call("visit_add", visit.clone());
    bench.pass_min(-60);
    assert_eq!(bench.status()["clock_behind_min"], 60);
    bench.call("visit_add", visit.clone());
    assert_eq!(bench.call("trail_verify", Value::Null)["broken_at"], Value::Null);
    bench.restart();
    bench.call("store_open", json!({ "password": PASSWORD }));
    assert_eq!(bench.status()["clock_behind_min"], 60);
    bench.pass_min(59);
    bench.call("session_unlock", unlock(&bench.staff("站长甲"), PASSWORD));
    bench.call("visit_add", visit);
    assert_eq!(bench.status()["clock_behind_min"], 0, "a minute is nobody's concern");
}
