//! A display for machines that have none, and programs that end when their owner does.

use crate::shell::target_dir;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const SCREEN: &str = "1366x768x24";
/// A desk that was asked to close has put everything away long before.
const CLOSING: Duration = Duration::from_secs(5);

/// A process group: a session bus starts services of its own, and they shall end too. Terminated and not killed,
/// because a killed `dbus-run-session` leaves its bus behind.
pub struct Ended(Child);

impl Ended {
    pub fn start(command: &mut Command) -> Result<Self> {
        Ok(Self(command.process_group(0).spawn().with_context(|| format!("starting {command:?}"))?))
    }

    pub fn status(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Asks the program to end by itself, also where a session bus stands between it and us; waits until it did.
    pub fn close(&mut self, program: &Path) {
        let id = self.0.id().to_string();
        let name = program.file_name().unwrap_or_default();
        let inner = Command::new("pkill").args(["-TERM", "-P", &id, "-x"]).arg(name).status();
        if !inner.is_ok_and(|s| s.success()) {
            let _ = Command::new("kill").args(["-TERM", &id]).status();
        }
        let asked_at = Instant::now();
        while asked_at.elapsed() < CLOSING && matches!(self.0.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", "--", &format!("-{}", self.0.id())]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// A screen that nobody looks at.
pub struct Display {
    pub name: String,
    _xvfb: Ended,
}

impl Display {
    /// Xvfb picks a free display itself and tells its number when it stands.
    pub fn open() -> Result<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]).stdout(Stdio::piped());
        let mut xvfb = Ended::start(xvfb.stderr(Stdio::null()))?;
        let mut number = String::new();
        BufReader::new(xvfb.0.stdout.as_mut().context("Xvfb's output")?).read_line(&mut number)?;
        Ok(Self { name: format!(":{}", number.trim()), _xvfb: xvfb })
    }

    /// Where the picture of this screen is kept.
    pub fn picture() -> PathBuf {
        target_dir().join("window.png")
    }

    /// Takes a picture; a reader never sees half of one.
    pub fn keep_picture(&self) {
        let (beside, picture) = (Self::picture().with_extension("new.png"), Self::picture());
        let mut import = Command::new("import");
        let taken = import.args(["-display", &self.name, "-window", "root"]).arg(&beside).status();
        if taken.is_ok_and(|s| s.success()) {
            let _ = std::fs::rename(beside, picture);
        }
    }
}
