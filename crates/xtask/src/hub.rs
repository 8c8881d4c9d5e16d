//! `cargo xtask hub`: a hub for development. It prints its address and an invitation, and forgets everything at its end.

use crate::shell::{command, run};
use anyhow::Result;

pub const USAGE: &str = "cargo xtask hub [SETTINGS OF fengxiang-hub serve]";

pub fn hub(arguments: &[String]) -> Result<()> {
    let mut serve = command("cargo", &["run", "--quiet", "--locked", "-p", "fengxiang-hub", "--", "serve"]);
    if !arguments.iter().any(|argument| argument.starts_with("--database")) {
        serve.args(["--database", "memory:"]);
    }
    serve.args(arguments);
    run(serve)
}
