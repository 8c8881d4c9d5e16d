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
    let is_fresh = std::fs::read_dir(&folder).map_or(true, |mut files| files.next().is_none());
    ensure!(is_fresh, "{} is not empty: --demo needs a fresh folder", folder.display());
    Ok(folder)
}

fn fill_demo(folder: &Path) -> Result<()> {
    println!("building what fills the demo: some minutes the first time");
    run_command(command("cargo", &["build", "--locked", "-p", "fengxiang-tests", "--bin", "fengxiang-demo"]))?;
    println!("filling {} with a month of a made-up station: about a minute", folder.display());
    fill_whole(folder, |half| {
        let mut demo = command(&target_dir().join("debug/fengxiang-demo").to_string_lossy(), &[]);
        demo.arg(half).arg(DEMO_PASSWORD);
        run_command(demo)
    })?;
    println!("the demo's manager signs in with: {DEMO_PASSWORD}");
    println!("to see it again: cargo xtask run --data-dir {}", folder.display());
    Ok(())
}

/// Fills a folder beside and renames it when it is whole: what was cut off stands in nobody's way.
fn fill_whole(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let half = folder.with_added_extension("half");
    if half.exists() {
        println!("an earlier demo was cut off: removing {}", half.display());
        std::fs::remove_dir_all(&half)?;
    }
    fill(&half)?;
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    // An empty folder gives way; one with files of somebody stays, and the rename says so.
    if folder.exists() {
        std::fs::remove_dir(folder).with_context(|| format!("{} is not empty", folder.display()))?;
    }
    std::fs::rename(&half, folder).with_context(|| format!("moving the demo to {}", folder.display()))
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
    use super::{fill_whole, fresh_folder, parse};
    use anyhow::bail;
    use std::fs;

    #[test]
    fn a_demo_that_was_cut_off_stands_in_nobodys_way() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("demo");
        let cut = fill_whole(&folder, |half| {
            fs::create_dir_all(half)?;
            fs::write(half.join("desk.db"), "half a month")?;
            bail!("cut off")
        });
        assert!(cut.is_err() && !folder.exists());
        assert_eq!(fresh_folder(Some(folder.clone())).unwrap(), folder);
        fill_whole(&folder, |half| {
            assert!(!half.exists(), "nothing of the first try is left");
            fs::create_dir_all(half)?;
            Ok(fs::write(half.join("desk.db"), "a month")?)
        })
        .unwrap();
        assert_eq!(fs::read_to_string(folder.join("desk.db")).unwrap(), "a month");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(fresh_folder(Some(folder)).is_err(), "a station is never filled over");
    }

    #[test]
    fn a_release_build_shows_no_demo() {
        let parsed = |words: &[&str]| parse(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert!(parsed(&["--demo"]).is_ok() && parsed(&["--release"]).is_ok());
        let refusal = parsed(&["--release", "--demo"]).err().map(|e| e.to_string());
        assert!(refusal.is_some_and(|text| text.contains("only a debug build")));
    }
}
