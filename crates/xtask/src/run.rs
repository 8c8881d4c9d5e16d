//! `cargo xtask run`: set-up, build, window. Without a display the window lives under Xvfb and its picture in a file.

use crate::setup;
use crate::shell::{command, npm, run as run_command, target_dir};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub const USAGE: &str = "cargo xtask run [--data-dir DIR] [--release]";
const SCREEN: &str = "1366x768x24";
const PICTURE_EVERY: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Options {
    data_dir: Option<PathBuf>,
    is_release: bool,
}

pub fn run(arguments: &[String]) -> Result<()> {
    let options = parse(arguments)?;
    setup::everything()?;
    let program = build(options.is_release)?;
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| std::env::var_os(v).is_some());
    if has_display { run_command(with_data(Command::new(program), &options)) } else { run_unseen(&program, &options) }
}

fn parse(arguments: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--release" => options.is_release = true,
            "--data-dir" => {
                let folder = rest.next().context("--data-dir needs a folder")?;
                options.data_dir = Some(std::path::absolute(folder)?);
            }
            _ => bail!("usage: {USAGE}"),
        }
    }
    Ok(options)
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

fn with_data(mut app: Command, options: &Options) -> Command {
    if let Some(folder) = &options.data_dir {
        app.env("FENGXIANG_DATA_DIR", folder);
    }
    app
}

fn run_unseen(program: &Path, options: &Options) -> Result<()> {
    let (display, _screen) = start_display()?;
    let picture = target_dir().join("window.png");
    println!("no display here: the window runs under Xvfb {display}; its picture is kept at {}", picture.display());
    let mut app = Command::new("dbus-run-session");
    app.arg("--").arg(program).env("DISPLAY", &display);
    let mut window = with_data(app, options).spawn().context("starting the window")?;
    loop {
        std::thread::sleep(PICTURE_EVERY);
        if let Some(status) = window.try_wait()? {
            return if status.success() { Ok(()) } else { bail!("the window ended with {status}") };
        }
        let _ = Command::new("import").args(["-display", &display, "-window", "root"]).arg(&picture).status();
    }
}

/// Xvfb picks a free display itself and tells its number when it stands.
fn start_display() -> Result<(String, Stopped)> {
    let mut xvfb = Command::new("Xvfb");
    xvfb.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]).stdout(Stdio::piped());
    let mut screen = Stopped(xvfb.stderr(Stdio::null()).spawn().context("starting Xvfb")?);
    let mut number = String::new();
    BufReader::new(screen.0.stdout.as_mut().context("Xvfb's output")?).read_line(&mut number)?;
    Ok((format!(":{}", number.trim()), screen))
}

/// A process that ends with its owner.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
