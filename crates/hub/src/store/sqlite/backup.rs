//! Backups of the file: made while others write, and put back in one transaction.

use super::file::{self, pragma};
use super::{SqliteStore, SqliteTx};
use crate::store::{Deciding, Failed, Tx, backup};
use rusqlite::{Connection, params};
use std::fs;
use std::path::{Path, PathBuf};

/// How the backup is called beside the file that it is put into.
const ATTACHED: &str = "backup.";

/// A copy of one moment, read again before it gets its name.
pub fn back_up(reader: &Connection, to: &Path) -> Result<(), Failed> {
    file::copy(reader, to)?;
    check(&file::connect_reader(to)?)
}

/// Reads the backup from a copy, which may climb to the newest schema: the backup itself is not touched.
pub fn restore(store: &SqliteStore, from: &Path, epoch_min: u64, decide: &mut Deciding<()>) -> Result<u64, Failed> {
    let copy = Copy::of(from, store.path.with_added_extension("restoring"))?;
    let source = file::connect_writer(&copy.0, &store.district)?;
    check(&source)?;
    drop(source);
    let connection = file::connect_writer(&store.path, &store.district)?;
    connection.execute("ATTACH DATABASE ?1 AS backup", params![copy.0.to_string_lossy()])?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for sql in backup::statements(ATTACHED) {
        connection.execute(&sql, params![store.district])?;
    }
    let last: i64 = connection.query_row(&backup::last_epoch(ATTACHED), params![store.district], |r| r.get(0))?;
    let epoch = epoch_min.max(last.cast_unsigned() + 1);
    let mut tx: SqliteTx = store.tx(&connection);
    tx.put_epoch(epoch)?;
    decide(&mut tx)?;
    // Whatever fails before this line is rolled back with the connection.
    connection.execute_batch("COMMIT")?;
    Ok(epoch)
}

/// What SQLite itself finds wrong with a file.
fn check(connection: &Connection) -> Result<(), Failed> {
    let told: String = connection.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    match told.as_str() {
        "ok" if pragma(connection, "user_version")? > 0 => Ok(()),
        "ok" => Err(Failed::Broken("the backup is empty".into())),
        _ => Err(Failed::Broken(format!("the backup is damaged: {told}"))),
    }
}

/// A file that is gone when it is dropped, with what SQLite lays beside it.
struct Copy(PathBuf);

impl Copy {
    fn of(from: &Path, to: PathBuf) -> Result<Self, Failed> {
        let copy = Self(to);
        copy.remove();
        let copied = fs::copy(from, &copy.0);
        copied.map_err(|e| Failed::Broken(format!("reading {}: {e}", from.display())))?;
        Ok(copy)
    }

    fn remove(&self) {
        for name in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(name);
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.remove();
    }
}
