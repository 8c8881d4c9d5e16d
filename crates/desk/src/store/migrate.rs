//! The ladder of schemas: what a new file gets, and the steps an older one climbs. A newer file is refused, and a copy
//! is made before the first step. A released step is never changed; another is added.

use super::connection::pragma;
use crate::error::DeskError;
use rusqlite::{Connection, named_params};
use std::fs;
use std::path::{Path, PathBuf};

/// "FXDK": tells our file from another program's.
pub(super) const APPLICATION_ID: i64 = 0x4658_444b;

/// The newest schema, and what leads to it: step `n` climbs from schema `n + 1` to `n + 2`.
pub(super) struct Ladder {
    pub schema: &'static str,
    pub steps: &'static [&'static str],
}

pub(super) const LADDER: Ladder = Ladder { schema: include_str!("schema.sql"), steps: &[] };

impl Ladder {
    pub(super) fn version(&self) -> i64 {
        1 + i64::try_from(self.steps.len()).expect("steps are few")
    }

    pub(super) fn create(&self, connection: &Connection) -> Result<(), DeskError> {
        let (schema, version) = (self.schema, self.version());
        Ok(connection.execute_batch(&format!(
            "BEGIN; {schema} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; COMMIT;"
        ))?)
    }

    /// Brings an opened file to the newest schema; touches nothing when it is there or beyond.
    pub(super) fn climb(&self, connection: &Connection, path: &Path) -> Result<(), DeskError> {
        if pragma(connection, "application_id")? != APPLICATION_ID {
            return Err(DeskError::ForeignDatabase);
        }
        let version = pragma(connection, "user_version")?;
        match version {
            v if v == self.version() => Ok(()),
            v if v > self.version() => Err(DeskError::NewerSchema(v)),
            v if v < 1 => Err(DeskError::ForeignDatabase),
            _ => {
                copy_before(connection, path, version)?;
                (version..self.version()).try_for_each(|from| self.step(connection, from))
            }
        }
    }

    /// One step is one transaction: a power cut leaves the schema before it or the schema behind it.
    fn step(&self, connection: &Connection, from: i64) -> Result<(), DeskError> {
        let sql = self.steps[usize::try_from(from - 1).expect("versions begin with 1")];
        let to = from + 1;
        let climbed = connection.execute_batch(&format!("BEGIN IMMEDIATE; {sql} PRAGMA user_version = {to}; COMMIT;"));
        if climbed.is_err() && !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        Ok(climbed?)
    }
}

/// An encrypted copy of the file as it was, under a name that tells its schema. One copy per schema: the newest.
fn copy_before(connection: &Connection, path: &Path, version: i64) -> Result<(), DeskError> {
    let copy = copy_name(path, version);
    let part = copy.with_added_extension("part");
    let _ = fs::remove_file(&part);
    let target = part.to_str().ok_or(DeskError::InvalidField("path"))?;
    connection.execute("VACUUM INTO :target", named_params! { ":target": target })?;
    fs::File::open(&part)?.sync_all()?;
    fs::rename(&part, &copy)?;
    crate::file::sync_folder(path.parent().expect("a database lies in a folder"))
}

fn copy_name(path: &Path, version: i64) -> PathBuf {
    path.with_extension(format!("schema-{version}.db"))
}

