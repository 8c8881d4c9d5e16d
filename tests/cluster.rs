//! A PostgreSQL server of this test run's own, on a free port: made when the first test asks, gone with the process, however
//! that ends. Where there is none, the tests that need it fail and say so.

use anyhow::{Context, Result, bail, ensure};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// Where Debian's package puts the programs of a version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Ten a second.
const START_TRIES: u32 = 300;
/// The server, until the process that holds the other end of its input is gone. Then the files go too.
const KEEP: &str = r#"
    cd "$1"
    "$2/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >initdb.log 2>&1 || exit 1
    "$2/postgres" -D data -k "$1" -p "$3" -c listen_addresses=127.0.0.1 >server.log 2>&1 &
    read -r _
    kill -INT $!
    wait $!
    rm -rf "$1"
"#;

/// A server that runs.
pub struct Cluster {
    port: u16,
    /// Its input stays open as long as this process.
    keeper: Child,
}

/// The address of the database that is always there, on the server of this process.
pub fn address() -> String {
    address_of("postgres")
}

/// The address of a database on the server of this process.
pub fn address_of(database: &str) -> String {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(|| Cluster::start().map_err(|e| format!("{e:#}")));
    match cluster {
        Ok(cluster) => cluster.address(database),
        Err(why) => {
            panic!("NOT PROVEN ON POSTGRESQL: {why}. `cargo xtask test` installs Debian's package `postgresql`.")
        }
    }
}

impl Cluster {
    fn start() -> Result<Self> {
        let programs = newest_programs()?;
        let folder = tempfile::Builder::new().prefix("fengxiang-postgres-").tempdir()?.keep();
        // initdb refuses root: there it runs as the user that Debian's package made.
        let is_root = run("id", &["-u"])? == "0";
        if is_root {
            run("chown", &["postgres", &folder.to_string_lossy()])?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut keeper = as_postgres(is_root);
        keeper.args(["sh", "-c", KEEP, "keeper"]).arg(&folder).arg(&programs).arg(port.to_string());
        let keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut cluster = Self { port, keeper: keeper.spawn().context("starting the server")? };
        cluster.wait_until_ready(&programs, &folder)?;
        Ok(cluster)
    }

    fn address(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn wait_until_ready(&mut self, programs: &Path, folder: &Path) -> Result<()> {
        for _ in 0..START_TRIES {
            let ready = Command::new(programs.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()?;
            if ready.success() {
                return Ok(());
            }
            if self.keeper.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = |name| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        bail!("the server did not start: {}{}", log("initdb.log"), log("server.log"))
    }
}

fn as_postgres(is_root: bool) -> Command {
    let mut command = Command::new(if is_root { "setpriv" } else { "env" });
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command
}

fn newest_programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).context("no PostgreSQL is installed")?;
    let with_number = |path: PathBuf| Some((path.file_name()?.to_str()?.parse::<u32>().ok()?, path.join("bin")));
    let found = versions.filter_map(|entry| with_number(entry.ok()?.path()));
    let found = found.filter(|(_, programs)| programs.join("initdb").exists()).max();
    Ok(found.context("no PostgreSQL is installed")?.1)
}

fn run(program: &str, arguments: &[&str]) -> Result<String> {
    let done = Command::new(program).args(arguments).output().with_context(|| format!("running {program}"))?;
    ensure!(done.status.success(), "{program} failed: {}", String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}
