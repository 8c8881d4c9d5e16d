//! Whatever is typed into a text field comes back as it was typed, or is refused by name and leaves nothing behind.

mod common;

use common::*;
use fengxiang_commands::Answer;
use fengxiang_commands::api::Failure;
use serde_json::{Value, json};

const GOOD: [&str; 14] = [
    "王·买买提",
    "𬭎师傅",
    "🐝👨‍👩‍👧",
    "'; DROP TABLE visit; --",
    "\" OR \"1\"=\"1",
    "1); DELETE FROM visitor WHERE (1=1",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} #{7*7}",
    "=cmd|' /C calc'!A0",
    "../../desk.keys",
    "%s%n%00",
    "ＡＢＣ　１２",
    "{\"a\": [1, \"b\"]}",
];

/// A field: how it is written, where it is read again (if a screen shows it), and whether it may be left out.
struct Field {
    name: &'static str,
    write: fn(&Bench, &str) -> Result<Answer, Failure>,
    read: Option<fn(&Bench) -> Value>,
    is_optional: bool,
}

const FIELDS: [Field; 21] = [
    field("alias", |b, t| edit_visitor(b, json!({ "alias": t })), Some(edited_visitor), false),
    field("name", |b, t| edit_visitor(b, json!({ "name": t })), Some(edited_visitor), true),
    field("work_area", |b, t| edit_visitor(b, json!({ "work_area": t })), Some(edited_visitor), true),
    field("alias", |b, t| b.answer("visitor_add", visitor(t, None, None)), Some(visitors), false),
    field("name", |b, t| b.answer("visitor_add", visitor("称谓", Some(t), None)), Some(last_visitor), true),
    field("work_area", |b, t| b.answer("visitor_add", visitor("称谓", None, Some(t))), Some(last_visitor), true),
    field("sentence", |b, t| b.answer("ticket_add", ticket(t)), Some(|b| b.call("ticket_list", Value::Null)), false),
    field(
        "text",
        |b, t| b.answer("incident_add", json!({ "kind": "other", "text": t })),
        Some(|b| b.call("incident_list", Value::Null)),
        false,
    ),
    field("text", |b, t| b.answer("handover_add", json!({ "text": t })), Some(shift), false),
    field("reason", |b, t| b.answer("station_pause", json!({ "reason": t, "reopen_at": null })), Some(shift), false),
    field(
        "name",
        |b, t| b.answer("expiry_add", json!({ "name": t, "expires_on": "2026-03-20" })),
        Some(|b| b.call("expiry_list", Value::Null)),
        false,
    ),
    field("label", |b, t| b.answer("code_put", own_platform(t)), Some(|b| b.call("code_lists", Value::Null)), false),
    field("name", |b, t| edit_station(b, json!({ "name": t })), Some(station), false),
    field("address", |b, t| edit_station(b, json!({ "address": t })), Some(station), false),
    field("aed_place", |b, t| edit_station(b, json!({ "aed_place": t })), Some(station), true),
    field("source", |b, t| b.answer("balance_add", balance(t)), Some(|b| b.call("balance_list", Value::Null)), false),
    field("name", |b, t| b.answer("staff_add", volunteer(t)), Some(|b| b.status()), false),
    field("separate_reason", |b, t| b.answer("visit_add", separate(b, t)), None, false),
    field("reason", |b, t| b.answer("visit_void", json!({ "visit_id": arrival(b), "reason": t })), None, false),
    field("reason", correct, None, false),
    field("note", open_with_fault, None, false),
];

const fn field(
    name: &'static str,
    write: fn(&Bench, &str) -> Result<Answer, Failure>,
    read: Option<fn(&Bench) -> Value>,
    is_optional: bool,
) -> Field {
    Field { name, write, read, is_optional }
}

fn visitor(alias: &str, name: Option<&str>, work_area: Option<&str>) -> Value {
    json!({
        "alias": alias, "visitor_type": "01", "platform": null, "name": name, "phone": null, "work_area": work_area,
        "consent_given": true,
    })
}

fn visitors(bench: &Bench) -> Value {
    bench.call("visitor_list", json!({ "text": "", "visitor_type": null, "after": null }))
}

