//! `cargo xtask test [--installed]`: every check there is, each with its time; ends with one line `N passed, N failed`.

use crate::shell::{command, npm, output, run, top};
use crate::{imports, package, run, setup};
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;
use std::time::Instant;

const TYPES: &str = "ui/src/api/generated.ts";
/// Where the .deb puts the program.
const INSTALLED: &str = "/usr/bin/fengxiang";
/// Checks that run where their tool is; setting one up would mean building it from source.
const OPTIONAL: [(&str, &[&str]); 2] =
    [("cargo-deny", &["--all-features", "check", "bans", "licenses", "sources"]), ("typos", &[])];

#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
}

pub fn test() -> Result<()> {
    setup::everything()?;
    let mut tally = Tally::default();
    tally.step("format", || run(command("cargo", &["fmt", "--all", "--check"])));
    // The shell embeds the built window: nothing of it compiles in a fresh clone before this.
    tally.step("ui build", run::build_ui);
    tally.step("import rules", imports::check);
    tally.step("clippy", || {
        let bench = ["--features", "fengxiang-tests/bench"];
        let every = ["clippy", "--locked", "--workspace", "--all-targets"];
        run(command("cargo", &[&every[..], &bench, &["--", "-D", "warnings"]].concat()))
    });
    tally.step("rustdoc", rustdoc);
    for (tool, arguments) in OPTIONAL {
        tally.optional(tool, arguments);
    }
    tally.counted("Rust tests", || {
        output(command("cargo", &["test", "--locked", "--workspace", "--exclude", "fengxiang-tests", "--no-fail-fast"]))
    });
    tally.step("generated TypeScript", types_are_fresh);
    for script in ["check", "lint", "i18n"] {
        tally.step(&format!("ui {script}"), || run(npm(&["run", "--silent", script])));
    }
    tally.counted("vitest", || output(npm(&["run", "--silent", "test"])));
    match timed("app build", || run::build(false)) {
        Ok(program) => tally.journeys(&program),
        Err(error) => tally.fail(&error),
    }
    tally.close()
}

/// The journeys once more, through the program as people install it.
pub fn test_installed() -> Result<()> {
    let mut tally = Tally::default();
    match timed("package, installed", package::install) {
        Ok(()) => tally.journeys(Path::new(INSTALLED)),
        Err(error) => tally.fail(&error),
    }
    tally.close()
}

pub fn write_types() -> Result<()> {
    Ok(fs::write(top().join(TYPES), typescript()?)?)
}

fn typescript() -> Result<String> {
    output(command("cargo", &["run", "--quiet", "--locked", "-p", "fengxiang-commands", "--bin", "fengxiang-types"]))
}

fn types_are_fresh() -> Result<()> {
    let committed = fs::read_to_string(top().join(TYPES))?;
    if committed == typescript()? { Ok(()) } else { bail!("{TYPES} is stale: run `cargo xtask types`") }
}

fn rustdoc() -> Result<()> {
    let mut doc = command("cargo", &["doc", "--quiet", "--locked", "--workspace", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    run(doc)
}

impl Tally {
    fn step(&mut self, name: &str, body: impl FnOnce() -> Result<()>) {
        match timed(name, body) {
            Ok(()) => self.passed += 1,
            Err(error) => self.fail(&error),
        }
    }

    /// A step whose output tells how many tests ran; running none is a failure.
    fn counted(&mut self, name: &str, body: impl FnOnce() -> Result<String>) {
        let (text, is_good) = match timed(name, body) {
            Ok(text) => (text, true),
            Err(error) => (format!("{error:#}"), false),
        };
        let (passed, failed) = count(&text);
        self.passed += passed;
        self.failed += failed;
        if !is_good || passed == 0 {
            println!("{text}");
            self.failed += u64::from(failed == 0);
        }
    }

    fn optional(&mut self, tool: &str, arguments: &[&str]) {
        if is_here(tool) {
            self.step(tool, || run(command(tool, arguments)));
        } else {
            println!("== {tool}: not on this machine, left out");
        }
    }

    fn journeys(&mut self, program: &Path) {
        let mut e2e = command("cargo", &["test", "--locked", "-p", "fengxiang-tests", "--", "--test-threads=2"]);
        e2e.env("FENGXIANG_APP", program);
        self.counted("e2e through the real window", || output(e2e));
    }

    fn close(&self) -> Result<()> {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 { Ok(()) } else { std::process::exit(1) }
    }

    fn fail(&mut self, error: &anyhow::Error) {
        println!("FAILED: {error:#}");
        self.failed += 1;
    }
}

fn is_here(tool: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(tool).is_file())
}

fn timed<T>(name: &str, body: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("== {name}");
    let start = Instant::now();
    let result = body();
    println!("== {name}: {:.1} s", start.elapsed().as_secs_f64());
    result
}

/// Adds up cargo's `test result: ok. N passed; M failed` and vitest's `Tests  N passed` lines.
fn count(text: &str) -> (u64, u64) {
    let plain: String = strip_colour(text);
    let lines = plain.lines().filter(|l| l.starts_with("test result:") || l.trim_start().starts_with("Tests "));
    lines.fold((0, 0), |(p, f), line| (p + number_before(line, "passed"), f + number_before(line, "failed")))
}

fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|w| w.trim_end_matches(';') == word);
    at.and_then(|i| words.get(i.wrapping_sub(1))?.parse().ok()).unwrap_or(0)
}

fn strip_colour(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('\u{1b}');
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        out.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn results_of_both_runners_add_up() {
        let text = "test result: ok. 12 passed; 0 failed; 0 ignored;\n\u{1b}[32m      Tests \u{1b}[39m 2 failed | 5 passed (7)\n";
        assert_eq!(count(text), (17, 2));
    }
}
