//! Which store a setting names.

use super::memory::{Memory, MemoryStore};
use super::postgres::PostgresStore;
use super::sqlite::SqliteStore;
use super::{Failed, Store};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The setting of a hub that forgets everything at its end: for development and tests.
pub const MEMORY: &str = "memory:";

/// Key of the one district that a hub serves. The databases could hold several.
const DISTRICT: &str = "home";

/// Opens the store that the setting `database` names.
pub fn open(database: &str) -> Result<Arc<dyn Store>, Failed> {
    match database {
        MEMORY => Ok(Arc::new(MemoryStore(Mutex::new(Memory::new())))),
        address if address.starts_with("postgres://") || address.starts_with("postgresql://") => {
            Ok(Arc::new(PostgresStore::open(address, DISTRICT)?))
        }
        other if other.contains("://") => Err(Failed::Broken("no store is built in for such an address".into())),
        path => Ok(Arc::new(SqliteStore::open(Path::new(path), DISTRICT)?)),
    }
}
