//! A short look at each fault, and the proof that the checks notice a promise that is broken on purpose. The whole of it is
//! `cargo xtask faults`.

use fengxiang_tests::faults::{Tally, damage, kill, starve};
use std::path::Path;

const CHILD: &str = env!("CARGO_BIN_EXE_desk-child");

fn assert_good(tally: &Tally, rounds: u64) {
    assert!(tally.is_good() && tally.rounds >= rounds, "{tally:#?}");
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    assert_good(&kill::run(Path::new(CHILD), "endless", 4, 1).unwrap(), 4);
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
