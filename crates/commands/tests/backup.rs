//! Coming back: backups, damaged files, a folder that cannot be written. Practice, which must leave no trace.

mod common;

use common::*;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn visit() -> Value {
    json!({ "visitor_id": null, "visitor_type": "01", "people": 1, "items": ["B01"], "separate_reason": null })
}

fn contains(path: &Path, canary: &[u8]) -> bool {
    fs::read(path).unwrap().windows(canary.len()).any(|w| w == canary)
}

fn visitor(alias: &str) -> Value {
    json!({
        "alias": alias, "visitor_type": "01", "platform": null, "name": null, "phone": null, "work_area": null, "consent_given": false,
    })
}

#[test]
fn a_backup_is_encrypted_and_opens_on_another_pc_with_the_same_password() {
    let bench = Bench::founded();
    bench.call("visitor_add", visitor("CANARYALIAS"));
    let saved = bench.call("backup_make", Value::Null);
    assert_eq!(saved["name"], "GX03-20260316-0900.fxbackup");
    let file = bench.files().join("GX03-20260316-0900.fxbackup");
    assert!(!contains(&file, b"CANARYALIAS") && !contains(&file, b"SQLite format 3"));

    let other = bench.other_pc();
    *other.host.chosen.lock().unwrap() = Some(file);
    let chosen = other.call("backup_choose", Value::Null);
    assert_eq!(other.fail("backup_restore", json!({ "token": "a guess" })).code, "not_found");
    other.call("backup_restore", json!({ "token": chosen["token"] }));
    assert_eq!(other.phase(), "sealed");
    assert_eq!(other.fail("store_open", json!({ "password": "quite another password" })).code, "wrong_password");
    other.call("store_open", json!({ "password": PASSWORD }));
    assert_eq!(other.call("visitor_search", json!({ "text": "canary" }))[0]["alias"], "CANARYALIAS");
    assert_eq!(other.call("trail_verify", Value::Null)["broken_at"], Value::Null);
}

#[test]
fn a_backup_opens_with_the_recovery_key_alone_and_sets_a_new_password() {
    let bench = Bench::new();
    let groups = bench.call("station_found", founding())["groups"].clone();
    bench.call("unattended_set", json!({ "is_on": true }));
    bench.call("backup_make", Value::Null);
    let mut other = bench.other_pc();
    *other.host.chosen.lock().unwrap() = Some(bench.files().join("GX03-20260316-0900.fxbackup"));
    let chosen = other.call("backup_choose", Value::Null);
    other.call("backup_restore", json!({ "token": chosen["token"] }));
    other.restart();
    assert_eq!(other.phase(), "sealed", "what one PC may do by itself is in no backup");
    let open = |groups: &Value| json!({ "groups": groups, "new_password": "nine herons under one willow" });
    let mut wrong = groups.clone();
    wrong.as_array_mut().unwrap().swap(2, 3);
    assert_eq!(other.fail("store_open_recovery", open(&wrong)).code, "wrong_recovery");
    assert_eq!(other.call("store_open_recovery", open(&groups))["name"], "站长甲");
    other.restart();
    assert_eq!(other.fail("store_open", json!({ "password": PASSWORD })).code, "wrong_password");
    other.call("store_open", json!({ "password": "nine herons under one willow" }));
}

#[test]
fn a_backup_overwrites_nothing_and_a_broken_one_is_refused() {
    let bench = Bench::founded();
    bench.call("backup_make", Value::Null);
    let file = bench.files().join("GX03-20260316-0900.fxbackup");
    let good = fs::read(&file).unwrap();
    assert_eq!(bench.fail("backup_make", Value::Null).code, "file_exists");
    assert_eq!(fs::read(&file).unwrap(), good);
    let other = bench.other_pc();
    *other.host.chosen.lock().unwrap() = Some(file.clone());
    for length in [0, 7, 24, good.len() / 2, good.len() - 1] {
        fs::write(&file, &good[..length]).unwrap();
        assert_eq!(other.fail("backup_choose", Value::Null).code, "not_a_backup", "{length} bytes");
    }
    let mut flipped = good;
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    fs::write(&file, flipped).unwrap();
    assert_eq!(other.fail("backup_choose", Value::Null).code, "not_a_backup");
    assert_eq!(other.phase(), "new");
}

