//! Who may import whom: the rules of the code map as text searches over the sources.

use crate::shell::{command, output};
use anyhow::{Result, bail};
use std::fs;

struct Rule {
    words: &'static [&'static str],
    in_files: fn(&str) -> bool,
    allowed_in: &'static [&'static str],
}

const RUST: fn(&str) -> bool = |p| p.ends_with(".rs") && !p.starts_with("crates/xtask/");
const PRODUCT: fn(&str) -> bool = |p| p.ends_with(".rs") && p.starts_with("crates/") && !p.starts_with("crates/xtask/");
const UI: fn(&str) -> bool = |p| p.starts_with("ui/src/");

const RULES: [Rule; 7] = [
    Rule {
        words: &["rusqlite::"],
        in_files: RUST,
        allowed_in: &["crates/desk/src/store/", "crates/hub/src/store/", "tests/"],
    },
    Rule { words: &["axum::"], in_files: RUST, allowed_in: &["crates/hub/", "tests/"] },
    Rule { words: &["reqwest::"], in_files: RUST, allowed_in: &["crates/sync/src/http.rs", "tests/"] },
    Rule { words: &["tauri::"], in_files: RUST, allowed_in: &["src-tauri/"] },
    Rule { words: &["@tauri-apps"], in_files: UI, allowed_in: &["ui/src/api/host.ts"] },
    Rule { words: &[".begin("], in_files: PRODUCT, allowed_in: &["crates/desk/src/lib.rs", "crates/hub/src/store/"] },
    Rule {
        words: &[
            "Utc::now",
            "Local::now",
            "SystemTime::now",
            "Instant::now",
            "thread_rng",
            "now_v7",
            "new_v4",
            "getrandom",
        ],
        in_files: PRODUCT,
        // The hub's own program, which hands them in.
        allowed_in: &["crates/hub/src/machine.rs"],
    },
];

pub fn check() -> Result<()> {
    let files = output(command("git", &["ls-files", "-co", "--exclude-standard"]))?;
    let mut broken = Vec::new();
    for path in files.lines() {
        let Ok(text) = fs::read_to_string(crate::shell::top().join(path)) else { continue };
        for rule in RULES.iter().filter(|r| (r.in_files)(path) && !r.allowed_in.iter().any(|a| path.starts_with(a))) {
            let found = rule.words.iter().filter(|w| text.contains(*w));
            broken.extend(found.map(|w| format!("{path}: {w} does not belong here")));
        }
        if is_speaking(path, &text) {
            broken.push(format!("{path}: sentences for people belong in ui/src/text"));
        }
    }
    if broken.is_empty() { Ok(()) } else { bail!(broken.join("\n")) }
}

/// Chinese outside comments and tests in the product's Rust.
fn is_speaking(path: &str, text: &str) -> bool {
    if !PRODUCT(path) || path.contains("/tests/") {
        return false;
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or("");
    let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
    lines.flat_map(str::chars).any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}
