//! `fengxiang-hub`: the hub as a program. Reads its settings, opens its store, serves or does what its operator asks.

mod cli;
mod machine;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
