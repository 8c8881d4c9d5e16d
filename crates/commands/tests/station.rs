//! The station's page, its own words, its numbers, incidents and shifts.

mod common;

use common::*;
use serde_json::{Value, json};

fn station(change: Value) -> Value {
    let mut request = json!({
        "code": "GX03", "name": "试用广场能量站", "level": "core", "address": "试用路 1 号", "phone": "0710-1234567",
        "manager_phone": "13800006021", "aed_place": "门口左侧", "opening_rules": [],
    });
    request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    request
}

fn put(list: &str, code: Option<&str>, label: Option<&str>, is_retired: bool) -> Value {
    json!({
        "list": list, "code": code, "label": label, "dimension": "added", "is_retired": is_retired, "is_sensitive": false,
    })
}

fn visitor(change: Value) -> Value {
    let mut request = json!({
        "alias": "王师傅", "visitor_type": "01", "platform": null, "name": null, "phone": null, "work_area": null,
        "consent_given": false,
    });
    request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    request
}

fn arrival(visitor_type: &str, items: &[&str]) -> Value {
    json!({
        "visitor_id": null, "visitor_type": visitor_type, "people": 1, "items": items, "separate_reason": null,
    })
}

fn ticket(phone: Option<&str>, category: Option<&str>) -> Value {
    json!({ "sentence": "小区进门难", "phone": phone, "category": category, "is_urgent": false, "group_size": null })
}

fn checks(fault: Option<&str>) -> Value {
    let check = |name: &str| json!({ "check": name, "is_fine": fault != Some(name), "note": null });
    let all = ["power", "hygiene", "fire", "battery", "medicine"].map(check);
    json!({ "checks": all })
}

#[test]
fn the_badge_of_a_volunteer_counts_what_they_wrote_down() {
    let bench = Bench::founded();
    bench.call("ticket_add", ticket(None, None));
    let volunteer = bench.add_volunteer("志愿者乙", "602114");
    let pending = || bench.call("badges", Value::Null)["tickets_pending"].clone();
    assert_eq!(pending(), 1);
    bench.sign_in(&volunteer, "602114");
    assert_eq!(pending(), 0);
    bench.call("ticket_add", ticket(None, None));
    assert_eq!((pending(), bench.call("ticket_list", Value::Null).as_array().unwrap().len()), (json!(1), 1));
}

#[test]
fn everything_of_a_station_is_edited_and_read_again() {
    let bench = Bench::founded();
    let rules = json!([
        { "weekday": 1, "opens": "08:00", "closes": "22:00", "attended": true },
        { "weekday": 1, "opens": "22:00", "closes": "08:00", "attended": false },
    ]);
    let request = station(json!({ "code": "GX04", "name": "新名站", "opening_rules": rules }));
    bench.call("station_edit", request.clone());
    let mut shown = bench.call("station_detail", Value::Null);
    assert_eq!(shown["is_code_fixed"], false);
    shown.as_object_mut().unwrap().remove("is_code_fixed");
    let mut expected = request;
    expected["phone"] = json!("07101234567");
    assert_eq!(shown, expected);
    assert_eq!(bench.call("trail_verify", Value::Null)["broken_at"], Value::Null);
}

#[test]
fn a_code_that_stands_in_a_number_stays() {
    for (name, request) in
        [("ticket_add", ticket(None, None)), ("incident_add", json!({ "kind": "fire", "text": "插座冒烟" }))]
    {
        let bench = Bench::founded();
        bench.call(name, request);
        assert_eq!(bench.call("station_detail", Value::Null)["is_code_fixed"], true);
        assert_eq!(bench.fail("station_edit", station(json!({ "code": "GX04" }))).code, "code_fixed");
        bench.call("station_edit", station(json!({ "name": "新名站" })));
    }
}

