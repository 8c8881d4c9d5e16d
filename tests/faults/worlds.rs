//! R3, R5 and R7: seeded worlds of desks and a hub, those in memory and those of real desks on real files. A seed that fails is
//! named; `FENGXIANG_SEED` plays it again.

use super::Tally;
use crate::desks::world::{self, Weather};
use crate::sync::world as memory;
use anyhow::{Result, anyhow};
use fengxiang_sync::Rules;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Steps of a world in memory, by the quality table, and of one on real files.
const MEMORY_STEPS: usize = 2_000;
const STEPS: usize = 150;
/// Worlds in memory per round: a hundred rounds are the five hundred of a submission.
const MEMORY_PER_ROUND: u64 = 5;
const DISKS_PER_ROUND: u64 = 2;
/// Other worlds than those of the test command.
const FROM: u64 = 10_000;
const WORKERS: usize = 2;
/// Fewer worlds may miss a rare kind of fault and prove enough all the same.
const COVERED_FROM: u64 = 20;

type Counts = BTreeMap<&'static str, u64>;

/// R3: the line loses, doubles and cuts; everything else happens as well.
pub fn run_network(rounds: u64) -> Tally {
    let mut tally = Tally::new("R3");
    in_memory(&mut tally, FROM, rounds * MEMORY_PER_ROUND, &["lost request", "lost reply", "doubled request"]);
    on_files(&mut tally, FROM, rounds, Weather::Mixed);
    tally
}

/// R5: files put back, copies at work together, the hub restored.
pub fn run_disks(rounds: u64) -> Tally {
    let mut tally = Tally::new("R5");
    on_files(&mut tally, FROM, rounds * DISKS_PER_ROUND, Weather::Disks);
    tally
}

/// R7: clocks ten years off, and jumps; every fourth world has constant errors, in which of two edits the later one wins.
pub fn run_clocks(rounds: u64) -> Tally {
    let mut tally = Tally::new("R7");
    in_memory(&mut tally, 2 * FROM, rounds, &["clock jump"]);
    on_files(&mut tally, 2 * FROM, rounds, Weather::Mixed);
    tally
}

fn in_memory(tally: &mut Tally, from: u64, worlds: u64, kinds: &[&str]) {
    let counts = play(tally, from, worlds, |seed| memory::run(seed, MEMORY_STEPS, memory::Broken::default()));
    let missing: Vec<_> = kinds.iter().filter(|kind| !counts.contains_key(*kind)).collect();
    tell_missing(tally, worlds, format!("in memory: {missing:?}"), missing.is_empty());
}

fn on_files(tally: &mut Tally, from: u64, worlds: u64, weather: Weather) {
    let counts = play(tally, from, worlds, |seed| world::run(seed, STEPS, weather, Rules::default()));
    let missing = world::missing_in(&counts, weather);
    tell_missing(tally, worlds, format!("on files: {missing:?}"), missing.is_empty());
}

fn tell_missing(tally: &mut Tally, worlds: u64, missing: String, is_covered: bool) {
    if !is_covered && worlds >= COVERED_FROM {
        tally.failing += 1;
        tally.notes.push(format!("these faults did not occur {missing}"));
    }
}

/// Every promise is held at the end of a world: one that fails has lost, doubled or shown something wrong, and says what.
fn play(tally: &mut Tally, from: u64, worlds: u64, run: impl Fn(u64) -> Result<Counts> + Sync) -> Counts {
    let next = AtomicU64::new(from);
    let ended = Mutex::new((Counts::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= from + worlds {
                        return;
                    }
                    let done = catch_unwind(AssertUnwindSafe(|| run(seed)));
                    let done = done.unwrap_or_else(|_| Err(anyhow!("seed {seed}: panicked")));
                    let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                    match done {
                        Ok(counts) => counts.into_iter().for_each(|(what, n)| *ended.0.entry(what).or_default() += n),
                        Err(error) => ended.1.push(format!("{error:#}")),
                    }
                }
            });
        }
    });
    let (counts, failures) = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.rounds += worlds;
    tally.failing += failures.len() as u64;
    tally.lost += failures.iter().filter(|f| f.contains("never reached") || f.contains("vanished")).count() as u64;
    tally.doubled += failures.iter().filter(|f| f.contains("nobody wrote")).count() as u64;
    tally.notes.extend(failures);
    counts
}
