//! `cargo xtask package`: the desk's .deb through Tauri's own bundler, and the hub's. Adds no bundling of its own.

use crate::setup;
use crate::shell::{command, run, target_dir, top};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

pub fn package() -> Result<()> {
    println!("the desk's package lies at {}", build()?.display());
    println!("the hub's package lies at {}", crate::hub_package::build()?.display());
    Ok(())
}

/// Builds the pages, the program and the package; returns the package's path.
pub fn build() -> Result<PathBuf> {
    setup::everything()?;
    crate::run::build_ui()?;
    let bundler = top().join("ui/node_modules/.bin/tauri");
    ensure!(bundler.exists(), "no bundler here: @tauri-apps/cli is not among the npm packages of ui/");
    run(command(&bundler.to_string_lossy(), &["build", "--bundles", "deb", "--", "--locked"]))?;
    newest()
}

/// Installs the package that was built last, with what it depends on.
pub fn install() -> Result<()> {
    let package = build()?;
    let path = package.to_string_lossy();
    run(setup::as_root(&[
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-y",
        "-qq",
        "--reinstall",
        &path,
    ]))
}

fn newest() -> Result<PathBuf> {
    let folder = target_dir().join("release/bundle/deb");
    let files = fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?.flatten();
    let packages = files.map(|f| f.path()).filter(|p| p.extension().is_some_and(|e| e == "deb"));
    let changed_at = |p: &PathBuf| p.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    packages.max_by_key(changed_at).context("the bundler left no package")
}