#[test]
fn opening_rules_that_cannot_be_kept_are_refused_at_set_up_and_later() {
    let rule = |weekday: u8, opens: &str, closes: &str| json!({ "weekday": weekday, "opens": opens, "closes": closes, "attended": true });
    let bench = Bench::founded();
    for bad in [
        json!([rule(0, "08:00", "12:00")]),
        json!([rule(8, "08:00", "12:00")]),
        json!([rule(1, "8 o'clock", "12:00")]),
        json!([rule(1, "08:00", "12:00"), rule(1, "11:00", "13:00")]),
    ] {
        let failure = bench.fail("station_edit", station(json!({ "opening_rules": bad })));
        assert_eq!(failure.params["field"], "opening_rules");
        let mut founding = founding();
        founding["opening_rules"] = bad;
        assert_eq!(Bench::new().fail("station_found", founding).params["field"], "opening_rules");
    }
}

#[test]
fn opening_balances_are_added_listed_and_taken_away() {
    let bench = Bench::founded();
    for value in [100, 23] {
        let request =
            json!({ "indicator": "visit_count", "as_of_on": "2025-12-31", "value": value, "source": "纸质台账" });
        bench.call("balance_add", request);
    }
    let list = bench.call("balance_list", Value::Null);
    assert_eq!(list.as_array().unwrap().len(), 2);
    bench.call("balance_remove", json!({ "id": list[0]["id"] }));
    assert_eq!(bench.fail("balance_remove", json!({ "id": list[0]["id"] })).code, "not_found");
    let left = bench.call("balance_list", Value::Null);
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &list[1]["id"]));
    let negative = json!({ "indicator": "visit_count", "as_of_on": "2025-12-31", "value": -1, "source": "纸质台账" });
    assert_eq!(bench.fail("balance_add", negative).params["field"], "value");
}

#[test]
fn an_own_entry_is_taken_by_every_command_that_asks_for_one() {
    let bench = Bench::founded();
    let add = |list: &str| bench.call("code_put", put(list, None, Some("本站的"), false))["code"].clone();
    let codes = ["visitor_type", "platform", "service_item", "ticket_category"].map(add);
    assert_eq!(codes, ["14", "p22", "V12", "19"]);
    let wang = bench.call("visitor_add", visitor(json!({ "visitor_type": "14", "platform": "p22" })));
    assert_eq!(wang["platform"], "p22");
    let mut edit = visitor(json!({ "visitor_type": "14", "platform": "p22" }));
    edit["visitor_id"] = wang["id"].clone();
    bench.call("visitor_edit", edit);
    let visit = bench.call("visit_add", arrival("14", &["V12"]));
    bench.call("service_add", json!({ "visit_id": visit["visit_id"], "item": "V12" }));
    bench.call("backfill_add", json!({ "at": MORNING, "visitor_type": "14", "people": 1, "items": ["V12"] }));
    let correct = json!({ "visit_id": visit["visit_id"], "visitor_type": "14", "items": ["V12"], "reason": "试" });
    bench.call("visit_correct", correct);
    bench.call("ticket_add", ticket(None, Some("19")));
    let day = bench.call("day_summary", Value::Null);
    assert_eq!((&day["added_count"], &day["by_type"][0]["code"]), (&json!(2), &json!("14")));
}

