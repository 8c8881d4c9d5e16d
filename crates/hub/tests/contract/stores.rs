//! One fresh store of each kind.

use crate::cluster;
use fengxiang_hub::store::Store;
use fengxiang_hub::store::memory::{Memory, MemoryStore};
use fengxiang_hub::store::postgres::PostgresStore;
use fengxiang_hub::store::sqlite::SqliteStore;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Holds a promise against every store. The name of the store that breaks it is printed.
pub fn on_every_store(promise: impl Fn(&dyn Store)) {
    println!("in memory");
    promise(&MemoryStore(Mutex::new(Memory::new())));
    println!("in SQLite");
    let folder = tempfile::tempdir().unwrap();
    promise(&SqliteStore::open(&folder.path().join("hub.db"), "made-up").unwrap());
    println!("in PostgreSQL");
    promise(&new_postgres());
}

/// One database for all tests, a district for each: what lies beside must make no difference.
fn new_postgres() -> PostgresStore {
    static DISTRICTS: AtomicU32 = AtomicU32::new(0);
    let district = format!("made-up-{}", DISTRICTS.fetch_add(1, Ordering::Relaxed));
    PostgresStore::open(&cluster::address(), &district).unwrap()
}
