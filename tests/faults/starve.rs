//! R4: a full disk, a directory that cannot be written, and an I/O error on the k-th call, reads too, once and for ever. The command
//! must say so clearly, nothing acknowledged may be lost, nothing may stand half, and once the fault is over the next
//! check-in works.

use super::Tally;
use super::check::{Verdict, check_station};
use super::ledger::{Line, Worker};
use super::tracer::{Injection, command, has_hit, reason_not_to};
use crate::outside::{PASSWORD, Station, app, ask, found, signed_in, surroundings};
use anyhow::{Context, Result, ensure};
use fengxiang_commands::App;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::tempdir;

/// The calls through which bytes reach the disk.
const CALLS: [&str; 4] = ["pwrite64", "fdatasync", "fsync", "ftruncate"];
/// Through which they come back; a read is never short of space.
const READS: [&str; 1] = ["pread64"];
/// A worker under strace that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(30);
/// Answers that tell a person what is wrong.
const CLEAR: [&str; 3] = ["disk_full", "read_only", "disk_fault"];
/// Bytes of the small disk; a fresh station with its WAL takes about one megabyte.
const SMALL_DISK_BYTES: u64 = 4 << 20;
/// Check-ins after which a disk of that size must be full.
const CHECK_INS_MAX: usize = 5_000;

/// How an I/O error befalls the k-th call.
struct Error {
    code: &'static str,
    /// `+`: from then on.
    lasting: &'static str,
}

const ERRORS: [Error; 3] =
    [Error { code: "EIO", lasting: "" }, Error { code: "EIO", lasting: "+" }, Error { code: "ENOSPC", lasting: "+" }];

/// Runs every part; `stride` 1 tries every k, a larger one leaves some out.
pub fn run(child: &Path, stride: usize) -> Result<Tally> {
    let mut tally = Tally::new("R4");
    let dir = tempdir()?;
    let station = found(&dir.path().join("station"))?;
    match reason_not_to() {
        Some(why) => tally.not_run.push(format!("I/O errors on the k-th call: {why}")),
        None => every_call(child, &station, dir.path(), stride, &mut tally)?,
    }
    disk_full(&station, dir.path(), &mut tally)?;
    read_only_disk(&station, dir.path(), &mut tally)?;
    read_only_folder(child, &station, &mut tally)?;
    Ok(tally)
}

fn every_call(child: &Path, station: &Station, dir: &Path, stride: usize, tally: &mut Tally) -> Result<()> {
    for error in &ERRORS {
        let reads = READS.iter().filter(|_| error.code == "EIO");
        for call in CALLS.iter().chain(reads) {
            for k in (1..).step_by(stride) {
                let Error { code, lasting } = error;
                let injection = Injection { call, effect: format!("error={code}:when={k}{lasting}") };
                let Some(verdict) = one_call(child, station, dir, &injection)? else { break };
                tally.count(&format!("{call} {}", injection.effect), verdict);
            }
        }
    }
    Ok(())
}

/// `None` when the worker came to its end without meeting the fault.
fn one_call(child: &Path, station: &Station, dir: &Path, injection: &Injection) -> Result<Option<Verdict>> {
    let (folder, log) = (dir.join("starving"), dir.join("strace.log"));
    let _ = fs::remove_dir_all(&folder);
    let starving = station.copy_to(&folder)?;
    let mut run = command(injection, &folder, &log, child);
    run.arg(&folder).args(["short", "7"]);
    let lines = Worker::start(&mut run)?.finish(PATIENCE);
    if !has_hit(&log) {
        return Ok(None);
    }
    // Each refused command may have been written all the same: its answer was lost, not its commit.
    let refused = lines.iter().filter(|l| matches!(l, Line::Failed { .. })).count();
    let mut verdict = check_station(&starving, &lines, refused);
    expect_clear(&lines, &mut verdict);
    if !injection.effect.ends_with('+') && refused > 1 {
        verdict.fault(format!("one failed call refused {refused} commands"));
    }
    if let Err(error) = check_in_works(&starving.folder) {
        verdict.fault(format!("afterwards: {error:#}"));
    }
    Ok(Some(verdict))
}

fn expect_clear(lines: &[Line], verdict: &mut Verdict) {
    if lines.last() != Some(&Line::End) {
        verdict.fault("the worker did not come to its end");
    }
    for line in lines {
        if let Line::Failed { step, code } = line
            && !CLEAR.contains(&code.as_str())
        {
            verdict.fault(format!("{step} answered {code}"));
        }
    }
}

fn check_in_works(folder: &Path) -> Result<()> {
    let app = signed_in(folder, surroundings()).map_err(|f| anyhow::anyhow!("store_open: {}", f.code))?;
    ask(&app, "visit_add", check_in()).map(|_| ())
}

fn check_in() -> Value {
    json!({ "visitor_type": "01", "people": 1, "items": ["B01"] })
}

