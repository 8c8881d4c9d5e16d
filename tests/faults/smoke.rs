//! A short look at each fault, and the proof that the checks notice a promise that is broken on purpose. The whole of it is
//! `cargo xtask faults`.

use fengxiang_tests::faults::check::check_station;
use fengxiang_tests::faults::ledger::Line;
use fengxiang_tests::faults::{Tally, crash, damage, kill, starve};
use fengxiang_tests::outside::{ask, found, signed_in, surroundings};
use serde_json::json;
use std::path::Path;

const CHILD: &str = env!("CARGO_BIN_EXE_desk-child");
const HUB: &str = env!("CARGO_BIN_EXE_hub-child");

fn assert_good(tally: &Tally, rounds: u64) {
    assert!(tally.is_good() && tally.rounds >= rounds, "{tally:#?}");
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    assert_good(&kill::run(Path::new(CHILD), "endless", 4, 1).unwrap(), 4);
}

#[test]
fn a_hub_in_a_file_that_is_killed_under_pushing_desks_loses_and_doubles_nothing() {
    assert_good(&crash::run(Path::new(HUB), crash::On::File, 4, 1).unwrap(), 4);
}

#[test]
fn a_hub_on_a_server_that_is_killed_under_pushing_desks_loses_and_doubles_nothing() {
    assert_good(&crash::run(Path::new(HUB), crash::On::Server, 4, 1).unwrap(), 4);
}

#[test]
fn an_acknowledgement_before_the_commit_is_noticed() {
    let tally = kill::run(Path::new(CHILD), "acknowledges-first", 6, 1).unwrap();
    assert!(tally.lost > 0, "a worker that acknowledges too early must be caught: {tally:#?}");
}

#[test]
fn a_starving_disk_is_said_and_loses_nothing() {
    assert_good(&starve::run(Path::new(CHILD), 30).unwrap(), 6);
}

#[test]
fn a_damage_is_noticed_and_left_as_it_is() {
    assert_good(&damage::run(Path::new(CHILD), 16, 1).unwrap(), 16);
}

/// Killed between the commit of a void and its answer: the void stands in the file and in no ledger.
#[test]
fn a_void_under_way_does_not_pass_for_a_loss_and_hides_none() {
    let dir = tempfile::tempdir().unwrap();
    let station = found(&dir.path().join("station")).unwrap();
    let app = signed_in(&station.folder, surroundings()).unwrap();
    let request =
        json!({ "visitor_id": null, "visitor_type": "01", "people": 1, "items": ["V01"], "separate_reason": null });
    let id = ask(&app, "visit_add", request).unwrap()["visit_id"].as_str().unwrap().to_owned();
    ask(&app, "visit_void", json!({ "visit_id": id, "reason": "typed twice" })).unwrap();
    drop(app);
    let said = |items: &[&str]| Line::Visit {
        id: id.clone(),
        visitor: None,
        visitor_type: "01".to_owned(),
        people: 1,
        items: items.iter().map(|i| (*i).to_owned()).collect(),
    };
    let verdict = check_station(&station, &[said(&["V01"])], 1);
    assert!(verdict.faults.is_empty(), "{verdict:?}");
    let lost = check_station(&station, &[said(&["V01", "B02"])], 1);
    assert_eq!((lost.lost, lost.faults.len()), (1, 1), "{lost:?}");
    // One void that nobody acknowledged can be under way, not one more than that.
    let unexplained = check_station(&station, &[said(&["V01"])], 0);
    assert_eq!((unexplained.doubled, unexplained.faults.len()), (1, 1), "{unexplained:?}");
}
