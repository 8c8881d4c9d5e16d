//! A connection to the encrypted file: its key, its pragmas and the gates before it is trusted. Knows no table.

use super::check::check_connection;
use super::migrate::{APPLICATION_ID, LADDER};
use crate::error::DeskError;
use crate::keys::Key;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for another connection before it gives up.
const BUSY: Duration = Duration::from_secs(5);
/// Each page is authenticated by HMAC-SHA256, for which processors have instructions; SQLCipher's own SHA-512 took half of a
/// commit. The default of the process, so that copies by `VACUUM INTO` are alike.
const CIPHER: &str = "PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256;";
/// Pages that stay decrypted between two readings, in KiB per connection.
const CACHE_KIB: i64 = 16 << 10;
/// Below this version the WAL-reset bug can lose commits.
const SQLITE_MIN: i32 = 3_051_003;
/// A statement is compiled once per connection and kept: at the counter compiling costs more than running.
const STATEMENTS_KEPT: usize = 128;
/// A file up to this size is read whole and checked at every opening (about 0.2 s); a larger one when it is backed up and
/// when the manager checks the trail. Each page that is read is authenticated in any case.
const CHECKED_AT_OPEN_MAX_BYTES: u64 = 16 << 20;

pub(super) fn open_checked(path: &Path, key: &Key) -> Result<Connection, DeskError> {
    let connection = connect_writer(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    LADDER.climb(&connection, path)?;
    if std::fs::metadata(path)?.len() <= CHECKED_AT_OPEN_MAX_BYTES {
        check_connection(&connection)?;
    }
    Ok(connection)
}

/// From now on closing may move the WAL into the database.
pub(super) fn settle(connection: &Connection) -> Result<(), DeskError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

pub(super) fn connect_writer(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection, DeskError> {
    let connection = connect(path, key, flags)?;
    // Until every gate is passed, closing must not move a damaged WAL into the database.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    check_library(&connection)?;
    // The first read proves the key; only then may a pragma write to the file.
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0))?;
    if tables > 0 && pragma(&connection, "application_id")? != APPLICATION_ID {
        return Err(DeskError::ForeignDatabase);
    }
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
    )?;
    check_pragmas(&connection)?;
    Ok(connection)
}

pub(super) fn connect_reader(path: &Path, key: &Key) -> Result<Connection, DeskError> {
    let connection = connect(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn connect(path: &Path, key: &Key, flags: OpenFlags) -> Result<Connection, DeskError> {
    if !flags.contains(OpenFlags::SQLITE_OPEN_CREATE) && !path.exists() {
        return Err(DeskError::DatabaseMissing);
    }
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    #[cfg(feature = "bench")]
    if is_plain(path) {
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        return Ok(connection);
    }
    let hex: String = key.bytes().iter().map(|b| format!("{b:02x}")).collect();
    connection.execute_batch(&format!("{CIPHER} PRAGMA key = \"x'{hex}'\";"))?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

/// Whether a file is SQLite without encryption. For the benchmark that compares both; no shipped program asks.
#[cfg(feature = "bench")]
fn is_plain(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 16];
    std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut head)).is_ok() && &head == b"SQLite format 3\0"
}

fn check_library(connection: &Connection) -> Result<(), DeskError> {
    let cipher: String = connection.query_row("PRAGMA cipher_version", [], |r| r.get(0))?;
    if rusqlite::version_number() < SQLITE_MIN || cipher.is_empty() {
        return Err(DeskError::Store(format!("sqlite {} cipher {cipher:?}", rusqlite::version())));
    }
    Ok(())
}

fn check_pragmas(connection: &Connection) -> Result<(), DeskError> {
    let journal: String = connection.query_row("PRAGMA journal_mode", [], |r| r.get(0))?;
    let is_durable =
        journal == "wal" && pragma(connection, "synchronous")? == 2 && pragma(connection, "foreign_keys")? == 1;
    if is_durable { Ok(()) } else { Err(DeskError::Store(format!("journal {journal} is not durable"))) }
}

pub(super) fn pragma(connection: &Connection, name: &str) -> Result<i64, DeskError> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |r| r.get(0))?)
}
