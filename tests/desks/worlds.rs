//! The promises in seeded worlds of real desks. One seed again: `FENGXIANG_SEED=7 cargo test -p fengxiang-tests --test desks worlds`.

use anyhow::{Result, anyhow};
use fengxiang_sync::{Break, Rules};
use fengxiang_tests::desks::world::{Counts, Weather, missing_in, run};
use std::panic::{AssertUnwindSafe, catch_unwind};

const STEPS: usize = 150;
const SEEDS: u64 = 16;
/// A broken rule shows in one of so many worlds.
const BROKEN_SEEDS: u64 = 40;
fn tried(seed: u64, weather: Weather, rules: Rules) -> Result<Counts> {
    let ended = catch_unwind(AssertUnwindSafe(|| run(seed, STEPS, weather, rules)));
    ended.unwrap_or_else(|_| Err(anyhow!("seed {seed}: panicked")))
}

fn keep_every_promise(weather: Weather, seeds: impl Iterator<Item = u64>) {
    let named = std::env::var("FENGXIANG_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds: Vec<u64> = named.map_or_else(|| seeds.collect(), |seed| vec![seed]);
    let (mut counts, mut failures) = (Counts::new(), Vec::new());
    for seed in &seeds {
        match tried(*seed, weather, Rules::default()) {
            Ok(counted) => counted.into_iter().for_each(|(what, n)| *counts.entry(what).or_default() += n),
            Err(error) => failures.push(format!("{error:#}")),
        }
    }
    println!("{counts:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let missing = missing_in(&counts, weather);
    assert!(missing.is_empty() || seeds.len() == 1, "these did not happen: {missing:?}");
}

#[test]
fn mixed_worlds_keep_every_promise() {
    keep_every_promise(Weather::Mixed, 0..SEEDS);
}

#[test]
fn worlds_of_failing_disks_keep_every_promise() {
    keep_every_promise(Weather::Disks, 1_000..1_000 + SEEDS);
}

#[test]
fn a_desk_file_with_a_broken_rule_is_noticed() {
    let is_noticed = |rule| {
        let rules = Rules { broken: Some(rule) };
        (0..BROKEN_SEEDS).any(|seed| tried(seed, Weather::Mixed, rules).is_err())
    };
    let rules = [Break::ForgetOwn, Break::TornPage, Break::KeepSent, Break::StaleSums];
    let unnoticed: Vec<_> = rules.into_iter().filter(|rule| !is_noticed(*rule)).collect();
    assert!(unnoticed.is_empty(), "nobody noticed {unnoticed:?}");
}