#[test]
fn a_retired_entry_is_refused_for_new_entries_and_stays_valid_in_old_ones() {
    let bench = Bench::founded();
    let wang = bench.call("visitor_add", visitor(json!({ "visitor_type": "07", "platform": "p05" })));
    let visit = bench.call("visit_add", arrival("07", &["V08"]));
    for (list, code) in
        [("visitor_type", "07"), ("platform", "p05"), ("service_item", "V08"), ("ticket_category", "03")]
    {
        bench.call("code_put", put(list, Some(code), None, true));
    }
    let refused = |name: &str, request: Value| bench.fail(name, request).params["field"].clone();
    assert_eq!(refused("visitor_add", visitor(json!({ "visitor_type": "07" }))), "visitor_type");
    assert_eq!(refused("visitor_add", visitor(json!({ "platform": "p05" }))), "platform");
    assert_eq!(refused("visit_add", arrival("07", &[])), "visitor_type");
    assert_eq!(refused("visit_add", arrival("01", &["V08"])), "items");
    let line = json!({ "at": MORNING, "visitor_type": "01", "people": 1, "items": ["V08"] });
    assert_eq!(refused("backfill_add", line), "items");
    assert_eq!(refused("service_add", json!({ "visit_id": visit["visit_id"], "item": "V08" })), "item");
    assert_eq!(refused("ticket_add", ticket(None, Some("03"))), "category");
    let mut edit = visitor(json!({ "visitor_type": "07", "platform": "p05", "work_area": "东门" }));
    edit["visitor_id"] = wang["id"].clone();
    bench.call("visitor_edit", edit);
    let named = json!({
        "visitor_id": wang["id"], "visitor_type": null, "people": 1, "items": [], "separate_reason": null,
    });
    bench.call("visit_add", named);
    let correct =
        json!({ "visit_id": visit["visit_id"], "visitor_type": "07", "items": ["V08", "B01"], "reason": "漏记" });
    let corrected = bench.call("visit_correct", correct);
    bench.call("service_void", json!({ "visit_id": corrected["visit_id"], "item": "V08" }));
    let lists = bench.call("code_lists", Value::Null);
    let entry = lists["service_items"].as_array().unwrap().iter().find(|i| i["code"] == "V08").unwrap().clone();
    assert_eq!((&entry["retired"], &entry["dimension"]), (&json!(true), &json!("added")));
    bench.call("code_put", put("service_item", Some("V08"), None, false));
    bench.call("visit_add", arrival("01", &["V08"]));
}

#[test]
fn an_entry_is_renamed_and_a_built_in_one_gets_its_old_word_back() {
    let bench = Bench::founded();
    let label = |code: &str| {
        let lists = bench.call("code_lists", Value::Null);
        lists["visitor_types"].as_array().unwrap().iter().find(|i| i["code"] == code).unwrap()["label"].clone()
    };
    bench.call("code_put", put("visitor_type", Some("01"), Some("骑手兄弟"), false));
    assert_eq!(label("01"), "骑手兄弟");
    bench.call("code_put", put("visitor_type", Some("01"), None, false));
    assert_eq!(label("01"), Value::Null);
    bench.call("code_put", put("visitor_type", None, Some("货运司机"), false));
    assert_eq!(bench.fail("code_put", put("visitor_type", Some("14"), None, false)).params["field"], "label");
    assert_eq!(bench.fail("code_put", put("visitor_type", Some("77"), Some("无"), false)).code, "not_found");
    assert_eq!(bench.fail("code_put", put("visitor_type", None, None, false)).params["field"], "label");
    let mut item = put("service_item", None, Some("理发"), false);
    item["dimension"] = Value::Null;
    assert_eq!(bench.fail("code_put", item).params["field"], "dimension");
}

#[test]
fn an_own_service_item_is_sensitive_from_the_start_or_never() {
    let bench = Bench::founded();
    let with = |mut put: Value, is_sensitive: bool| {
        put["is_sensitive"] = json!(is_sensitive);
        put
    };
    let refused = |put: Value| bench.fail("code_put", put).params["field"].clone();
    assert_eq!(refused(with(put("platform", None, Some("本站的"), false), true)), "is_sensitive");
    let advice = bench.call("code_put", with(put("service_item", None, Some("戒烟咨询"), false), true));
    let haircut = bench.call("code_put", put("service_item", None, Some("理发"), false));
    assert_eq!((&advice["code"], &haircut["code"]), (&json!("V12"), &json!("V13")));
    for (code, is_sensitive) in [("V12", true), ("V13", false), ("V02", true), ("V01", false)] {
        let rename = |is_sensitive| with(put("service_item", Some(code), Some("改名"), false), is_sensitive);
        assert_eq!(refused(rename(!is_sensitive)), "is_sensitive", "{code}");
        bench.call("code_put", rename(is_sensitive));
        let lists = bench.call("code_lists", Value::Null);
        let item = lists["service_items"].as_array().unwrap().iter().find(|i| i["code"] == code).unwrap().clone();
        assert_eq!((&item["label"], &item["is_sensitive"]), (&json!("改名"), &json!(is_sensitive)), "{code}");
    }
}

