//! `cargo xtask run`: set-up, build, window. Without a display the window lives under Xvfb and its picture in a file.

use crate::setup;
use crate::shell::{command, npm, run as run_command, target_dir};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

const SCREEN: &str = "1366x768x24";
const PICTURE_EVERY: Duration = Duration::from_secs(2);

pub fn run(arguments: &[String]) -> Result<()> {
    let data_dir = match arguments {
        [] => None,
        [flag, dir] if flag == "--data-dir" => Some(PathBuf::from(dir)),
        _ => bail!("usage: cargo xtask run [--data-dir DIR]"),
    };
    setup::everything()?;
    let program = build()?;
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| std::env::var_os(v).is_some());
    if has_display { run_command(app(&program, data_dir)) } else { run_unseen(&program, data_dir) }
}

/// Builds window and program; returns the program's path.
pub fn build() -> Result<PathBuf> {
    run_command(npm(&["run", "--silent", "build"]))?;
    run_command(command("cargo", &["build", "--locked", "-p", "fengxiang-desk-app", "--features", "custom-protocol"]))?;
    Ok(target_dir().join("debug/fengxiang"))
}

fn app(program: &PathBuf, data_dir: Option<PathBuf>) -> Command {
    let mut app = Command::new(program);
    if let Some(dir) = data_dir {
        app.env("FENGXIANG_DATA_DIR", dir);
    }
    app
}

fn run_unseen(program: &PathBuf, data_dir: Option<PathBuf>) -> Result<()> {
    let display = format!(":{}", 100 + std::process::id() % 800);
    let picture = target_dir().join("window.png");
    let mut screen = Stopped(
        Command::new("Xvfb").args([display.as_str(), "-screen", "0", SCREEN]).spawn().context("starting Xvfb")?,
    );
    println!("no display here: the window runs under Xvfb {display}; its picture is kept at {}", picture.display());
    std::thread::sleep(Duration::from_secs(1));
    let mut window = Stopped(app(program, data_dir).env("DISPLAY", &display).spawn().context("starting the window")?);
    while window.0.try_wait()?.is_none() && screen.0.try_wait()?.is_none() {
        std::thread::sleep(PICTURE_EVERY);
        let _ = Command::new("import").args(["-display", &display, "-window", "root"]).arg(&picture).status();
    }
    Ok(())
}

/// A process that ends with its owner.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
