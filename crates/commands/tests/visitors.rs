//! Finding, registering, editing and merging visitors, and what each role may see of them.

mod common;

use common::*;
use serde_json::{Value, json};

fn new(alias: &str, name: Option<&str>, phone: Option<&str>) -> Value {
    json!({
        "alias": alias, "visitor_type": "01", "platform": "p01", "name": name, "phone": phone, "work_area": "东门",
        "consent_given": true,
    })
}

fn add(bench: &Bench, alias: &str, name: Option<&str>, phone: Option<&str>) -> Value {
    bench.pass_ms(1);
    bench.call("visitor_add", new(alias, name, phone))
}

fn id(hit: &Value) -> String {
    hit["id"].as_str().unwrap().to_owned()
}

fn search(bench: &Bench, text: &str) -> Vec<String> {
    let hits = bench.call("visitor_search", json!({ "text": text }));
    hits.as_array().unwrap().iter().map(|h| h["alias"].as_str().unwrap().to_owned()).collect()
}

fn come(bench: &Bench, visitor: &Value, items: &[&str]) -> Value {
    let request = json!({
        "visitor_id": visitor["id"], "visitor_type": null, "people": 1, "items": items, "separate_reason": null,
    });
    bench.call("visit_add", request)
}

fn get(bench: &Bench, visitor: &str) -> Value {
    bench.call("visitor_get", json!({ "visitor_id": visitor }))
}

fn trail_lines(bench: &Bench) -> i64 {
    bench.call("trail_verify", Value::Null)["lines"].as_i64().unwrap()
}

fn as_volunteer(bench: &Bench) {
    let volunteer = bench.add_volunteer("志愿者乙", "602114");
    bench.sign_in(&volunteer, "602114");
}

#[test]
fn somebody_is_found_by_card_digits_phone_name_pinyin_and_initials() {
    let bench = Bench::founded();
    let zeng = add(&bench, "曾师傅", Some("曾小·买买提"), Some("13800006021"));
    add(&bench, "𬭎师傅", None, None);
    let card = zeng["card_no"].as_str().unwrap();
    for text in [card, "6021", "13800006021", "曾", "买买", "zengshifu", "zsf", "cengshifu", "zxmmt", "６０２１"]
    {
        assert_eq!(search(&bench, text), ["曾师傅"], "{text}");
    }
    assert_eq!(search(&bench, "𬭎"), ["𬭎师傅"]);
    assert_eq!(search(&bench, &card.to_lowercase()), ["曾师傅"]);
    assert!(search(&bench, "021").is_empty() && search(&bench, "1380000").is_empty(), "digits are whole or none");
}

#[test]
fn a_misread_card_is_said_and_never_an_empty_list() {
    let bench = Bench::founded();
    let card = add(&bench, "王师傅", None, None)["card_no"].as_str().unwrap().to_owned();
    let last = if card.ends_with('A') { "B" } else { "A" };
    let misread = format!("{}{last}", &card[..8]);
    assert_eq!(bench.fail("visitor_search", json!({ "text": misread })).code, "card_misread");
    assert_eq!(bench.fail("card_count", json!({ "card_no": misread })).code, "card_misread");
    assert!(search(&bench, "kangshuju").is_empty(), "nine letters of pinyin are no card");
}

#[test]
fn a_taken_alias_gets_platform_and_last_digits_in_the_stations_words() {
    let bench = Bench::founded();
    add(&bench, "王师傅", None, None);
    assert_eq!(add(&bench, "王师傅", None, Some("13800006021"))["alias"], "王师傅·美团·6021");
    assert_eq!(add(&bench, "王师傅", None, Some("13900006021"))["alias"], "王师傅·美团·6021·2");
    let renamed = json!({
        "list": "platform", "code": "p01", "label": "美团专送", "dimension": null, "is_retired": false,
        "is_sensitive": false,
    });
    bench.call("code_put", renamed);
    assert_eq!(add(&bench, "王师傅", None, None)["alias"], "王师傅·美团专送");
}

