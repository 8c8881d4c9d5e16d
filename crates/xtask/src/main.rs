//! `cargo xtask run | test | hub | types | package | bench | faults`: sets the machine up, builds, runs and checks. Knows the tools, not the product.

mod bench;
mod check;
mod display;
mod faults;
mod hub;
mod hub_package;
mod imports;
mod package;
mod run;
mod setup;
mod shell;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().map_or(("", [].as_slice()), |(c, r)| (c.as_str(), r));
    match command {
        "run" => run::run(rest),
        "test" if rest == ["--installed"] => check::test_installed(),
        "test" if rest.is_empty() => check::test(),
        "types" => check::write_types(),
        "package" => package::package(),
        "hub" => hub::hub(rest),
        "bench" => bench::bench(rest),
        "faults" => faults::faults(rest),
        _ => {
            let (run, hub, bench, faults) = (run::USAGE, hub::USAGE, bench::USAGE, faults::USAGE);
            bail!("usage: {run} | {hub} | test [--installed] | types | package | {bench} | {faults}")
        }
    }
}
