//! A hub on a real database beside the one in memory: the same requests must get the same answers, and two databases must
//! end with the same tables.

use anyhow::{Context, Result};
use fengxiang_hub::store::postgres::PostgresStore;
use fengxiang_hub::store::sqlite::SqliteStore;
use fengxiang_hub::store::{Failed, Store, Tx, read, transact};
use postgres::{Client, NoTls};
use std::fmt::Debug;
use std::path::PathBuf;
use tempfile::TempDir;

/// Every table, and by which columns behind the district its rows are told apart.
const TABLES: [(&str, &str); 9] = [
    ("hub", "district"),
    ("partition_head", "partition"),
    ("stored_row", "partition, kind, id"),
    ("row_bucket", "partition, kind, first_byte"),
    ("replica", "replica"),
    ("receipt", "replica, number"),
    ("edit", "partition, first_hash"),
    ("erase_order", "ordinal"),
    ("erased_subject", "partition, subject"),
];
const HOME: &str = "home";

/// A row of a table: each column but the district, as text.
pub type Line = Vec<String>;

pub trait Twin {
    fn store(&self) -> &dyn Store;
    /// Takes the place of the backup before.
    fn back_up(&mut self) -> Result<()>;
    /// Puts the backup back, the ledger of erase orders too.
    fn put_back(&mut self) -> Result<()>;
    /// All that the database holds, in the order of its keys.
    fn tables(&mut self) -> Result<Vec<(&'static str, Vec<Line>)>>;
}

/// What a request does with an open transaction.
pub type Asked<'a, A> = &'a dyn Fn(&mut dyn Tx) -> Result<A, Failed>;

/// Asks the same of every twin. A different answer is a failure.
pub fn ask<A: PartialEq + Debug>(twins: &[Box<dyn Twin>], is_reading: bool, asked: Asked<A>, wanted: &A) {
    for twin in twins {
        let answer = if is_reading {
            read(twin.store(), &mut |tx| asked(tx))
        } else {
            transact(twin.store(), &mut |tx| asked(tx))
        };
        assert_eq!(&answer.expect("a database answers"), wanted, "a database answers otherwise than memory");
    }
}

/// A restored hub has another epoch, and the ledger as it was before.
pub fn restore(twins: &mut [Box<dyn Twin>], epoch: u64) -> Result<()> {
    for twin in twins {
        let orders = read(twin.store(), &mut |tx| tx.list_orders(0))?;
        twin.put_back()?;
        transact(twin.store(), &mut |tx| {
            tx.put_epoch(epoch)?;
            let kept = usize::try_from(tx.count_orders()?).unwrap_or(usize::MAX);
            orders.iter().skip(kept).try_for_each(|order| tx.add_order(order))
        })?;
    }
    Ok(())
}

/// An SQLite file and its copy.
pub struct FileTwin {
    folder: TempDir,
    store: Option<SqliteStore>,
}

impl FileTwin {
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = Some(SqliteStore::open(&folder.path().join("hub.db"), HOME)?);
        Ok(Self { folder, store })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Twin for FileTwin {
    fn store(&self) -> &dyn Store {
        self.store.as_ref().expect("the file is open but while it is put back")
    }

    fn back_up(&mut self) -> Result<()> {
        let store = self.store.as_ref().context("the file is open")?;
        Ok(store.back_up(&self.path("backup.db"))?)
    }

    fn put_back(&mut self) -> Result<()> {
        self.store = None;
        for beside in ["hub.db-wal", "hub.db-shm"] {
            let _ = std::fs::remove_file(self.path(beside));
        }
        std::fs::copy(self.path("backup.db"), self.path("hub.db"))?;
        self.store = Some(SqliteStore::open(&self.path("hub.db"), HOME)?);
        Ok(())
    }

    fn tables(&mut self) -> Result<Vec<(&'static str, Vec<Line>)>> {
        let connection = rusqlite::Connection::open(self.path("hub.db"))?;
        let read = |(table, order): (&'static str, &str)| {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
            let columns = statement.column_count();
            let line = |r: &rusqlite::Row| (1..columns).map(|at| Ok(file_text(r.get_ref(at)?))).collect();
            let lines = statement.query_map([], line)?.collect::<Result<_, _>>()?;
            Ok((table, lines))
        };
        TABLES.into_iter().map(read).collect()
    }
}

fn file_text(value: rusqlite::types::ValueRef) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => "-".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{bytes:?}"),
    }
}

/// A district of a server, and another that holds its copy.
pub struct ServerTwin {
    store: PostgresStore,
    client: Client,
    district: String,
}

impl ServerTwin {
    pub fn new(address: &str, district: &str) -> Result<Self> {
        let store = PostgresStore::open(address, district)?;
        Ok(Self { store, client: Client::connect(address, NoTls)?, district: district.to_owned() })
    }

    /// Makes one district hold what another does, and nothing else.
    fn copy(&mut self, from: &str, to: &str) -> Result<()> {
        let mut transaction = self.client.transaction()?;
        for (table, _) in TABLES {
            let sql = "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns
                       WHERE table_name = $1 AND column_name <> 'district'";
            let columns: String = transaction.query_one(sql, &[&table])?.get(0);
            transaction.execute(&format!("DELETE FROM {table} WHERE district = $1"), &[&to])?;
            let sql = format!(
                "INSERT INTO {table} (district, {columns}) SELECT $2, {columns} FROM {table} WHERE district = $1"
            );
            transaction.execute(&sql, &[&from, &to])?;
        }
        Ok(transaction.commit()?)
    }

    fn backup_district(&self) -> String {
        format!("{}-backup", self.district)
    }
}

impl Twin for ServerTwin {
    fn store(&self) -> &dyn Store {
        &self.store
    }

    fn back_up(&mut self) -> Result<()> {
        self.copy(&self.district.clone(), &self.backup_district())
    }

    fn put_back(&mut self) -> Result<()> {
        self.copy(&self.backup_district(), &self.district.clone())
    }

    fn tables(&mut self) -> Result<Vec<(&'static str, Vec<Line>)>> {
        let mut tables = Vec::new();
        for (table, order) in TABLES {
            let sql = format!("SELECT * FROM {table} WHERE district = $1 ORDER BY {order}");
            let lines = self.client.query(&sql, &[&self.district])?;
            tables.push((table, lines.iter().map(server_line).collect()));
        }
        Ok(tables)
    }
}

fn server_line(row: &postgres::Row) -> Line {
    (1..row.len()).map(|at| server_text(row, at)).collect()
}

fn server_text(row: &postgres::Row, at: usize) -> String {
    let text = match row.columns()[at].type_().name() {
        "int8" => row.get::<_, Option<i64>>(at).map(|n| n.to_string()),
        "int2" => row.get::<_, Option<i16>>(at).map(|n| n.to_string()),
        "text" => row.get(at),
        "bytea" => row.get::<_, Option<&[u8]>>(at).map(|bytes| format!("{bytes:?}")),
        other => unreachable!("no column is of type {other}"),
    };
    text.unwrap_or_else(|| "-".into())
}