#[test]
fn an_own_sensitive_item_counts_and_stands_on_nobodys_page_or_line() {
    let bench = Bench::founded();
    let mut advice = put("service_item", None, Some("戒烟咨询"), false);
    (advice["is_sensitive"], advice["dimension"]) = (json!(true), json!("basic"));
    assert_eq!(bench.call("code_put", advice)["code"], "B11");
    let wang = bench.call("visitor_add", visitor(json!({})));
    let named = json!({
        "visitor_id": wang["id"], "visitor_type": null, "people": 1, "items": ["B01", "B11"], "separate_reason": null,
    });
    bench.call("visit_add", named);
    let page = bench.call("visitor_get", json!({ "visitor_id": wang["id"] }));
    assert_eq!(page["items"], json!([{ "item": "B01", "count": 1 }]));
    assert_eq!(page["hit"]["last_basic_items"], json!(["B01"]));
    let on = "2026-03-16";
    let register = bench.call(
        "report_register",
        json!({
            "from_on": on, "to_on": on, "visitor_type": null, "channel": null, "dimension": "basic", "hour": null,
            "is_registered": null, "after": null,
        }),
    );
    assert_eq!(register["lines"][0]["items"], json!(["B01"]));
    assert_eq!(register["unlinked"], json!([{ "item": "B11", "count": 1 }]));
    assert_eq!(bench.call("day_summary", Value::Null)["basic_count"], 2);
}

#[test]
fn an_emergency_is_answered_and_recorded_while_locked() {
    let mut bench = Bench::founded();
    bench.call("station_edit", station(json!({})));
    bench.call("session_lock", Value::Null);
    let card = bench.call("emergency_card", Value::Null);
    assert_eq!(
        card,
        json!({
            "aed_place": "门口左侧", "manager_name": "站长甲", "manager_phone": "13800006021", "address": "试用路 1 号",
        })
    );
    let no = bench.call("incident_add", json!({ "kind": "illness", "text": "骑手中暑，已打 120" }))["no"].clone();
    assert!(no.as_str().unwrap().starts_with("SJ-GX03-20260316-A0001"), "{no}");
    assert_eq!(bench.fail("incident_list", Value::Null).code, "not_allowed");
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    let list = bench.call("incident_list", Value::Null);
    assert_eq!((&list[0]["no"], &list[0]["kind"]), (&no, &json!("illness")));
    bench.restart();
    let sealed = bench.call("emergency_card", Value::Null);
    assert_eq!(sealed, json!({ "aed_place": null, "manager_name": null, "manager_phone": null, "address": null }));
}

#[test]
fn tickets_and_incidents_are_numbered_each_by_themselves_and_a_refused_one_leaves_no_gap() {
    let bench = Bench::founded();
    bench.call("ticket_add", ticket(None, None));
    bench.fail("ticket_add", ticket(Some("13a"), None));
    let second = bench.call("ticket_add", ticket(None, None))["no"].clone();
    let incident = bench.call("incident_add", json!({ "kind": "other", "text": "停电" }))["no"].clone();
    assert!(second.as_str().unwrap().starts_with("SQ-GX03-20260316-A0002"), "{second}");
    assert!(incident.as_str().unwrap().starts_with("SJ-GX03-20260316-A0001"), "{incident}");
}

#[test]
fn a_ticket_has_a_phone_or_a_slip_that_is_shown_once() {
    let bench = Bench::founded();
    let with_phone = bench.call("ticket_add", ticket(Some("138 0000 6021"), Some("02")));
    assert_eq!(with_phone["slip_code"], Value::Null);
    let slip = bench.call("ticket_add", ticket(None, None))["slip_code"].as_str().unwrap().to_owned();
    assert_eq!(slip.len(), 10);
    assert!(!bench.call("ticket_list", Value::Null).to_string().contains(&slip));
    for size in [0, -3, 10_001] {
        let mut request = ticket(None, None);
        request["group_size"] = json!(size);
        assert_eq!(bench.fail("ticket_add", request).params["field"], "group_size");
    }
}

