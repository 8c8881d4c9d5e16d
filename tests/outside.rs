//! What a desk is handed from outside, for tests that run it as a person would: this machine's clock and randomness, a
//! host without dialogs, a station set up through the commands.

use anyhow::{Context, Result, anyhow, bail};
use fengxiang_commands::api::Failure;
use fengxiang_commands::{App, FileKind, Host, SecretPlace};
use fengxiang_desk::outside::{Clock, Ids};
use fengxiang_desk::{DATABASE_FILE, Surroundings};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

pub const PASSWORD: &str = "three bees over nine bridges";

struct WallClock;

/// Randomness that remembers what could be a database key.
#[derive(Default)]
struct Remembering(Mutex<Vec<[u8; 32]>>);

struct NoDialogs;

/// A station in a folder, and the raw key that its database was made with.
pub struct Station {
    pub folder: PathBuf,
    pub key: String,
}

impl Clock for WallClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

impl Ids for Remembering {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("this machine has randomness");
        if let Ok(key) = <[u8; 32]>::try_from(&*bytes) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(key);
        }
    }
}

impl Host for NoDialogs {
    fn choose_save(&self, _name: &str) -> Option<PathBuf> {
        None
    }

    fn choose_open(&self, _kind: FileKind) -> Option<PathBuf> {
        None
    }

    fn show(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn secret_place(&self) -> SecretPlace {
        SecretPlace::File
    }

    fn find_secret(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn keep_secret(&self, _secret: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn drop_secret(&self) -> io::Result<()> {
        Ok(())
    }
}

/// This machine's clock and randomness.
pub fn surroundings() -> Surroundings {
    Surroundings { clock: Arc::new(WallClock), ids: Arc::new(Remembering::default()) }
}

/// The application on a data directory, nobody signed in.
pub fn app(folder: &Path, around: Surroundings) -> App {
    App::new(folder.to_owned(), around, Arc::new(NoDialogs))
}

/// The application with the manager signed in.
pub fn signed_in(folder: &Path, around: Surroundings) -> Result<App, Failure> {
    let app = app(folder, around);
    app.call("store_open", json!({ "password": PASSWORD }))?;
    Ok(app)
}

/// Calls a command that must succeed.
pub fn ask(app: &App, name: &str, request: Value) -> Result<Value> {
    let answer = app.call(name, request).map_err(|f| anyhow!("{name}: {} {:?}", f.code, f.params))?;
    Ok(answer.value)
}

/// Sets a station up through the commands.
pub fn found(folder: &Path) -> Result<Station> {
    let ids = Arc::new(Remembering::default());
    let around = Surroundings { clock: Arc::new(WallClock), ids: ids.clone() };
    let app = app(folder, around);
    ask(
        &app,
        "station_found",
        json!({
            "code": "GX03", "name": "试用广场能量站", "level": "core", "address": "试用路 1 号", "opening_rules": [],
            "manager_name": "站长甲", "password": PASSWORD, "opening_balances": [],
        }),
    )?;
    drop(app);
    let keys = ids.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let hex = |key: [u8; 32]| key.iter().map(|b| format!("{b:02x}")).collect::<String>();
    for key in keys.into_iter().map(hex) {
        let station = Station { folder: folder.to_owned(), key };
        if station.read().is_ok() {
            return Ok(station);
        }
    }
    bail!("none of the keys that were drawn opens the database")
}

impl Station {
    pub fn database(&self) -> PathBuf {
        self.folder.join(DATABASE_FILE)
    }

    /// A connection of our own to look into the file beside the program under test.
    pub fn read(&self) -> Result<Connection> {
        open_raw(&self.database(), &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// The same station in another folder.
    pub fn copy_to(&self, folder: &Path) -> Result<Station> {
        copy_folder(&self.folder, folder)?;
        Ok(Station { folder: folder.to_owned(), key: self.key.clone() })
    }
}

/// Opens an encrypted file by its raw key.
pub fn open_raw(file: &Path, key: &str, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(file, flags)?;
    connection
        .execute_batch(&format!("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256; PRAGMA key = \"x'{key}'\";"))?;
    connection
        .query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get::<_, i64>(0))
        .context("a key that fits")?;
    Ok(connection)
}

/// Copies the files of a folder, not its folders.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for file in std::fs::read_dir(from)? {
        let file = file?;
        if file.file_type()?.is_file() {
            std::fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(())
}

/// Numbers for tests that must be repeatable.
pub struct Dice(fastrand::Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    pub fn roll(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// A number below the limit, which must not be 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.u64(..limit)
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.0.usize(..list.len())]
    }
}
