//! The ladder of schemas: what a new file gets, and the steps an older one climbs. A newer file is refused, and a copy is
//! made before the first step. A released step is never changed; another is added.

use super::file::{copy, pragma};
use crate::store::Failed;
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};

/// "FXHB": tells our file from another program's.
const APPLICATION_ID: i64 = 0x4658_4842;

/// Step `n` climbs from schema `n + 1` to `n + 2`.
pub struct Ladder {
    pub schema: &'static str,
    pub steps: &'static [&'static str],
}

pub const LADDER: Ladder = Ladder { schema: include_str!("../schema-sqlite.sql"), steps: &[] };

impl Ladder {
    fn newest(&self) -> i64 {
        1 + i64::try_from(self.steps.len()).expect("steps are few")
    }

    /// The schema of a file, before anything writes to it; 0 of an empty one.
    pub fn recognise(&self, connection: &Connection) -> Result<i64, Failed> {
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |r| r.get(0))?;
        let version = pragma(connection, "user_version")?;
        let is_ours = pragma(connection, "application_id")? == APPLICATION_ID && version >= 1;
        match () {
            () if tables == 0 && version == 0 => Ok(0),
            () if !is_ours => Err(Failed::Broken("the file belongs to another program".into())),
            () if version > self.newest() => Err(Failed::Broken(format!("schema {version} is of a newer program"))),
            () => Ok(version),
        }
    }

    /// From the schema that was recognised to the newest one.
    pub fn bring_up(&self, connection: &mut Connection, path: &Path, version: i64) -> Result<(), Failed> {
        if version == 0 {
            return self.create(connection);
        }
        if version < self.newest() {
            copy(connection, &copy_name(path, version))?;
        }
        (version..self.newest()).try_for_each(|from| self.step(connection, from))
    }

    /// Two programs may find the same empty file: the second finds the schema there.
    fn create(&self, connection: &mut Connection) -> Result<(), Failed> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if self.recognise(&transaction)? == 0 {
            transaction.execute_batch(self.schema)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", self.newest())?;
        }
        Ok(transaction.commit()?)
    }

    /// One step is one transaction: a power cut leaves the schema before it or the one behind it.
    fn step(&self, connection: &mut Connection, from: i64) -> Result<(), Failed> {
        let sql = self.steps[usize::try_from(from - 1).expect("versions begin with 1")];
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", from + 1)?;
        Ok(transaction.commit()?)
    }
}

fn copy_name(path: &Path, version: i64) -> PathBuf {
    path.with_extension(format!("schema-{version}.db"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step that exists in tests only.
    const TALLER: Ladder = Ladder {
        schema: concat!(include_str!("../schema-sqlite.sql"), "ALTER TABLE hub ADD COLUMN colour TEXT;"),
        steps: &["ALTER TABLE hub ADD COLUMN colour TEXT;"],
    };
    const BROKEN: Ladder = Ladder { schema: "", steps: &["CREATE TABLE half (id TEXT) STRICT; CREATE NONSENSE;"] };

    fn open(path: &Path, ladder: &Ladder) -> Result<Connection, Failed> {
        let mut connection = Connection::open(path)?;
        let version = ladder.recognise(&connection)?;
        ladder.bring_up(&mut connection, path, version)?;
        Ok(connection)
    }

    fn schema(connection: &Connection) -> Vec<String> {
        let sql = "SELECT t.name || ' ' || c.name || ' ' || c.type || ' ' || c.pk FROM pragma_table_list t,
                   pragma_table_xinfo(t.name) c UNION ALL SELECT coalesce(sql, '') FROM sqlite_master
                   WHERE type <> 'table' UNION ALL SELECT 'version ' || user_version FROM pragma_user_version ORDER BY 1";
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_climbed_file_is_like_a_new_one_and_was_copied_before() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.db"), dir.path().join("new.db"));
        let before = schema(&open(&old, &LADDER).unwrap());
        let climbed = schema(&open(&old, &TALLER).unwrap());
        assert_eq!(climbed, schema(&open(&new, &TALLER).unwrap()));
        assert_ne!(climbed, before);
        assert_eq!(schema(&open(&copy_name(&old, 1), &LADDER).unwrap()), before);
        assert!(!copy_name(&new, 1).exists());
    }

    #[test]
    fn a_newer_or_foreign_file_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let (newer, foreign) = (dir.path().join("newer.db"), dir.path().join("foreign.db"));
        drop(open(&newer, &TALLER).unwrap());
        Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (id TEXT)").unwrap();
        for path in [&newer, &foreign] {
            let before = std::fs::read(path).unwrap();
            assert!(matches!(crate::store::sqlite::SqliteStore::open(path, "x"), Err(Failed::Broken(_))));
            assert_eq!(std::fs::read(path).unwrap(), before);
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_schema_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub.db");
        let before = schema(&open(&path, &LADDER).unwrap());
        assert!(open(&path, &BROKEN).is_err());
        assert_eq!(schema(&open(&path, &LADDER).unwrap()), before);
        assert!(copy_name(&path, 1).exists());
    }
}