/// Whether a file of this name is a copy that was made before a step.
pub(crate) fn is_copy_before(name: &str) -> bool {
    let version = name.strip_prefix("desk.schema-").and_then(|rest| rest.strip_suffix(".db"));
    version.is_some_and(|version| version.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Key;
    use crate::store::{Store, connect_writer, settle};
    use fengxiang_domain::ids::Ids;
    use rusqlite::OpenFlags;

    /// A step that exists in tests only: a column, a table and an index more.
    const TALLER: Ladder = Ladder {
        schema: concat!(
            include_str!("schema.sql"),
            "ALTER TABLE station ADD COLUMN colour TEXT;
             CREATE TABLE flower (id TEXT PRIMARY KEY, station_id TEXT NOT NULL) STRICT;
             CREATE INDEX flower_by_station ON flower (station_id);"
        ),
        steps: &["ALTER TABLE station ADD COLUMN colour TEXT;
             CREATE TABLE flower (id TEXT PRIMARY KEY, station_id TEXT NOT NULL) STRICT;
             CREATE INDEX flower_by_station ON flower (station_id);"],
    };
    const BROKEN: Ladder =
        Ladder { schema: TALLER.schema, steps: &["CREATE TABLE half (id TEXT) STRICT; CREATE NONSENSE;"] };

    struct Sevens;
    impl Ids for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn open(path: &Path) -> Connection {
        connect_writer(path, &Key::random(&Sevens), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
    }

    fn make(path: &Path, ladder: &Ladder) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = connect_writer(path, &Key::random(&Sevens), flags).unwrap();
        ladder.create(&connection).unwrap();
        settle(&connection).unwrap();
        connection
    }

    /// Every table, column, index and table option, as the database itself tells them.
    fn shape(connection: &Connection) -> Vec<String> {
        let sql =
            "SELECT t.name || ' ' || t.strict || ' ' || t.wr || ' ' || c.cid || ' ' || c.name || ' ' || c.type || ' '
                          || c.\"notnull\" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk
                   FROM pragma_table_list t, pragma_table_xinfo(t.name) c WHERE t.name NOT LIKE 'sqlite_%'
                   UNION ALL SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE type <> 'table'
                   UNION ALL SELECT 'version ' || user_version FROM pragma_user_version
                   UNION ALL SELECT 'application ' || application_id FROM pragma_application_id ORDER BY 1";
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn an_upgraded_database_is_indistinguishable_from_a_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.db"), dir.path().join("new.db"));
        drop(make(&old, &LADDER));
        let climbed = open(&old);
        TALLER.climb(&climbed, &old).unwrap();
        let fresh = make(&new, &TALLER);
        assert!(shape(&fresh).iter().any(|line| line.starts_with("flower ")));
        assert_eq!(shape(&climbed), shape(&fresh));
    }

    #[test]
    fn a_copy_is_made_before_a_step_and_opens_with_the_same_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("desk.db");
        let connection = make(&path, &LADDER);
        connection.execute("INSERT INTO meta (key, value) VALUES ('canary', 'CANARYVALUE')", []).unwrap();
        TALLER.climb(&connection, &path).unwrap();
        let copy = copy_name(&path, 1);
        let bytes = fs::read(&copy).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3") && !bytes.windows(11).any(|w| w == b"CANARYVALUE"));
        let kept = open(&copy);
        assert_eq!(pragma(&kept, "user_version").unwrap(), 1);
        let value: String = kept.query_row("SELECT value FROM meta WHERE key = 'canary'", [], |r| r.get(0)).unwrap();
        assert_eq!(value, "CANARYVALUE");
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("desk.db");
        drop(make(&path, &TALLER));
        let before = fs::read(&path).unwrap();
        let key = Key::random(&Sevens);
        assert!(matches!(Store::open(&path, &key).err(), Some(DeskError::NewerSchema(2))));
        assert_eq!(fs::read(&path).unwrap(), before);
        assert!(!copy_name(&path, 2).exists() && !copy_name(&path, 1).exists());
    }

    #[test]
    fn a_step_that_fails_leaves_the_schema_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("desk.db");
        let connection = make(&path, &LADDER);
        let before = shape(&connection);
        assert!(BROKEN.climb(&connection, &path).is_err());
        assert_eq!(shape(&connection), before);
        assert!(copy_name(&path, 1).exists());
    }

    /// Schema 1 as released. Never changed after the release; before it: cp src/store/schema.sql fixtures/schema-1.sql
    const FIRST: Ladder = Ladder { schema: include_str!("../../fixtures/schema-1.sql"), steps: &[] };

    #[test]
    fn every_step_from_schema_1_leads_to_the_schema_of_a_new_file() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.db"), dir.path().join("new.db"));
        drop(make(&old, &FIRST));
        let climbed = open(&old);
        LADDER.climb(&climbed, &old).unwrap();
        assert_eq!(shape(&climbed), shape(&make(&new, &LADDER)));
    }

    #[test]
    fn schema_1_is_frozen() {
        let is_frozen = !LADDER.steps.is_empty() || LADDER.schema == FIRST.schema;
        assert!(
            is_frozen,
            "cp crates/desk/src/store/schema.sql crates/desk/fixtures/schema-1.sql (until the release only)"
        );
    }
}