#[test]
fn a_damaged_database_is_said_set_aside_and_a_backup_takes_its_place() {
    let mut bench = Bench::founded();
    bench.call("visit_add", visit());
    bench.call("backup_make", Value::Null);
    bench.app.close();
    let database = bench.folder().join("desk.db");
    let mut bytes = fs::read(&database).unwrap();
    let last_page = bytes.len() - 4096;
    bytes[last_page + 100..last_page + 200].fill(0xAA);
    fs::write(&database, &bytes).unwrap();
    bench.restart();
    assert_eq!(bench.fail("store_set_aside", Value::Null).code, "not_allowed", "nobody has seen a fault yet");
    assert_eq!(bench.fail("store_open", json!({ "password": PASSWORD })).code, "damaged_database");
    assert_eq!(fs::read(&database).unwrap(), bytes, "nothing was touched");
    let aside = bench.call("store_set_aside", Value::Null)["folder"].as_str().unwrap().to_owned();
    assert_eq!(fs::read(Path::new(&aside).join("desk.db")).unwrap(), bytes);
    assert_eq!(bench.phase(), "new");
    *bench.host.chosen.lock().unwrap() = Some(bench.files().join("GX03-20260316-0900.fxbackup"));
    let chosen = bench.call("backup_choose", Value::Null);
    bench.call("backup_restore", json!({ "token": chosen["token"] }));
    bench.call("store_open", json!({ "password": PASSWORD }));
    assert_eq!(bench.call("trail_verify", Value::Null)["broken_at"], Value::Null);
}

#[test]
fn a_damaged_or_missing_key_file_and_a_missing_database_are_said_and_nothing_is_made() {
    for (file, length, code) in [
        ("desk.keys", Some(100), "key_file_damaged"),
        ("desk.keys", Some(0), "key_file_damaged"),
        ("desk.keys", None, "key_file_missing"),
        ("desk.db", None, "database_missing"),
    ] {
        let mut bench = Bench::founded();
        bench.app.close();
        let path = bench.folder().join(file);
        match length {
            Some(length) => fs::write(&path, &fs::read(&path).unwrap()[..length]).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        bench.restart();
        assert_eq!(bench.fail("store_open", json!({ "password": PASSWORD })).code, code);
        assert_eq!(path.exists(), length.is_some(), "no new {file} beside it");
        assert_eq!(bench.fail("station_found", founding()).code, "not_allowed");
        bench.call("store_set_aside", Value::Null);
        assert_eq!(bench.phase(), "new");
    }
}

#[test]
fn a_changed_byte_in_the_key_file_is_damage_and_no_wrong_password() {
    let mut bench = Bench::founded();
    bench.app.close();
    let path = bench.folder().join("desk.keys");
    let text = fs::read_to_string(&path).unwrap();
    let at = text.find("\"wrapped\": [").unwrap();
    let digit = text[at + 12..].find(|c: char| c.is_ascii_digit()).unwrap() + at + 12;
    let mut bytes = text.into_bytes();
    bytes[digit] = if bytes[digit] == b'1' { b'2' } else { b'1' };
    fs::write(&path, bytes).unwrap();
    bench.restart();
    assert_eq!(bench.fail("store_open", json!({ "password": PASSWORD })).code, "key_file_damaged");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_said_plainly() {
    let bench = Bench::new().at(Path::new("/sys/fengxiang-has-no-place-here"));
    assert_eq!(bench.fail("station_found", founding()).code, "read_only");
    assert_eq!(bench.phase(), "new");
}

#[test]
fn practice_leaves_no_trace_in_the_station() {
    let mut bench = Bench::founded();
    bench.call("visit_add", visit());
    let before = (bench.call("trail_verify", Value::Null), bench.call("day_summary", Value::Null));
    let real = bench.folder().join("desk.db");
    let bytes = |path: &Path| {
        let wal = path.with_extension("db-wal");
        (fs::read(path).unwrap(), fs::read(wal).unwrap_or_default())
    };
    let files = bytes(&real);

    bench.call("practice_set", json!({ "is_on": true }));
    assert_eq!(bench.status()["is_practice"], true);
    assert_eq!(bench.status()["session"]["name"], "站长甲");
    assert_eq!(bench.call("day_summary", Value::Null)["visit_count"], 0, "it begins empty");
    bench.call("visit_add", visit());
    bench.call("visitor_add", visitor("练习师傅"));
    assert_eq!(bench.call("day_summary", Value::Null)["visit_count"], 1);
    assert_eq!(bench.fail("backup_make", Value::Null).code, "not_in_practice");
    assert_eq!(bench.fail("staff_list", Value::Null).code, "not_in_practice");
    assert!(bench.folder().join("practice/desk.db").exists());
    assert!(!bench.folder().join("practice/desk.keys").exists(), "its key is in memory only");
    assert!(!contains(&bench.folder().join("practice/desk.db"), b"SQLite format 3"));
    assert_eq!(bytes(&real), files, "not one byte of the station changed");

    bench.call("practice_set", json!({ "is_on": false }));
    assert!(!bench.folder().join("practice").exists());
    assert_eq!((bench.call("trail_verify", Value::Null), bench.call("day_summary", Value::Null)), before);
    assert_eq!(bench.call("visitor_search", json!({ "text": "练习" })), json!([]));

    bench.call("practice_set", json!({ "is_on": true }));
    bench.call("session_lock", Value::Null);
    assert_eq!(bench.status()["is_practice"], false);
    assert!(!bench.folder().join("practice").exists());
    bench.sign_in(&bench.staff("站长甲"), PASSWORD);
    bench.call("practice_set", json!({ "is_on": true }));
    bench.restart();
    assert!(!bench.folder().join("practice").exists());
    assert_eq!(bench.phase(), "sealed");
}
