//! R1: a process at work at the counter is killed, at random moments and at exact system calls; then everything it had
//! acknowledged must be there.

use super::Tally;
use super::check::check_station;
use super::ledger::Worker;
use super::tracer::{Injection, command, reason_not_to};
use crate::outside::{Dice, Station, found};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tempfile::tempdir;

/// Longest time from the store's opening to a kill.
const WORK_MAX_MS: u64 = 80;
/// Every so many rounds the kill falls on an exact system call.
const EXACT_EVERY: u64 = 4;
/// How long a worker whose fault never came may go on before the kill comes from outside.
const FAULT_PATIENCE: Duration = Duration::from_secs(4);
/// The last words of a killed worker are in the pipe at once.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// About as many writes as a worker makes in its first twenty operations.
const WRITES: u64 = 300;

/// Kills the working process so many times; `scenario` is the child's.
pub fn run(child: &Path, scenario: &str, rounds: u64, seed: u64) -> Result<Tally> {
    let mut tally = Tally::new("R1");
    let dir = tempdir()?;
    let station = found(&dir.path().join("station"))?;
    let mut dice = Dice::new(seed);
    let mut ledger = Vec::new();
    let no_tracer = reason_not_to();
    for round in 1..=rounds {
        let exact = no_tracer.is_none() && round % EXACT_EVERY == 0;
        let how = if exact { Some(draw_call(&mut dice)) } else { None };
        let name = match &how {
            Some(injection) => format!("round {round}, killed at {} {}", injection.call, injection.effect),
            None => format!("round {round}"),
        };
        let log = dir.path().join("strace.log");
        let mut run = match &how {
            Some(injection) => command(injection, &station.folder, &log, child),
            None => Command::new(child),
        };
        run.arg(&station.folder).args([scenario, &dice.roll().to_string()]);
        ledger.extend(work_and_kill(&station, run, exact, &mut dice)?);
        // In each round so far one operation may have been under way.
        let in_flight = usize::try_from(round)?;
        tally.count(&name, check_station(&station, &ledger, in_flight));
    }
    tally.not_run.extend(no_tracer.map(|why| format!("kills at exact system calls: {why}")));
    Ok(tally)
}

fn draw_call(dice: &mut Dice) -> Injection {
    let (call, limit) = *dice.pick(&[("pwrite64", WRITES), ("pwrite64", WRITES), ("fdatasync", 20)]);
    Injection { call, effect: format!("signal=KILL:when={}", 1 + dice.below(limit)) }
}

fn work_and_kill(
    station: &Station,
    mut run: Command,
    exact: bool,
    dice: &mut Dice,
) -> Result<Vec<super::ledger::Line>> {
    let mut worker = Worker::start(&mut run)?;
    let Some(pid) = worker.wait_ready() else {
        // An exact kill may come before the store is open; any other must not.
        let lines = worker.finish(LAST_WORDS);
        anyhow::ensure!(exact, "the worker on {} did not start: {lines:?}", station.folder.display());
        return Ok(lines);
    };
    if exact {
        worker.listen_for(FAULT_PATIENCE);
    } else {
        std::thread::sleep(Duration::from_millis(1 + dice.below(WORK_MAX_MS)));
    }
    kill(pid).context("killing the worker")?;
    Ok(worker.finish(LAST_WORDS))
}

/// SIGKILL; a process that is gone already is fine.
fn kill(pid: u32) -> Result<()> {
    Command::new("kill").args(["-9", &pid.to_string()]).stderr(std::process::Stdio::null()).status()?;
    Ok(())
}