/// The newest entry's page, with name and area.
fn last_visitor(bench: &Bench) -> Value {
    let rows = visitors(bench)["rows"].as_array().unwrap().clone();
    let newest = rows.iter().map(|r| r["id"].as_str().unwrap()).max().unwrap().to_owned();
    bench.call("visitor_get", json!({ "visitor_id": newest }))
}

fn edited_id(bench: &Bench) -> String {
    let rows = visitors(bench)["rows"].as_array().unwrap().clone();
    rows.iter().map(|r| r["id"].as_str().unwrap()).min().unwrap().to_owned()
}

fn edited_visitor(bench: &Bench) -> Value {
    bench.call("visitor_get", json!({ "visitor_id": edited_id(bench) }))
}

/// Edits the oldest entry; 称谓 of others are out of the way.
fn edit_visitor(bench: &Bench, change: Value) -> Result<Answer, Failure> {
    let mut request = json!({
        "visitor_id": edited_id(bench), "alias": "甲乙丙", "visitor_type": "01", "platform": null, "name": null,
        "phone": null, "work_area": null, "consent_given": true,
    });
    request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    bench.answer("visitor_edit", request)
}

fn ticket(sentence: &str) -> Value {
    json!({ "sentence": sentence, "phone": null, "category": null, "is_urgent": false, "group_size": null })
}

fn shift(bench: &Bench) -> Value {
    bench.call("shift_now", Value::Null)
}

fn own_platform(label: &str) -> Value {
    json!({
        "list": "platform", "code": null, "label": label, "dimension": null, "is_retired": false, "is_sensitive": false,
    })
}

fn edit_station(bench: &Bench, change: Value) -> Result<Answer, Failure> {
    let mut request = json!({
        "code": "GX03", "name": "试用广场能量站", "level": "core", "address": "试用路 1 号", "phone": null,
        "manager_phone": null, "aed_place": null, "opening_rules": [],
    });
    request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    bench.answer("station_edit", request)
}

fn station(bench: &Bench) -> Value {
    bench.call("station_detail", Value::Null)
}

fn balance(source: &str) -> Value {
    json!({ "indicator": "visit_count", "as_of_on": "2026-01-01", "value": 7, "source": source })
}

fn volunteer(name: &str) -> Value {
    json!({ "name": name, "role": "volunteer", "pin": "602114", "password": null, "valid_until_on": null })
}

fn arrival(bench: &Bench) -> String {
    let request =
        json!({ "visitor_id": null, "visitor_type": "01", "people": 1, "items": [], "separate_reason": null });
    bench.call("visit_add", request)["visit_id"].as_str().unwrap().to_owned()
}

fn separate(bench: &Bench, reason: &str) -> Value {
    json!({
        "visitor_id": edited_id(bench), "visitor_type": null, "people": 1, "items": [], "separate_reason": reason,
    })
}

fn correct(bench: &Bench, reason: &str) -> Result<Answer, Failure> {
    let request = json!({ "visit_id": arrival(bench), "visitor_type": "02", "items": [], "reason": reason });
    bench.answer("visit_correct", request)
}

/// Opens a shift whose power check failed; a shift that is open is closed first.
fn open_with_fault(bench: &Bench, note: &str) -> Result<Answer, Failure> {
    let checks = |fault: Option<&str>| {
        let names = ["power", "hygiene", "fire", "battery", "medicine"];
        let check = |name: &str| match (name, fault) {
            ("power", Some(note)) => json!({ "check": name, "is_fine": false, "note": note }),
            _ => json!({ "check": name, "is_fine": true, "note": null }),
        };
        json!({ "checks": names.map(check) })
    };
    if shift(bench)["is_open"] == true {
        bench.call("shift_close", checks(None));
    }
    bench.answer("shift_open", checks(Some(note)))
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(s) => s == text,
        Value::Array(all) => all.iter().any(|v| holds(v, text)),
        Value::Object(all) => all.values().any(|v| holds(v, text)),
        _ => false,
    }
}

fn written(bench: &Bench) -> (Value, Value) {
    let check = bench.call("trail_verify", Value::Null);
    assert_eq!(check["broken_at"], Value::Null);
    (check["entries"].clone(), check["lines"].clone())
}

