//! `cargo xtask bench`: builds release and runs the figures of `tests/bench`, which write `target/bench.json`.

use crate::shell::{command, run, target_dir};
use crate::{run as app, setup};
use anyhow::Result;

pub const USAGE: &str = "bench [B1|B2|B3|B4|B5|B6|B7|B8|B9|B10|B11 …] [--rows N]";

pub fn bench(arguments: &[String]) -> Result<()> {
    setup::everything()?;
    // The app first and alone: built together with the benchmark it would open plain files too.
    let window = app::build(true)?;
    let features = ["--features", "bench", "--bin", "bench", "--bin", "hub-child"];
    let build = [["build", "--locked", "--release", "-p", "fengxiang-tests"].as_slice(), &features].concat();
    run(command("cargo", &build))?;
    let program = target_dir().join("release/bench");
    let mut bench = command(&program.to_string_lossy(), &[]);
    bench.env("FENGXIANG_APP", window).env("FENGXIANG_BENCH_DIR", target_dir().join("bench"));
    bench.args(arguments).arg("--out").arg(target_dir().join("bench.json"));
    run(bench)
}
