//! Who is signed in, how they got in and how they get out again: the whole application on a real folder.

mod common;

use common::*;
use serde_json::{Value, json};

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
