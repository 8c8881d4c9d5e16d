//! Papers, cards and imports through the one entry: written where somebody said, shown only when written.

mod common;

use common::*;
use serde_json::{Value, json};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn visitor(bench: &Bench, alias: &str) -> Value {
    let request = json!({
        "alias": alias, "visitor_type": "02", "platform": "p01", "name": null, "phone": null, "work_area": null,
        "consent_given": false,
    });
    bench.call("visitor_add", request)
}

fn is_pdf(saved: &Value) -> bool {
    let bytes = fs::read(saved["path"].as_str().unwrap()).unwrap();
    bytes.starts_with(b"%PDF") && saved["size_bytes"] == bytes.len()
}

#[test]
fn papers_and_cards_are_written_under_names_without_a_person() {
    let bench = Bench::founded();
    let one = visitor(&bench, "王·买买提𬭎");
    let card = |layout: &str| json!({ "visitor_ids": [one["id"]], "layout": layout });
    let saved = [
        bench.call("recovery_print", Value::Null),
        bench.call("paper_save", json!({ "paper": "blank_register" })),
        bench.call("paper_save", json!({ "paper": "operating_card" })),
        bench.call("visitor_card_save", card("single")),
    ];
    let names =
        ["GX03-recovery-20260316.pdf", "GX03-blank-register.pdf", "GX03-operating-card.pdf", "GX03-cards-20260316.pdf"];
    for (saved, name) in saved.iter().zip(names) {
        assert_eq!(saved["name"], name);
        assert!(is_pdf(saved), "{name}");
    }
    assert!(is_pdf(&bench.call("visitor_card_save", card("sheet"))), "an older file of that name is replaced");
    let picture = bench.call("visitor_card_picture", json!({ "visitor_id": one["id"] }));
    assert_eq!(picture["card_no"], one["card_no"]);
    assert!(picture["svg"].as_str().unwrap().starts_with("<svg"));
    let left: Vec<_> = fs::read_dir(bench.files()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert!(left.iter().all(|f| !f.to_string_lossy().ends_with(".part")), "{left:?}");
    assert_eq!(bench.fail("visitor_card_save", json!({ "visitor_ids": [], "layout": "single" })).code, "invalid_field");
}

#[test]
fn every_printed_card_has_its_line_and_volunteers_print_one() {
    let bench = Bench::founded();
    let lines = || lines(&bench);
    let ids: Vec<Value> = ["钱师傅", "孙师傅", "李师傅"].map(|alias| visitor(&bench, alias)["id"].clone()).into();
    let before = lines();
    bench.call("visitor_card_save", json!({ "visitor_ids": ids, "layout": "sheet" }));
    assert_eq!(lines() - before, 3);
    let volunteer = bench.add_volunteer("志愿者乙", "602114");
    bench.sign_in(&volunteer, "602114");
    bench.call("visitor_card_save", json!({ "visitor_ids": [ids[0]], "layout": "single" }));
    for (ids, layout) in [(&ids[..1], "sheet"), (&ids[..2], "single")] {
        let request = json!({ "visitor_ids": ids, "layout": layout });
        assert_eq!(bench.fail("visitor_card_save", request).code, "not_allowed", "{layout}");
    }
}

#[test]
fn only_a_file_of_this_session_is_shown() {
    let bench = Bench::founded();
    let saved = bench.call("paper_save", json!({ "paper": "operating_card" }));
    bench.call("file_show", json!({ "path": saved["path"] }));
    assert_eq!(bench.host.shown.lock().unwrap().len(), 1);
    for path in ["/etc/passwd", "", "GX03-operating-card.pdf"] {
        assert_eq!(bench.fail("file_show", json!({ "path": path })).code, "not_allowed");
    }
    bench.call("session_lock", Value::Null);
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    assert_eq!(bench.fail("file_show", json!({ "path": saved["path"] })).code, "not_allowed");
    assert_eq!(bench.host.shown.lock().unwrap().len(), 1);
}

fn lines(bench: &Bench) -> i64 {
    bench.call("trail_verify", Value::Null)["lines"].as_i64().unwrap()
}

#[test]
fn a_save_that_fails_is_said_and_leaves_neither_a_line_nor_a_file() {
    let bench = Bench::founded();
    let one = visitor(&bench, "王师傅")["id"].clone();
    let before = lines(&bench);
    fs::create_dir(bench.files().join("GX03-cards-20260316.pdf")).unwrap();
    let card = json!({ "visitor_ids": [one], "layout": "single" });
    assert!(bench.answer("visitor_card_save", card.clone()).is_err(), "a folder of that name");
    assert_eq!(fs::read_dir(bench.files()).unwrap().count(), 1);
    fs::remove_dir_all(bench.files()).unwrap();
    assert!(bench.answer("visitor_card_save", card).is_err(), "the stick was drawn");
    assert_eq!(lines(&bench), before);
}

#[test]
fn whenever_the_program_dies_no_file_is_without_its_line() {
    let bench = Bench::founded();
    let card = json!({ "visitor_ids": [visitor(&bench, "王师傅")["id"]], "layout": "single" });
    let place = bench.files().join("GX03-cards-20260316.pdf");
    let mut saved = 0;
    for readings in 0..12 {
        let (before, clock) = (lines(&bench), bench.clock.clone());
        *bench.host.meanwhile.lock().unwrap() = Some(Box::new(move || clock.die_after(Some(readings))));
        let save = || bench.answer("visitor_card_save", card.clone());
        let _ = catch_unwind(AssertUnwindSafe(save));
        bench.clock.die_after(None);
        let has_file = fs::remove_file(&place).is_ok();
        assert!(!has_file || lines(&bench) == before + 1, "{readings} readings after the dialog");
        saved += usize::from(has_file);
    }
    assert!((1..12).contains(&saved), "it died before and after: {saved}");
}

fn choose(bench: &Bench, name: &str, bytes: &[u8]) {
    let file = bench.files().join(name);
    fs::write(&file, bytes).unwrap();
    *bench.host.chosen.lock().unwrap() = Some(file);
}

fn count(bench: &Bench, text: &str) -> usize {
    bench.call("visitor_search", json!({ "text": text })).as_array().unwrap().len()
}

#[test]
fn an_import_is_shown_first_and_taken_whole() {
    let bench = Bench::founded();
    let request = json!({
        "alias": "王师傅", "visitor_type": "02", "platform": "p01", "name": null, "phone": "13800006021", "work_area": null,
        "consent_given": true,
    });
    bench.call("visitor_add", request);
    choose(&bench, "open.csv", "称谓,类别,手机\n王师傅,外卖骑手,13800006021\n赵师傅,快递员,\n".as_bytes());
    let preview = bench.call("visitor_import_choose", Value::Null);
    assert_eq!((preview["row_count"].clone(), preview["file_name"].clone()), (json!(2), json!("open.csv")));
    assert_eq!(preview["rows"][0]["has_lookalike"], true);
    assert_eq!(
        (preview["rows"][1]["has_lookalike"].clone(), preview["rows"][1]["alias"].clone()),
        (json!(false), json!("赵师傅"))
    );
    assert_eq!(preview["rows"][0]["phone_tail"], "6021");
    assert_eq!(count(&bench, "赵师傅"), 0, "looking writes nothing");
    let commit = |agreed: bool| json!({ "token": preview["token"], "consent_on_paper": agreed });
    let refused = bench.fail("visitor_import_commit", commit(false));
    assert_eq!((refused.code.as_str(), refused.params["field"].as_str()), ("invalid_field", "consent_on_paper"));
    assert_eq!(bench.call("visitor_import_commit", commit(true))["added"], 2);
    assert_eq!(count(&bench, "赵师傅"), 1);
    assert_eq!(bench.fail("visitor_import_commit", commit(true)).code, "import_again", "a token is good once");
}

#[test]
fn one_bad_row_keeps_all_others_out() {
    let bench = Bench::founded();
    choose(&bench, "open.csv", "称谓,类别,手机\n钱师傅,外卖骑手,\n孙师傅,飞行员,\n".as_bytes());
    let preview = bench.call("visitor_import_choose", Value::Null);
    assert_eq!(preview["faults"], json!([{ "row": 3, "field": "visitor_type", "code": "import_unknown_word" }]));
    let commit = json!({ "token": preview["token"], "consent_on_paper": true });
    assert_eq!(bench.fail("visitor_import_commit", commit).code, "import_has_faults");
    assert_eq!(count(&bench, "钱师傅"), 0);
}

#[test]
fn a_row_with_a_retired_code_is_a_fault() {
    let bench = Bench::founded();
    let retire = |list: &str, code: &str, is_retired: bool| {
        let put = json!({
            "list": list, "code": code, "label": null, "dimension": "added", "is_retired": is_retired,
            "is_sensitive": false,
        });
        bench.call("code_put", put);
    };
    retire("visitor_type", "03", true);
    retire("platform", "p01", true);
    let (rider, platform) = ("外卖骑手", "美团");
    let rows = format!("称谓,类别,所属平台\n钱师傅,{rider},\n孙师傅,网约车司机,\n李师傅,{rider},{platform}\n");
    choose(&bench, "open.csv", rows.as_bytes());
    let preview = bench.call("visitor_import_choose", Value::Null);
    let fault = |row: i64, field: &str| json!({ "row": row, "field": field, "code": "import_retired" });
    assert_eq!(preview["faults"], json!([fault(3, "visitor_type"), fault(4, "platform")]));
    assert_eq!(preview["row_count"], 3);
    let commit = |preview: &Value| json!({ "token": preview["token"], "consent_on_paper": true });
    assert_eq!(bench.fail("visitor_import_commit", commit(&preview)).code, "import_has_faults");
    retire("visitor_type", "03", false);
    retire("platform", "p01", false);
    let preview = bench.call("visitor_import_choose", Value::Null);
    assert_eq!(preview["faults"], json!([]));
    retire("platform", "p01", true);
    assert_eq!(bench.fail("visitor_import_commit", commit(&preview)).code, "import_has_faults", "retired since");
    assert_eq!(count(&bench, "钱师傅"), 0);
}

#[test]
fn a_bad_file_is_named_by_its_fault() {
    let bench = Bench::founded();
    let old = [&[0xD0, 0xCF, 0x11, 0xE0][..], &[0; 100]].concat();
    for (bytes, code) in [
        (old, "import_old_excel"),
        (vec![b'a'; 11 * 1024 * 1024], "import_too_large"),
        (format!("称谓,类别\n{}", "王师傅,外卖骑手\n".repeat(300_000)).into_bytes(), "import_too_many_cells"),
        (b"PK\x03\x04".to_vec(), "import_not_table"),
        (b"a,b\n1,2\n".to_vec(), "import_no_header"),
    ] {
        choose(&bench, "open.xlsx", &bytes);
        assert_eq!(bench.fail("visitor_import_choose", Value::Null).code, code);
    }
    *bench.host.chosen.lock().unwrap() = None;
    assert!(bench.call("visitor_import_choose", Value::Null).is_null());
}

#[test]
fn a_full_template_of_namesakes_is_taken_in_one_go() {
    let bench = Bench::founded();
    let rows: String = (0..3000)
        .map(|n| if n % 2 == 0 { "王师傅,外卖骑手\n".to_owned() } else { format!("试用{n},快递员\n") })
        .collect();
    choose(&bench, "open.csv", format!("称谓,类别\n{rows}").as_bytes());
    let preview = bench.call("visitor_import_choose", Value::Null);
    assert_eq!((preview["rows"].as_array().unwrap().len(), preview["row_count"].clone()), (100, json!(3000)));
    let before = bench.call("trail_verify", Value::Null)["lines"].as_i64().unwrap();
    let done = bench.call("visitor_import_commit", json!({ "token": preview["token"], "consent_on_paper": false }));
    assert_eq!(done["added"], 3000);
    assert_eq!(bench.call("trail_verify", Value::Null)["lines"].as_i64().unwrap() - before, 1, "one act, one line");
    assert_eq!(count(&bench, "试用2999"), 1);
}

#[test]
fn the_template_is_read_again() {
    let bench = Bench::founded();
    let saved = bench.call("visitor_import_template", Value::Null);
    assert_eq!(saved["name"], "GX03-visitors-template.xlsx");
    choose(&bench, "open.xlsx", &fs::read(saved["path"].as_str().unwrap()).unwrap());
    assert_eq!(bench.fail("visitor_import_choose", Value::Null).code, "import_empty");
}
