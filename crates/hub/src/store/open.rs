//! Which store a setting names.

use super::memory::{Memory, MemoryStore};
use super::{Failed, Store};
use std::sync::{Arc, Mutex};

/// The setting of a hub that forgets everything at its end: for development and tests.
pub const MEMORY: &str = "memory:";

/// Opens the store that the setting `database` names.
pub fn open(database: &str) -> Result<Arc<dyn Store>, Failed> {
    match database {
        MEMORY => Ok(Arc::new(MemoryStore(Mutex::new(Memory::new())))),
        other => Err(Failed::Broken(format!("no store is built in for {other}"))),
    }
}
