//! The hub's program as a process of its own, on a database that outlives it, always at the same address.

use super::{Joined, join_at, station};
use crate::cluster;
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// For a process that was asked to stop.
const STOP_TRIES: u32 = 1_000;

pub struct Program {
    pub address: String,
    pub database: String,
    executable: PathBuf,
    listen: String,
    serving: Option<Child>,
}

/// The address of an empty database on this run's server.
pub fn new_database(name: &str) -> Result<String> {
    let mut client = postgres::Client::connect(&cluster::address(), postgres::NoTls)?;
    client.batch_execute(&format!("CREATE DATABASE {name}"))?;
    Ok(cluster::address_of(name))
}

impl Program {
    pub fn new(executable: &Path, database: &str) -> Result<Self> {
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let address = format!("http://{listen}");
        let (executable, database) = (executable.to_owned(), database.to_owned());
        Ok(Self { address, database, executable, listen, serving: None })
    }

    /// A command of its operator, to be waited for.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.executable);
        command.args(arguments).args(["--database", &self.database, "--listen", &self.listen]);
        command.env("FENGXIANG_HUB_LOG", "error").stdin(Stdio::null());
        command
    }

    /// Runs a command of its operator and returns what it printed.
    pub fn operate(&self, arguments: &[&str]) -> Result<String> {
        let done = self.command(arguments).output()?;
        let told = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "{arguments:?}: {told}");
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Returns when it listens.
    pub fn serve(&mut self) -> Result<()> {
        let command = self.command(&["serve"]);
        self.serve_as(command)
    }

    /// The same, everything that it logs going into a file.
    pub fn serve_telling(&mut self, log: &Path) -> Result<()> {
        let mut command = self.command(&["serve"]);
        command.env("FENGXIANG_HUB_LOG", "trace").stderr(std::fs::File::create(log)?);
        self.serve_as(command)
    }

    fn serve_as(&mut self, mut command: Command) -> Result<()> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is ours")?).read_line(&mut line)?;
        self.serving = Some(child);
        ensure!(line.starts_with("listening at "), "it does not serve: {line}");
        Ok(())
    }

    /// Of the process that serves.
    pub fn pid(&self) -> Option<u32> {
        self.serving.as_ref().map(Child::id)
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.serving.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to stop and waits until it did.
    pub fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.serving.take() else { return Ok(()) };
        ensure!(Command::new("kill").arg(child.id().to_string()).status()?.success(), "it was gone");
        for _ in 0..STOP_TRIES {
            if let Some(status) = child.try_wait()? {
                ensure!(status.success(), "it ended with {status}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill()?;
        anyhow::bail!("it does not stop")
    }

    /// The first desk of a new station, invited by the operator.
    pub async fn join_station(&self, number: u8) -> Result<Joined> {
        let printed = self.operate(&["invite", "--new-station"])?;
        let code = printed.split(' ').nth(1).context("a code is printed")?;
        join_at(&self.address, code, Some((station(number), format!("GX{number:02}")))).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
