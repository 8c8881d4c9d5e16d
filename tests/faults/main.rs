//! `faults [ID …] [--rounds N] [--out FILE]`: runs R1 on desk and hub and R3 to R7, prints a line per fault and writes them as
//! JSON. Ends with 1 when anything was lost, doubled or failing. Started by `cargo xtask faults`.

use anyhow::{Context, Result, bail};
use fengxiang_tests::faults::{Tally, crash, damage, kill, starve, worlds};
use std::path::PathBuf;

/// Rounds per submission, by the quality table.
const ROUNDS: u64 = 100;
const SEED: u64 = 2026;

struct Options {
    ids: Vec<String>,
    rounds: u64,
    out: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = parse()?;
    let child = std::env::current_exe()?.with_file_name("desk-child");
    let mut tallies = Vec::new();
    for id in &options.ids {
        let tally = match id.as_str() {
            "R1" => kill::run(&child, "endless", options.rounds, SEED)?,
            "R1H" => crash_both(options.rounds)?,
            "R3" => worlds::run_network(options.rounds),
            "R4" => starve::run(&child, stride(options.rounds))?,
            "R5" => worlds::run_disks(options.rounds),
            "R6" => damage::run(&child, options.rounds, SEED)?,
            "R7" => worlds::run_clocks(options.rounds),
            other => Tally { not_run: vec![format!("{other} is not built yet")], ..Tally::new(other) },
        };
        print(&tally);
        tallies.push(tally);
    }
    if let Some(file) = &options.out {
        std::fs::write(file, serde_json::to_vec_pretty(&tallies)?).context("writing the results")?;
    }
    if tallies.iter().all(Tally::is_good) { Ok(()) } else { std::process::exit(1) }
}

/// The hub on a file and on a server, each with half of the kills.
fn crash_both(rounds: u64) -> Result<Tally> {
    let hub = std::env::current_exe()?.with_file_name("hub-child");
    let mut tally = crash::run(&hub, crash::On::File, rounds.div_ceil(2), SEED)?;
    match std::panic::catch_unwind(|| crash::run(&hub, crash::On::Server, rounds.div_ceil(2), SEED)) {
        Ok(on_server) => tally.add(on_server?),
        Err(_) => tally.not_run.push("on PostgreSQL: there is none here".to_owned()),
    }
    Ok(tally)
}

/// R4 tries every k from a hundred rounds on; a quick look leaves some out.
fn stride(rounds: u64) -> usize {
    usize::try_from(ROUNDS / rounds.clamp(1, ROUNDS)).unwrap_or(1)
}

fn parse() -> Result<Options> {
    let mut options = Options { ids: Vec::new(), rounds: ROUNDS, out: None };
    let mut rest = std::env::args().skip(1);
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--rounds" => {
                options.rounds = rest.next().and_then(|n| n.parse().ok()).context("--rounds needs a number")?
            }
            "--out" => options.out = Some(rest.next().context("--out needs a file")?.into()),
            id if id.starts_with('R') => options.ids.push(id.to_owned()),
            other => bail!("usage: faults [ID …] [--rounds N] [--out FILE], not {other}"),
        }
    }
    if options.ids.is_empty() {
        options.ids = ["R1", "R1H", "R3", "R4", "R5", "R6", "R7"].map(str::to_owned).into();
    }
    Ok(options)
}

fn print(tally: &Tally) {
    let Tally { id, rounds, lost, doubled, failing, not_run, notes } = tally;
    println!("{id}  rounds {rounds}  lost {lost}  doubled {doubled}  failing {failing}  not run {}", not_run.len());
    not_run.iter().for_each(|why| println!("{id}  not run: {why}"));
    notes.iter().for_each(|note| println!("{id}  {note}"));
}