#[test]
fn what_is_typed_comes_back_byte_for_byte() {
    let bench = Bench::founded();
    bench.call("visitor_add", visitor("第一位", None, None));
    for Field { name, write, read, .. } in FIELDS {
        for text in GOOD {
            bench.pass_ms(1);
            write(&bench, text).unwrap_or_else(|failure| panic!("{name} {text}: {failure:?}"));
            if let Some(read) = read {
                let shown = read(&bench);
                assert!(holds(&shown, text), "{name}: {text} is not in {shown}");
            }
        }
    }
    written(&bench);
}

#[test]
fn an_empty_or_endless_text_is_refused_by_its_name_and_writes_nothing() {
    let bench = Bench::founded();
    bench.call("visitor_add", visitor("第一位", None, None));
    let endless = "长".repeat(10_000);
    for Field { name, write, is_optional, .. } in FIELDS {
        for (text, code) in [("", "invalid_field"), (" \t\u{202e}", "invalid_field"), (endless.as_str(), "too_long")] {
            if is_optional && code == "invalid_field" && text.trim().is_empty() {
                continue;
            }
            let before = written(&bench);
            let failure = write(&bench, text).err().unwrap_or_else(|| panic!("{name} took {} chars", text.len()));
            assert_eq!((failure.code.as_str(), failure.params["field"].as_str()), (code, name));
            // A reason stands on an arrival that was made for it.
            if !matches!(name, "reason" | "note") {
                assert_eq!(written(&bench), before, "{name}");
            }
        }
    }
}

#[test]
fn searches_take_any_text_and_write_nothing() {
    let bench = Bench::founded();
    bench.call("visitor_add", visitor("第一位", None, None));
    let before = written(&bench);
    let endless = "长".repeat(10_000);
    for text in GOOD.into_iter().chain(["", "%", "_", "'", endless.as_str()]) {
        bench.call("visitor_search", json!({ "text": text }));
        bench.call("visitor_list", json!({ "text": text, "visitor_type": text, "after": null }));
        let draft = json!({ "visitor_id": null, "alias": text, "platform": text, "name": text, "phone": text });
        bench.call("visitor_lookalikes", draft);
    }
    assert_eq!(written(&bench), before);
}

#[test]
fn codes_phones_dates_and_ids_that_are_none_are_refused_by_name() {
    let bench = Bench::founded();
    let arrival = arrival(&bench);
    let with = |base: Value, change: Value| {
        let mut request = base;
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        request
    };
    let before = written(&bench);
    for bad in ["", "99", "'; DROP TABLE visit; --", "<script>", "𬭎", "1380000a021"] {
        for (name, request, field) in [
            ("visitor_add", with(visitor("甲", None, None), json!({ "visitor_type": bad })), "visitor_type"),
            ("visitor_add", with(visitor("甲", None, None), json!({ "platform": bad })), "platform"),
            ("ticket_add", with(ticket("难"), json!({ "category": bad })), "category"),
            ("service_add", json!({ "visit_id": arrival, "item": bad }), "item"),
            ("balance_add", with(balance("源"), json!({ "as_of_on": bad })), "as_of_on"),
            ("balance_add", with(balance("源"), json!({ "indicator": bad })), "indicator"),
            ("expiry_add", json!({ "name": "药", "expires_on": bad }), "expires_on"),
            ("card_count", json!({ "card_no": bad }), "card_no"),
        ] {
            let failure = bench.fail(name, request);
            assert_eq!((failure.code.as_str(), failure.params["field"].as_str()), ("invalid_field", field), "{bad}");
        }
        for (name, request) in [
            ("visit_leave", json!({ "visit_id": bad })),
            ("visitor_get", json!({ "visitor_id": bad })),
            ("handover_tick", json!({ "id": bad })),
            ("balance_remove", json!({ "id": bad })),
            ("expiry_remove", json!({ "id": bad })),
        ] {
            assert_eq!(bench.fail(name, request).code, "not_found", "{name} {bad}");
        }
    }
    for bad in ["1380000a021", "6021", "<script>", "电话"] {
        let failure = bench.fail("visitor_add", with(visitor("甲", None, None), json!({ "phone": bad })));
        assert_eq!(failure.params["field"], "phone");
        assert_eq!(bench.fail("ticket_add", with(ticket("难"), json!({ "phone": bad }))).params["field"], "phone");
    }
    assert_eq!(written(&bench), before);
}
