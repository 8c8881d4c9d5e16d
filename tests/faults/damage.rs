//! R6: bits flipped, pages zeroed, files cut, a key that belongs to another station. Each must be noticed when the store is
//! opened or checked; what is on the disk stays as it is, and no empty database appears beside it.

use super::Tally;
use super::check::{Verdict, check_station};
use super::ledger::{Line, Worker};
use crate::outside::{Dice, PASSWORD, Station, app, found, surroundings};
use anyhow::{Context, Result};
use fengxiang_commands::App;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::tempdir;

const PAGE: u64 = 4096;
/// Work before the damage: some two hundred operations.
const WORK: Duration = Duration::from_millis(400);
const LAST_WORDS: Duration = Duration::from_secs(10);
const DATABASE: &str = "desk.db";
const WAL: &str = "desk.db-wal";
const KEYS: &str = "desk.keys";

/// What befalls a file.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Flip,
    Zero,
    Cut,
    /// The key file of another station with the same password.
    Foreign,
}

/// One damage after the other; a round is one of each.
const HARMS: [(&str, Harm); 8] = [
    (DATABASE, Harm::Flip),
    (WAL, Harm::Flip),
    (DATABASE, Harm::Zero),
    (WAL, Harm::Cut),
    (DATABASE, Harm::Cut),
    (KEYS, Harm::Flip),
    (KEYS, Harm::Cut),
    (KEYS, Harm::Foreign),
];

/// The stations that are damaged: one closed in peace, one killed with its last commits in the WAL.
struct Victims {
    closed: Station,
    killed: Station,
    ledger: Vec<Line>,
    other_keys: PathBuf,
}

pub fn run(child: &Path, rounds: u64, seed: u64) -> Result<Tally> {
    let mut tally = Tally::new("R6");
    let dir = tempdir()?;
    let victims = Victims::make(child, dir.path())?;
    let mut dice = Dice::new(seed);
    let mut harmless = 0_u64;
    for (round, (file, harm)) in (1..=rounds).zip(HARMS.iter().cycle()) {
        let folder = dir.path().join("damaged");
        let _ = fs::remove_dir_all(&folder);
        let victim = if *file == WAL { &victims.killed } else { &victims.closed };
        let damaged = victim.copy_to(&folder)?;
        let place = apply(*harm, &folder.join(file), &victims.other_keys, &mut dice)?;
        let (verdict, was_noticed) = judge(&damaged, &victims.ledger);
        harmless += u64::from(!was_noticed && verdict.faults.is_empty());
        tally.count(&format!("damage {round}, {harm:?} of {file} at {place}"), verdict);
    }
    if harmless > 0 {
        tally.notes.push(format!("{harmless} damages fell on bytes that nothing reads: every entry was there, once"));
    }
    Ok(tally)
}

impl Victims {
    fn make(child: &Path, dir: &Path) -> Result<Self> {
        let station = found(&dir.join("station"))?;
        let mut ledger = work(child, &station)?;
        // Opened and closed in peace: everything is in the database, the WAL is gone.
        let verdict = check_station(&station, &ledger, 1);
        anyhow::ensure!(verdict.faults.is_empty(), "before any damage: {:?}", verdict.faults);
        let closed = station.copy_to(&dir.join("closed"))?;
        let in_closed = ledger.len();
        ledger.extend(work(child, &station)?);
        anyhow::ensure!(fs::metadata(station.folder.join(WAL))?.len() > 10 * PAGE, "the WAL holds the last work");
        anyhow::ensure!(ledger.len() > in_closed, "the second worker worked");
        let other = found(&dir.join("other"))?;
        Ok(Self { closed, killed: station, ledger, other_keys: other.folder.join(KEYS) })
    }
}

fn work(child: &Path, station: &Station) -> Result<Vec<Line>> {
    let mut worker = Worker::start(Command::new(child).arg(&station.folder).args(["endless", "11"]))?;
    let pid = worker.wait_ready().context("the worker did not start")?;
    std::thread::sleep(WORK);
    Command::new("kill").args(["-9", &pid.to_string()]).status()?;
    Ok(worker.finish(LAST_WORDS))
}

/// Returns the offset of the damage.
fn apply(harm: Harm, file: &Path, other_keys: &Path, dice: &mut Dice) -> Result<u64> {
    let mut bytes = fs::read(file)?;
    let at = dice.below(bytes.len() as u64);
    let index = usize::try_from(at)?;
    match harm {
        Harm::Flip => bytes[index] ^= 1 << dice.below(8),
        Harm::Zero => {
            let start = usize::try_from(at / PAGE * PAGE)?;
            let end = bytes.len().min(start + usize::try_from(PAGE)?);
            bytes[start..end].fill(0);
        }
        Harm::Cut => bytes.truncate(index),
        Harm::Foreign => bytes = fs::read(other_keys)?,
    }
    fs::write(file, bytes)?;
    Ok(at)
}

/// The verdict, and whether the damage was noticed. What is neither noticed nor harmless is a fault.
fn judge(damaged: &Station, ledger: &[Line]) -> (Verdict, bool) {
    let mut verdict = Verdict::default();
    let before = Picture::take(&damaged.folder);
    let app = app(&damaged.folder, surroundings());
    match app.call("store_open", json!({ "password": PASSWORD })) {
        Err(failure) => {
            drop(app);
            before.compare(&Picture::take(&damaged.folder), &mut verdict);
            if !is_clear(&failure.code) {
                verdict.fault(format!("answered {}", failure.code));
            }
            return (verdict, true);
        }
        Ok(_) if is_noticed_by_check(&app) => return (verdict, true),
        Ok(_) => drop(app),
    }
    // Nobody noticed: then nothing may be missing.
    (check_station(damaged, ledger, 2), false)
}

fn is_clear(code: &str) -> bool {
    ["damaged_database", "behind_mark", "foreign_database", "key_file_damaged", "wrong_password"].contains(&code)
}

/// The check that the settings page offers.
fn is_noticed_by_check(app: &App) -> bool {
    match app.call("trail_verify", Value::Null) {
        Ok(answer) => !answer.value["broken_at"].is_null(),
        Err(failure) => failure.code == "damaged_database",
    }
}

/// What lies in a data directory. SQLite's shared memory and the lock hold nothing of the user's.
struct Picture {
    names: BTreeSet<String>,
    files: Vec<(&'static str, Option<Vec<u8>>)>,
}

impl Picture {
    fn take(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|e| e.file_name().into_string().ok()).filter(|n| !n.ends_with("-shm"));
        let files = [DATABASE, WAL, KEYS].map(|name| (name, fs::read(folder.join(name)).ok()));
        Self { names: names.collect(), files: files.into() }
    }

    fn compare(&self, after: &Self, verdict: &mut Verdict) {
        for ((name, before), (_, now)) in self.files.iter().zip(&after.files) {
            // An empty WAL beside a database that had none holds nothing and overwrites nothing.
            let is_same = before == now || (*name == WAL && before.is_none() && now.as_ref().is_none_or(Vec::is_empty));
            if !is_same {
                verdict.fault(format!("{name} was written although it is damaged"));
            }
        }
        let new = after.names.difference(&self.names).filter(|n| n.ends_with(".db"));
        verdict.faults.extend(new.map(|name| format!("{name} appeared beside a damaged store")));
    }
}
