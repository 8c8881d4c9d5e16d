//! B3, B4, B5, B7 and B11: real desks on encrypted files and the hub's own program on SQLite, over HTTP. Whole cycles are measured,
//! as the program runs them: hello, push, pull of every partition, comparison.

use crate::figure::{Figure, figure, ms, quantile};
use anyhow::{Context, Result, ensure};
use fengxiang_desk::store::NewVisit;
use fengxiang_sync::{Cycle, Report, Rules};
use fengxiang_tests::desks::{RealDesk, found_at, join_by};
use fengxiang_tests::hub::process::Program;
use fengxiang_tests::hub::tap::{Mood, Tap};
use fengxiang_wire::limits::Limits;
use std::time::Instant;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// Small records of B3 and visits of B11.
const RECORDS: usize = 10_000;
const SINGLE: usize = 200;
/// The first ones fill caches and compile statements.
const WARM_UP: usize = 20;
const IDLE: usize = 50;
const PER_TRANSACTION: usize = 5_000;

/// A hub and the first desk of a station. Connections live on a thread of their own, whoever waits.
struct Bench {
    runtime: Runtime,
    hub: Program,
    first: RealDesk,
    _folder: TempDir,
}

impl Bench {
    fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        let file = folder.path().join("hub.db");
        let executable = std::env::current_exe()?.with_file_name("hub-child");
        let mut hub = Program::new(&executable, &file.to_string_lossy())?;
        hub.operate(&["init", "--district", "Made-up District"])?;
        let invited = hub.operate(&["invite", "--new-station"])?;
        hub.serve()?;
        let first = found_at(&hub.address, invited.split(' ').nth(1).context("a code is printed")?, "GX01")?;
        Ok(Self {
            runtime: Builder::new_multi_thread().worker_threads(1).enable_all().build()?,
            hub,
            first,
            _folder: folder,
        })
    }

    fn join(&self) -> Result<RealDesk> {
        join_by(&self.hub.address, &self.first)
    }

    fn cycle(&self, desk: &RealDesk) -> Result<Report> {
        let file = desk.file()?;
        let (rules, limits) = (Rules::default(), Limits::default());
        let cycle = Cycle { local: &file, hub: &desk.joined.line, rules, limits, pages_max: usize::MAX };
        Ok(self.runtime.block_on(cycle.run())?)
    }

    /// Nobody has anything to say any more.
    fn settle(&self, desks: &[&RealDesk]) -> Result<()> {
        for desk in desks.iter().chain(desks) {
            self.cycle(desk)?;
        }
        Ok(())
    }
}

/// Visits of nobody in particular: one entry, one row each.
fn write_visits(desk: &RealDesk, count: usize) -> Result<()> {
    let new = NewVisit {
        visitor: None,
        visitor_type: "01".into(),
        people: 1,
        items: Vec::new(),
        channel: "desk",
        separate_reason: None,
        at: None,
    };
    for from in (0..count).step_by(PER_TRANSACTION) {
        let some = PER_TRANSACTION.min(count - from);
        desk.desk.write(desk.act("bench"), |w| (0..some).try_for_each(|_| w.add_visit(&new).map(drop)))?;
    }
    Ok(())
}

/// B3: ten thousand records written on one desk, until they are durable on another.
pub fn measure_many() -> Result<Vec<Figure>> {
    let bench = Bench::new()?;
    let second = bench.join()?;
    bench.settle(&[&bench.first, &second])?;
    write_visits(&bench.first, RECORDS)?;
    let start = Instant::now();
    let pushed = bench.cycle(&bench.first)?;
    let half = start.elapsed();
    let pulled = bench.cycle(&second)?;
    let taken = start.elapsed();
    ensure!(pushed.pushed == RECORDS && pulled.pulled == RECORDS, "{pushed:?} {pulled:?}");
    let note = format!("there {:.0} ms, back {:.0} ms", ms(half), ms(taken - half));
    Ok(vec![figure("B3", "records_per_s", RECORDS as f64 / taken.as_secs_f64()).noting(note)])
}

/// B4: one visit, from the counter of one desk to the table of the other.
pub fn measure_one() -> Result<Vec<Figure>> {
    let bench = Bench::new()?;
    let second = bench.join()?;
    bench.settle(&[&bench.first, &second])?;
    let mut samples = Vec::new();
    for n in 0..WARM_UP + SINGLE {
        let start = Instant::now();
        write_visits(&bench.first, 1)?;
        bench.cycle(&bench.first)?;
        let pulled = bench.cycle(&second)?;
        ensure!(pulled.pulled == 1, "{pulled:?}");
        if n >= WARM_UP {
            samples.push(ms(start.elapsed()));
        }
    }
    let (p50, p95) = (quantile(&mut samples, 0.5), quantile(&mut samples, 0.95));
    Ok(vec![figure("B4", "p50_ms", p50), figure("B4", "p95_ms", p95)])
}

/// B5 and B7 on the same rows: a new desk takes them all, and then there is nothing new.
pub fn measure_all(rows: u64) -> Result<Vec<Figure>> {
    let bench = Bench::new()?;
    let count = usize::try_from(rows)?;
    let start = Instant::now();
    write_visits(&bench.first, count)?;
    let written = start.elapsed();
    bench.settle(&[&bench.first])?;
    let pushed = start.elapsed() - written;
    let second = bench.join()?;
    let start = Instant::now();
    let pulled = bench.cycle(&second)?;
    let taken = start.elapsed();
    ensure!(pulled.pulled >= count, "{pulled:?}");
    bench.settle(&[&bench.first, &second])?;
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        let start = Instant::now();
        let report = bench.cycle(&second)?;
        idle.push(ms(start.elapsed()));
        ensure!(report.pushed == 0 && report.pulled == 0 && report.repaired == 0, "{report:?}");
    }
    let note = format!("written in {:.1} s, pushed in {:.1} s", written.as_secs_f64(), pushed.as_secs_f64());
    Ok(vec![figure("B5", "ms", quantile(&mut idle, 0.5)), figure("B7", "s", taken.as_secs_f64()).noting(note)])
}

/// B11: bytes from the desk to the hub per visit, heads and signatures among them.
pub fn measure_bytes() -> Result<Vec<Figure>> {
    let bench = Bench::new()?;
    bench.settle(&[&bench.first])?;
    let tap = Tap::before(&bench.hub.address)?;
    let tapped = join_by(&tap.address, &bench.first)?;
    bench.settle(&[&tapped])?;
    write_visits(&tapped, RECORDS)?;
    // On a connection of its own, whose head and nonce count as well.
    tap.set(Mood::Fair);
    tap.take_heard();
    let report = bench.cycle(&tapped)?;
    ensure!(report.pushed == RECORDS, "{report:?}");
    let heard = tap.take_heard();
    let up: usize = heard.iter().map(|one| one.up.len()).sum();
    let down: usize = heard.iter().map(|one| one.down.len()).sum();
    let note = format!("{:.0} come back with the receipts and the feed", down as f64 / RECORDS as f64);
    Ok(vec![figure("B11", "bytes", up as f64 / RECORDS as f64).noting(note)])
}
