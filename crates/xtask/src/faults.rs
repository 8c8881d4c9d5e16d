//! `cargo xtask faults`: builds release and runs the faults of `tests/faults`, which write `target/faults.json`.

use crate::setup;
use crate::shell::{command, run, target_dir};
use anyhow::Result;

pub const USAGE: &str = "faults [R1|R1H|R3|R4|R5|R6|R7 …] [--rounds N]";

pub fn faults(arguments: &[String]) -> Result<()> {
    setup::everything()?;
    run(command("cargo", &["build", "--locked", "--release", "-p", "fengxiang-tests", "--bins"]))?;
    let program = target_dir().join("release/faults");
    let mut faults = command(&program.to_string_lossy(), &[]);
    faults.args(arguments).arg("--out").arg(target_dir().join("faults.json"));
    run(faults)
}
