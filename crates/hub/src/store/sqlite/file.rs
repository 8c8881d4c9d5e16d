//! The file: opening it, and its safety settings.

use super::ladder::LADDER;
use crate::store::Failed;
use rusqlite::{Connection, OpenFlags, named_params};
use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

/// Below this version the WAL-reset bug can lose commits.
const SQLITE_MIN: i32 = 3_051_003;
/// How long one process waits for another: an operator's command beside the hub that serves.
const BUSY: Duration = Duration::from_secs(5);
/// KiB per connection.
const WRITER_CACHE_KIB: i64 = 64 << 10;
const READER_CACHE_KIB: i64 = 16 << 10;
/// A statement is compiled once per connection and kept.
const STATEMENTS_KEPT: usize = 64;

pub fn connect_writer(path: &Path, district: &str) -> Result<Connection, Failed> {
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    if rusqlite::version_number() < SQLITE_MIN {
        return Err(Failed::Broken(format!("SQLite {} may lose commits", rusqlite::version())));
    }
    // Before any pragma writes to a file that may be another program's.
    let version = LADDER.recognise(&connection)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    if pragma(&connection, "synchronous")? != 2 {
        return Err(Failed::Broken("commits would not be durable".into()));
    }
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    LADDER.bring_up(&mut connection, path, version)?;
    let sql = "INSERT INTO hub (district, epoch) VALUES (:district, 1) ON CONFLICT DO NOTHING";
    connection.execute(sql, named_params! { ":district": district })?;
    Ok(connection)
}

pub fn connect_reader(path: &Path) -> Result<Connection, Failed> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Failed> {
    let opened = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = opened.map_err(|e| Failed::Broken(format!("opening {}: {e}", path.display())))?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

/// A copy that is whole: it has its name only when it lies on the disk.
pub fn copy(connection: &Connection, to: &Path) -> Result<(), Failed> {
    let part = to.with_added_extension("part");
    let _ = fs::remove_file(&part);
    connection.execute("VACUUM INTO :target", named_params! { ":target": part.to_string_lossy() })?;
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_kept = || {
        File::open(&part)?.sync_all()?;
        fs::rename(&part, to)?;
        File::open(folder)?.sync_all()
    };
    is_kept().map_err(|e: std::io::Error| Failed::Broken(format!("copying to {}: {e}", to.display())))
}

pub fn pragma(connection: &Connection, name: &str) -> Result<i64, Failed> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |r| r.get(0))?)
}
