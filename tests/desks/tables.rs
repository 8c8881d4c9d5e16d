//! What a desk shows, read straight from its file: every column that a kind carries.

use anyhow::Result;
use fengxiang_desk::kinds::KINDS;
use fengxiang_desk::{DATABASE_FILE, Desk};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// One line per row of every shared table, in order.
pub fn shown(desk: &Desk, folder: &Path) -> Result<Vec<String>> {
    let connection = open(desk, folder)?;
    let mut lines = Vec::new();
    for kind in KINDS {
        let mut names = vec!["id"];
        names.extend(kind.fields.iter().flat_map(|field| field.columns).map(|column| column.name));
        // What a removed row held stands in the table of whoever had it, and is shown nowhere.
        let shown = if kind.can_be_removed { "WHERE is_alive = 1" } else { "" };
        let sql = format!("SELECT {} FROM {} {shown} ORDER BY id", names.join(", "), kind.table);
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map([], |r| {
            let cells: Vec<Value> = (0..names.len()).map(|at| r.get(at)).collect::<Result<_, _>>()?;
            Ok(format!("{} {cells:?}", kind.name))
        })?;
        lines.extend(rows.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(lines)
}

/// The file beside the desk that has it open, to read only.
pub fn open(desk: &Desk, folder: &Path) -> Result<Connection> {
    let connection = connect(desk, folder, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Changes the file behind its desk's back, as a fault of a program would. Returns how many rows.
pub fn change(desk: &Desk, folder: &Path, sql: &str) -> Result<usize> {
    Ok(connect(desk, folder, OpenFlags::SQLITE_OPEN_READ_WRITE)?.execute(sql, [])?)
}

fn connect(desk: &Desk, folder: &Path, flags: OpenFlags) -> Result<Connection> {
    let (_, key) = desk.station_secrets()?;
    let hex: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let connection = Connection::open_with_flags(folder.join(DATABASE_FILE), flags)?;
    connection
        .execute_batch(&format!("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256; PRAGMA key = \"x'{hex}'\";"))?;
    Ok(connection)
}
