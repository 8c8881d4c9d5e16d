//! `fengxiang-hub`: the hub as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    fengxiang_hub::cli::main()
}