/// A small disk in memory, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Result<Self> {
        fs::create_dir_all(at)?;
        let size = format!("size={SMALL_DISK_BYTES}");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output()?;
        ensure!(done.status.success(), "mount: {}", String::from_utf8_lossy(&done.stderr).trim());
        Ok(Self(at.to_owned()))
    }

    fn make_read_only(&self) -> Result<()> {
        let done = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).output()?;
        ensure!(done.status.success(), "remount: {}", String::from_utf8_lossy(&done.stderr).trim());
        Ok(())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn disk_full(station: &Station, dir: &Path, tally: &mut Tally) -> Result<()> {
    let disk = match SmallDisk::mount(&dir.join("small")) {
        Ok(disk) => disk,
        Err(why) => return skip(tally, "a full disk", &why),
    };
    let full = station.copy_to(&disk.0.join("station"))?;
    let ballast = disk.0.join("ballast");
    fs::write(&ballast, vec![0; usize::try_from(SMALL_DISK_BYTES / 4)?])?;
    let mut verdict = Verdict::default();
    let ledger = fill_up(&full, &ballast, &mut verdict)?;
    // As many refusals as there were may have been written.
    let after = check_station(&full, &ledger.lines, ledger.refused);
    verdict.lost += after.lost;
    verdict.doubled += after.doubled;
    verdict.faults.extend(after.faults);
    tally.count("disk full", verdict);
    Ok(())
}

#[derive(Default)]
struct Filled {
    lines: Vec<Line>,
    refused: usize,
}

/// Checks people in until the disk is full, then gives it space and checks in again without starting anew.
fn fill_up(station: &Station, ballast: &Path, verdict: &mut Verdict) -> Result<Filled> {
    let app = signed_in(&station.folder, surroundings()).map_err(|f| anyhow::anyhow!("store_open: {}", f.code))?;
    let mut filled = Filled::default();
    while filled.refused == 0 {
        ensure!(filled.lines.len() < CHECK_INS_MAX, "the small disk did not fill up");
        match count_in(&app) {
            Ok(line) => filled.lines.push(line),
            Err(code) if code == "disk_full" => filled.refused += 1,
            Err(code) => {
                verdict.fault(format!("a full disk answered {code}"));
                filled.refused += 1;
            }
        }
    }
    fs::remove_file(ballast)?;
    match count_in(&app) {
        Ok(line) => filled.lines.push(line),
        Err(code) => verdict.fault(format!("with space again: {code}")),
    }
    Ok(filled)
}

fn count_in(app: &App) -> Result<Line, String> {
    let answer = app.call("visit_add", check_in()).map_err(|f| f.code)?;
    let id = answer.value["visit_id"].as_str().unwrap_or_default().to_owned();
    Ok(Line::Visit { id, visitor: None, visitor_type: "01".to_owned(), people: 1, items: vec!["B01".to_owned()] })
}

fn read_only_disk(station: &Station, dir: &Path, tally: &mut Tally) -> Result<()> {
    let disk = match SmallDisk::mount(&dir.join("frozen")) {
        Ok(disk) => disk,
        Err(why) => return skip(tally, "a read-only disk", &why),
    };
    let frozen = station.copy_to(&disk.0.join("station"))?;
    disk.make_read_only()?;
    let opened = app(&frozen.folder, surroundings()).call("store_open", json!({ "password": PASSWORD }));
    tally.count("read-only disk", expect_read_only(opened.map(|_| ()).map_err(|f| f.code)));
    Ok(())
}

fn expect_read_only(answer: Result<(), String>) -> Verdict {
    let mut verdict = Verdict::default();
    match answer {
        Err(code) if code == "read_only" => {}
        other => verdict.fault(format!("answered {other:?} instead of read_only")),
    }
    verdict
}

/// Root may write everywhere, so the worker runs as nobody there.
fn read_only_folder(child: &Path, station: &Station, tally: &mut Tally) -> Result<()> {
    let dir = tempdir()?;
    // The built program may lie in a folder that nobody may enter.
    let (folder, program) = (dir.path().join("locked"), dir.path().join("desk-child"));
    station.copy_to(&folder)?;
    fs::copy(child, &program)?;
    change_mode(dir.path(), "a=rX")?;
    change_mode(&program, "a=rx")?;
    let mut run = as_nobody(&program);
    let lines = Worker::start(run.arg(&folder).args(["short", "7"]))?.finish(PATIENCE);
    change_mode(dir.path(), "u+w")?;
    match lines.first() {
        None => return skip(tally, "a read-only folder", &"this user cannot start a process as another"),
        Some(Line::Failed { code, .. }) => tally.count("read-only folder", expect_read_only(Err(code.clone()))),
        Some(_) => tally.count("read-only folder", expect_read_only(Ok(()))),
    }
    Ok(())
}

fn change_mode(path: &Path, mode: &str) -> Result<()> {
    let done = Command::new("chmod").args(["-R", mode]).arg(path).status().context("chmod")?;
    ensure!(done.success(), "chmod {mode} failed");
    Ok(())
}

fn as_nobody(program: &Path) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0");
    if !is_root {
        return Command::new(program);
    }
    let mut run = Command::new("setpriv");
    run.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    run
}

fn skip(tally: &mut Tally, part: &str, why: &dyn std::fmt::Display) -> Result<()> {
    tally.not_run.push(format!("{part}: {why}"));
    Ok(())
}