#[test]
fn a_volunteer_lists_what_they_wrote_down_themselves() {
    let bench = Bench::founded();
    let volunteer = bench.add_volunteer("志愿者乙", "602114");
    bench.call("ticket_add", ticket(None, None));
    bench.sign_in(&volunteer, "602114");
    let mine = bench.call("ticket_add", ticket(Some("13800006021"), None))["no"].clone();
    let list = bench.call("ticket_list", Value::Null);
    assert_eq!((list.as_array().unwrap().len(), &list[0]["no"]), (1, &mine));
    assert!(!list.to_string().contains("13800006021"));
}

#[test]
fn closing_wants_the_whole_round_and_says_what_is_unfinished() {
    let bench = Bench::founded();
    let volunteer = bench.add_volunteer("志愿者乙", "602114");
    bench.call("shift_open", checks(None));
    bench.call("shift_sign_in", json!({ "staff_id": volunteer }));
    bench.call("handover_add", json!({ "text": "雨具还差 2 把" }));
    bench.call("expiry_add", json!({ "name": "藿香正气", "expires_on": "2026-03-01" }));
    bench.call("expiry_add", json!({ "name": "灭火器", "expires_on": "2026-04-15" }));
    bench.call("expiry_add", json!({ "name": "口罩", "expires_on": "2026-04-16" }));
    bench.call("visit_add", arrival("01", &[]));
    let now = bench.call("shift_now", Value::Null);
    assert_eq!(
        now["unfinished"],
        json!({ "present_count": 1, "handovers_open": 1, "on_duty_count": 2, "expired_count": 1 })
    );
    assert_eq!(now["expiries"].as_array().unwrap().len(), 2, "thirty days ahead and no further");
    let badges = bench.call("badges", Value::Null);
    assert_eq!(badges, json!({ "tickets_pending": 0, "handovers_open": 1, "expiring": 2 }));
    let mut short = checks(None);
    short["checks"].as_array_mut().unwrap().pop();
    assert_eq!(bench.fail("shift_close", short).params["field"], "checks");
    assert_eq!(bench.fail("shift_close", checks(Some("battery"))).params["field"], "note");
    assert_eq!(bench.call("shift_now", Value::Null)["is_open"], true);
    bench.pass_min(4);
    bench.call("shift_close", checks(None));
    let closed = bench.call("shift_now", Value::Null);
    let duties = closed["duties"].as_array().unwrap();
    assert!(duties.iter().all(|d| d["is_assumed"] == true && d["out_at"] == json!(MORNING + 4 * 60_000)));
    assert_eq!(closed["unfinished"]["on_duty_count"], 0);
    assert_eq!(closed["handovers"][0]["is_done"], false, "it stays open over shifts");
    bench.call("handover_tick", json!({ "id": closed["handovers"][0]["id"] }));
    assert_eq!(bench.call("badges", Value::Null)["handovers_open"], 0);
}

#[test]
fn a_station_shut_for_a_while_says_why_and_until_when() {
    let bench = Bench::founded();
    let pause = |reopen_at: i64| json!({ "reason": "停电检修", "reopen_at": reopen_at });
    assert_eq!(bench.fail("station_pause", pause(MORNING - 1)).params["field"], "reopen_at");
    bench.call("station_pause", pause(MORNING + 3_600_000));
    let shown = bench.call("shift_now", Value::Null)["pause"].clone();
    assert_eq!(shown, json!({ "at": MORNING, "reason": "停电检修", "reopen_at": MORNING + 3_600_000 }));
    bench.call("station_resume", Value::Null);
    assert_eq!(bench.call("shift_now", Value::Null)["pause"], Value::Null);
}