#[test]
fn look_alikes_are_shown_while_typing_the_likeliest_first() {
    let bench = Bench::founded();
    add(&bench, "老李", Some("李四"), Some("13800006021"));
    add(&bench, "小王", Some("王小明"), None);
    let alike = |name: Option<&str>, phone: Option<&str>, alias: &str| {
        let draft = json!({ "visitor_id": null, "alias": alias, "platform": "p01", "name": name, "phone": phone });
        let hits = bench.call("visitor_lookalikes", draft);
        hits.as_array().unwrap().iter().map(|h| h["alias"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(alike(Some("王晓明"), Some("+86 138-0000-6021"), "新"), ["老李", "小王"]);
    assert_eq!(alike(None, None, "小王"), ["小王"], "the same 称谓 and platform");
    assert!(alike(Some("赵六"), Some("1380000"), "").is_empty(), "half a phone is nobody's");
}

#[test]
fn a_volunteer_sees_alias_and_tail_and_no_more() {
    let bench = Bench::founded();
    let wang = add(&bench, "王师傅", Some("王秘密"), Some("13855501234"));
    let ticket = json!({ "sentence": "门禁难", "phone": "13855501234", "category": null, "is_urgent": false, "group_size": null });
    bench.call("ticket_add", ticket);
    let full = get(&bench, &id(&wang));
    assert_eq!((&full["name"], &full["is_masked"]), (&json!("王秘密"), &json!(false)));
    assert_eq!(full["tickets"][0]["sentence"], "门禁难");
    as_volunteer(&bench);
    let shown = [
        get(&bench, &id(&wang)),
        bench.call("visitor_search", json!({ "text": "1234" })),
        bench.call("visitor_list", json!({ "text": "", "visitor_type": null, "after": null })),
        bench.call("visitor_visits", json!({ "visitor_id": id(&wang), "before": null })),
        bench.call("present_list", Value::Null),
        bench.call("ticket_list", Value::Null),
    ];
    assert_eq!((&shown[0]["is_masked"], &shown[0]["hit"]["phone_tail"]), (&json!(true), &json!("1234")));
    for answer in shown {
        let text = answer.to_string();
        assert!(!text.contains("王秘密") && !text.contains("1385550") && !text.contains("门禁难"), "{text}");
    }
}

#[test]
fn a_look_at_a_whole_page_leaves_a_line_and_a_masked_one_does_not() {
    let bench = Bench::founded();
    let wang = add(&bench, "王师傅", Some("王小明"), None);
    let before = trail_lines(&bench);
    get(&bench, &id(&wang));
    assert_eq!(trail_lines(&bench), before + 1);
    as_volunteer(&bench);
    get(&bench, &id(&wang));
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    let signed_in_and_added = 5;
    assert!(trail_lines(&bench) <= before + 1 + signed_in_and_added);
    let lines = trail_lines(&bench);
    bench.call("visitor_search", json!({ "text": "王" }));
    assert_eq!(trail_lines(&bench), lines, "a search shows what the counter shows");
}

#[test]
fn name_and_phone_are_kept_with_consent_only() {
    let bench = Bench::founded();
    let without = |alias: &str, name: Option<&str>| {
        let mut request = new(alias, name, None);
        request["consent_given"] = json!(false);
        request
    };
    assert_eq!(bench.fail("visitor_add", without("王师傅", Some("王小明"))).params["field"], "consent_given");
    let wang = id(&bench.call("visitor_add", without("王师傅", None)));
    let mut edit = without("王师傅", Some("王小明"));
    edit["visitor_id"] = json!(wang);
    assert_eq!(bench.fail("visitor_edit", edit.clone()).params["field"], "consent_given");
    edit["consent_given"] = json!(true);
    bench.call("visitor_edit", edit.clone());
    let page = get(&bench, &wang);
    assert_eq!((&page["name"], &page["consent_version"]), (&json!("王小明"), &json!(1)));
    edit["consent_given"] = json!(false);
    edit["phone"] = json!("13800006021");
    bench.call("visitor_edit", edit);
    assert_eq!(search(&bench, "6021"), ["王师傅"], "who agreed once need not agree again");
}

#[test]
fn an_edit_is_found_by_the_new_words_and_not_by_the_old() {
    let bench = Bench::founded();
    let wang = id(&add(&bench, "王师傅", None, Some("13800006021")));
    add(&bench, "李师傅", None, None);
    let mut edit = new("赵师傅", None, Some("13900004455"));
    edit["visitor_id"] = json!(wang);
    bench.call("visitor_edit", edit.clone());
    assert_eq!((search(&bench, "zhao"), search(&bench, "4455")), (vec!["赵师傅".into()], vec!["赵师傅".into()]));
    assert!(search(&bench, "王").is_empty() && search(&bench, "6021").is_empty());
    edit["alias"] = json!("李师傅");
    assert_eq!(bench.fail("visitor_edit", edit).code, "name_taken");
}

#[test]
fn pages_of_the_list_follow_each_other_by_alias_without_gap_or_repeat() {
    let bench = Bench::founded();
    for n in 0..120 {
        let kind = if n % 3 == 0 { "02" } else { "01" };
        let mut request = new(&format!("骑手{n:03}"), None, None);
        request["visitor_type"] = json!(kind);
        bench.call("visitor_add", request);
    }
    let walk = |text: &str, kind: Option<&str>| {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = bench.call("visitor_list", json!({ "text": text, "visitor_type": kind, "after": after }));
            seen.extend(page["rows"].as_array().unwrap().iter().map(|r| r["alias"].as_str().unwrap().to_owned()));
            after = page["next"].clone();
            if after.is_null() {
                return (seen, page["total"].clone());
            }
        }
    };
    let (all, total) = walk("", None);
    assert_eq!((all.len(), total), (120, json!(120)));
    assert!(all.windows(2).all(|w| w[0] < w[1]));
    let (some, total) = walk("qishou01", Some("02"));
    assert_eq!((some.len(), total), (3, json!(3)), "{some:?}");
}

#[test]
fn the_visits_of_a_person_come_in_pages_with_items_and_leaving() {
    let bench = Bench::founded();
    let wang = add(&bench, "王师傅", None, None);
    for _ in 0..25 {
        bench.pass_min(61);
        bench.sign_in(&bench.staff("站长甲"), PASSWORD);
        come(&bench, &wang, &["B01", "V02"]);
    }
    let (mut seen, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = bench.call("visitor_visits", json!({ "visitor_id": id(&wang), "before": before }));
        seen.extend(page["rows"].as_array().unwrap().clone());
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.windows(2).all(|w| w[0]["at"].as_i64() > w[1]["at"].as_i64()), "newest first");
    assert!(seen.iter().all(|v| v["items"] == json!(["B01"])), "a sensitive item is on nobody's page");
    bench.call("visit_leave", json!({ "visit_id": seen[0]["visit_id"] }));
    let page = bench.call("visitor_visits", json!({ "visitor_id": id(&wang), "before": null }));
    assert!(page["rows"][0]["left_at"].is_i64());
}

#[test]
fn merging_shows_what_will_be_and_both_cards_then_lead_to_one_person() {
    let bench = Bench::founded();
    let one = add(&bench, "王师傅", None, Some("13800006021"));
    let other = add(&bench, "王师傅美团", Some("王小明"), None);
    come(&bench, &one, &["B01"]);
    bench.pass_min(2);
    come(&bench, &other, &["B02"]);
    let summary = bench.call("day_summary", Value::Null);
    assert_eq!((&summary["visit_count"], &summary["registered_count"]), (&json!(2), &json!(2)));
    let pair = json!({ "one_id": other["id"], "other_id": one["id"] });
    let preview = bench.call("visitor_merge_preview", pair.clone());
    assert_eq!((&preview["survivor"]["hit"]["id"], &preview["visit_count"]), (&one["id"], &json!(2)));
    assert_eq!(bench.call("visitor_merge", pair.clone())["visitor_id"], one["id"]);
    let summary = bench.call("day_summary", Value::Null);
    let counts = (&summary["visit_count"], &summary["registered_count"], &summary["service_count"]);
    assert_eq!(counts, (&json!(1), &json!(1), &json!(2)), "one person within the hour, nothing given is lost");
    let page = get(&bench, &id(&other));
    assert_eq!(
        (&page["hit"]["id"], &page["name"], &page["phone"]),
        (&one["id"], &json!("王小明"), &json!("13800006021"))
    );
    for card in [&one["card_no"], &other["card_no"]] {
        assert_eq!(search(&bench, card.as_str().unwrap()), ["王师傅"]);
        assert_eq!(bench.call("card_count", json!({ "card_no": card }))["joined"], true);
    }
    assert_eq!(search(&bench, "wsf"), ["王师傅"]);
    assert_eq!(bench.fail("visitor_merge", pair).code, "same_visitor");
    assert_eq!(bench.call("visitor_list", json!({ "text": "", "visitor_type": null, "after": null }))["total"], 1);
}
