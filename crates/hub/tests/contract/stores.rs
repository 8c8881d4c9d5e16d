//! One fresh store of each kind.

use fengxiang_hub::store::Store;
use fengxiang_hub::store::memory::{Memory, MemoryStore};
use fengxiang_hub::store::sqlite::SqliteStore;
use std::sync::Mutex;

/// Holds a promise against every store. The name of the store that breaks it is printed.
pub fn on_every_store(promise: impl Fn(&dyn Store)) {
    println!("in memory");
    promise(&MemoryStore(Mutex::new(Memory::new())));
    println!("in SQLite");
    let folder = tempfile::tempdir().unwrap();
    promise(&SqliteStore::open(&folder.path().join("hub.db"), "made-up").unwrap());
}
