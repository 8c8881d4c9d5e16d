//! Running other programs from the top of the repository.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub fn top() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("xtask lies in crates/xtask").to_owned()
}

/// Where builds go. CI runs in a fresh clone: a folder outside it stays warm.
pub fn target_dir() -> PathBuf {
    if let Some(dir) = std::env::var_os("CARGO_TARGET_DIR") {
        return dir.into();
    }
    match (std::env::var_os("CI"), std::env::var_os("HOME")) {
        (Some(_), Some(home)) => PathBuf::from(home).join(".cache/fengxiang/target"),
        _ => top().join("target"),
    }
}

pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(top()).env("CARGO_TARGET_DIR", target_dir()).stdin(Stdio::null());
    command
}

pub fn npm(arguments: &[&str]) -> Command {
    let mut npm = command("npm", arguments);
    npm.current_dir(top().join("ui"));
    npm
}

pub fn run(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("starting {command:?}"))?;
    if status.success() { Ok(()) } else { bail!("{command:?} ended with {status}") }
}

/// Runs and returns what was printed; on failure the error holds it.
pub fn output(mut command: Command) -> Result<String> {
    let done = command.output().with_context(|| format!("starting {command:?}"))?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    if done.status.success() {
        return Ok(text);
    }
    bail!("{text}{}\n{command:?} ended with {}", String::from_utf8_lossy(&done.stderr), done.status)
}
