//! `cargo xtask run`: set-up, build, window. Without a display the window lives under Xvfb and its picture in a file.

use crate::display::{Display, Ended};
use crate::setup;
use crate::shell::{command, npm, run as run_command, target_dir};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub const USAGE: &str = "cargo xtask run [--demo] [--data-dir DIR] [--release]";
const PICTURE_EVERY: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The manager's password of the demo; `fengxiang-demo` sets it, a debug build opens with it.
const DEMO_PASSWORD: &str = "nine bees show the way";

#[derive(Default)]
struct Options {
    data_dir: Option<PathBuf>,
    is_demo: bool,
    is_release: bool,
}

pub fn run(arguments: &[String]) -> Result<()> {
    let mut options = parse(arguments)?;
    if options.is_demo {
        options.data_dir = Some(fresh_folder(options.data_dir.take())?);
    }
    setup::everything()?;
    let program = build(options.is_release)?;
    let mut app = Command::new(&program);
    if let Some(folder) = &options.data_dir {
        app.env("FENGXIANG_DATA_DIR", folder);
    }
    if let (true, Some(folder)) = (options.is_demo, &options.data_dir) {
        fill_demo(folder)?;
        app.env("FENGXIANG_DEMO_PASSWORD", DEMO_PASSWORD);
    }
    show(app)
}

fn parse(arguments: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--demo" => options.is_demo = true,
            "--release" => options.is_release = true,
            "--data-dir" => {
                let folder = rest.next().context("--data-dir needs a folder")?;
                options.data_dir = Some(std::path::absolute(folder)?);
            }
            _ => bail!("usage: {USAGE}"),
        }
    }
    ensure!(
        !(options.is_demo && options.is_release),
        "--demo signs in by itself, and only a debug build can: leave --release or --demo out"
    );
    Ok(options)
}

/// Made-up people never mix with a real station.
fn fresh_folder(chosen: Option<PathBuf>) -> Result<PathBuf> {
    let own = || std::env::temp_dir().join(format!("fengxiang-demo-{}", std::process::id()));
    let folder = chosen.unwrap_or_else(own);
    let is_fresh = ["desk.db", "desk.keys"].iter().all(|file| !folder.join(file).exists());
    ensure!(is_fresh, "a station stands in {} already: --demo needs a fresh folder", folder.display());
    Ok(folder)
}

fn fill_demo(folder: &Path) -> Result<()> {
    println!("filling {} with a month of a made-up station", folder.display());
    let mut demo =
        command("cargo", &["run", "--quiet", "--locked", "-p", "fengxiang-tests", "--bin", "fengxiang-demo"]);
    demo.arg("--").arg(folder).arg(DEMO_PASSWORD);
    run_command(demo)?;
    println!("the demo's manager signs in with: {DEMO_PASSWORD}");
    println!("to see it again: cargo xtask run --data-dir {}", folder.display());
    Ok(())
}

/// Builds the window's pages.
pub fn build_ui() -> Result<()> {
    run_command(npm(&["run", "--silent", "build"]))
}

/// Builds window and program; returns the program's path.
pub fn build(is_release: bool) -> Result<PathBuf> {
    build_ui()?;
    let mut build = command("cargo", &["build", "--locked", "-p", "fengxiang-desk-app"]);
    if is_release {
        build.arg("--release");
    }
    run_command(build)?;
    Ok(target_dir().join(if is_release { "release" } else { "debug" }).join("fengxiang"))
}

/// Shows the window until it is closed, or until somebody stops us: then it closes too.
fn show(app: Command) -> Result<()> {
    let is_stopped = stop_flag()?;
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| std::env::var_os(v).is_some());
    let display = if has_display { None } else { Some(Display::open()?) };
    let program = PathBuf::from(app.get_program());
    let mut window = Ended::start(&mut on_display(app, display.as_ref()))?;
    let mut pictured_at = Instant::now();
    while !is_stopped.load(Ordering::Relaxed) {
        if let Some(status) = window.status()? {
            ensure!(status.success(), "the window ended with {status}");
            return Ok(());
        }
        if let (Some(display), true) = (&display, pictured_at.elapsed() > PICTURE_EVERY) {
            display.keep_picture();
            pictured_at = Instant::now();
        }
        std::thread::sleep(LOOK_EVERY);
    }
    window.close(&program);
    Ok(())
}

/// A machine without a display has no session bus either.
fn on_display(app: Command, display: Option<&Display>) -> Command {
    let Some(display) = display else { return app };
    let picture = Display::picture();
    println!(
        "no display here: the window runs under Xvfb {}; its picture is kept at {}",
        display.name,
        picture.display()
    );
    let mut session = Command::new("dbus-run-session");
    session.arg("--").arg(app.get_program()).env("DISPLAY", &display.name);
    session.envs(app.get_envs().filter_map(|(name, value)| Some((name, value?))));
    session
}

fn stop_flag() -> Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_release_build_shows_no_demo() {
        let parsed = |words: &[&str]| parse(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert!(parsed(&["--demo"]).is_ok() && parsed(&["--release"]).is_ok());
        let refusal = parsed(&["--release", "--demo"]).err().map(|e| e.to_string());
        assert!(refusal.is_some_and(|text| text.contains("only a debug build")));
    }
}
