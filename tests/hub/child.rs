//! `hub-child …`: the hub's own program, built where tests find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    fengxiang_hub::cli::main()
}
