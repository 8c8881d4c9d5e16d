//! `cargo xtask package`: a .deb through Tauri's own bundler. Adds no bundling of its own.

use crate::setup;
use crate::shell::{command, npm, run, target_dir, top};
use anyhow::{Result, ensure};

pub fn package() -> Result<()> {
    setup::everything()?;
    let bundler = top().join("ui/node_modules/.bin/tauri");
    ensure!(bundler.exists(), "no bundler here: @tauri-apps/cli is not among the npm packages of ui/");
    run(npm(&["run", "--silent", "build"]))?;
    run(command(&bundler.to_string_lossy(), &["build", "--bundles", "deb"]))?;
    println!("the package lies in {}", target_dir().join("release/bundle/deb").display());
    Ok(())
}
