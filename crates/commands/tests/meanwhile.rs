//! What happens while something else is under way: two calls at once, a lock behind an open dialog, a file that breaks.

mod common;

use common::*;
use serde_json::{Value, json};
use std::fs;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

fn visitor(bench: &Bench) -> Value {
    let request = json!({
        "alias": "王师傅", "visitor_type": "01", "platform": null, "name": null, "phone": null, "work_area": null,
        "consent_given": false,
    });
    bench.call("visitor_add", request)
}

/// While the next dialog stands open, the call is made.
fn meanwhile(bench: &Bench, calls: Vec<(&'static str, Value)>) {
    let app = Arc::clone(&bench.app);
    let act = move || calls.into_iter().for_each(|(name, request)| drop(app.call(name, request)));
    *bench.host.meanwhile.lock().unwrap() = Some(Box::new(act));
}

#[test]
fn pages_of_persons_asked_for_at_once_all_come() {
    let bench = Bench::founded();
    let (one, other) = (visitor(&bench)["id"].clone(), visitor(&bench)["id"].clone());
    let (done, ended) = mpsc::channel();
    for _ in 0..4 {
        let (app, done, one, other) = (Arc::clone(&bench.app), done.clone(), one.clone(), other.clone());
        thread::spawn(move || {
            for _ in 0..40 {
                app.call("visitor_get", json!({ "visitor_id": one })).unwrap();
                app.call("visitor_merge_preview", json!({ "one_id": one, "other_id": other })).unwrap();
            }
            done.send(()).unwrap();
        });
    }
    for _ in 0..4 {
        ended.recv_timeout(Duration::from_secs(60)).expect("no call waits for another for ever");
    }
}

#[test]
fn nothing_leaves_the_program_when_the_desk_was_locked_behind_an_open_dialog() {
    let bench = Bench::founded();
    let manager = bench.staff("站长甲");
    let card = json!({ "visitor_ids": [visitor(&bench)["id"]], "layout": "single" });
    let table = json!({ "step": "day", "from_on": "2026-03-16", "to_on": "2026-03-16" });
    let open = bench.files().join("open.csv");
    fs::write(&open, "称谓,类别\n赵师傅,快递员\n").unwrap();
    *bench.host.chosen.lock().unwrap() = Some(open);
    for (name, request) in [
        ("recovery_print", Value::Null),
        ("paper_save", json!({ "paper": "operating_card" })),
        ("visitor_card_save", card),
        ("report_export", json!({ "kind": "r02", "query": table })),
        ("visitor_import_template", Value::Null),
        ("visitor_import_choose", Value::Null),
        ("backup_make", Value::Null),
    ] {
        meanwhile(&bench, vec![("session_lock", Value::Null)]);
        assert_eq!(bench.fail(name, request.clone()).code, "not_allowed", "{name} while locked");
        bench.sign_in(&manager, PASSWORD);
        let back = json!({ "staff_id": manager, "secret": PASSWORD });
        meanwhile(&bench, vec![("session_lock", Value::Null), ("session_unlock", back)]);
        assert_eq!(bench.fail(name, request).code, "not_allowed", "{name} in another session");
    }
    let written = fs::read_dir(bench.files()).unwrap().map(|f| f.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(written, ["open.csv"]);
}

#[test]
fn a_dialog_that_stood_open_past_the_session_saves_nothing() {
    let bench = Bench::founded();
    let clock = bench.clock.clone();
    let act = move || clock.pass_ms(5 * 60_000);
    *bench.host.meanwhile.lock().unwrap() = Some(Box::new(act));
    assert_eq!(bench.fail("paper_save", json!({ "paper": "operating_card" })).code, "not_allowed");
    assert_eq!(bench.phase(), "locked");
}

#[test]
fn a_file_that_breaks_under_a_session_can_be_set_aside() {
    let mut bench = Bench::founded();
    bench.app.close();
    bench.restart();
    bench.call("store_open", json!({ "password": PASSWORD }));
    let arrival =
        json!({ "visitor_id": null, "visitor_type": "01", "people": 1, "items": [], "separate_reason": null });
    bench.call("visit_add", arrival);
    let database = bench.folder().join("desk.db");
    let mut bytes = fs::read(&database).unwrap();
    bytes[4096..].fill(0xAA);
    fs::write(&database, bytes).unwrap();
    fs::write(bench.folder().join("desk.db-wal"), []).unwrap();
    let failure = bench.fail("session_active", Value::Null);
    assert!(["damaged_database", "foreign_database"].contains(&failure.code.as_str()), "{failure:?}");
    assert_eq!(bench.phase(), "sealed");
    bench.call("store_set_aside", Value::Null);
    assert_eq!(bench.phase(), "new");
}
