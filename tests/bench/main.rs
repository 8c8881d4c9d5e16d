//! `bench [ID …] [--rows N] [--out FILE]`: measures the figures of the quality table on a release build and says of each
//! whether it keeps its bound. Started by `cargo xtask bench`, which builds first. The data is made once per size and schema
//! and kept beside the build (`FENGXIANG_BENCH_DIR`); every figure works on its own copy. `--rows` scales it down for a quick
//! look; the output is then marked.

mod agree;
mod cipher;
mod counter;
mod figure;
mod made;
mod push;
mod report;
mod search;
mod window;

use anyhow::{Context, Result, bail};
use figure::{Figure, Machine};
use made::Made;
use std::cell::LazyCell;
use std::path::PathBuf;

/// Visits in the file; visitors are a fifth of them.
const ROWS: u64 = 1_000_000;

struct Options {
    ids: Vec<String>,
    rows: u64,
    out: Option<PathBuf>,
    folder: PathBuf,
}

fn main() -> Result<()> {
    let options = parse()?;
    // Made when the first figure asks for it: not every one does.
    let made = LazyCell::new(|| Made::get(&options.folder, options.rows).map_err(|e| format!("{e:#}")));
    let made = || made.as_ref().map_err(|why| anyhow::anyhow!("{why}"));
    let mut figures: Vec<Figure> = Vec::new();
    for id in &options.ids {
        let measured = match id.as_str() {
            "B1" => made().and_then(counter::measure),
            "B2" => made().and_then(search::measure),
            "B3" => agree::measure_many(),
            "B4" => agree::measure_one(),
            // Both on the same rows, which take their time.
            "B5" | "B7" if figures.iter().any(|f| f.id() == "B7") => continue,
            "B5" | "B7" => agree::measure_all(options.rows),
            "B6" => push::measure(options.rows),
            "B8" => made().and_then(report::measure),
            "B9" => made().and_then(window::measure),
            "B10" => made().and_then(cipher::measure),
            "B11" => agree::measure_bytes(),
            other => Err(anyhow::anyhow!("{other} is not built yet")),
        };
        let measured = measured.unwrap_or_else(|error| figure::not_measured(id, &format!("{error:#}")));
        measured.iter().for_each(|figure| println!("{figure}{}", mark(options.rows)));
        figures.extend(measured);
    }
    if let Some(file) = &options.out {
        let result = serde_json::json!({
            "machine": Machine::here(), "rows": options.rows, "is_scaled_down": options.rows < ROWS, "figures": figures,
        });
        std::fs::write(file, serde_json::to_vec_pretty(&result)?).context("writing the results")?;
    }
    Ok(())
}

fn mark(rows: u64) -> String {
    if rows < ROWS { format!("  (scaled down: {rows} rows)") } else { String::new() }
}

fn parse() -> Result<Options> {
    let folder = std::env::var_os("FENGXIANG_BENCH_DIR").context("FENGXIANG_BENCH_DIR names where data is kept")?;
    let mut options = Options { ids: Vec::new(), rows: ROWS, out: None, folder: folder.into() };
    let mut rest = std::env::args().skip(1);
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--rows" => options.rows = rest.next().and_then(|n| n.parse().ok()).context("--rows needs a number")?,
            "--out" => options.out = Some(rest.next().context("--out needs a file")?.into()),
            id if id.starts_with('B') => options.ids.push(id.to_owned()),
            other => bail!("usage: bench [ID …] [--rows N] [--out FILE], not {other}"),
        }
    }
    if options.ids.is_empty() {
        options.ids = ["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11"].map(str::to_owned).into();
    }
    Ok(options)
}
