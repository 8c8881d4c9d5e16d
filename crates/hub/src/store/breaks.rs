//! Deliberate faults of a store, for tests that must notice them. No shipped program is built with them.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Sequences are taken before the transaction that uses them has its lock, as from a counter of the database. One row a
/// transaction.
#[derive(Debug, Default)]
pub(super) struct Breaks {
    is_early: bool,
    last: AtomicU64,
}

thread_local! {
    static EARLY: Cell<Option<u64>> = const { Cell::new(None) };
}

impl Breaks {
    pub fn early() -> Self {
        Self { is_early: true, ..Self::default() }
    }

    pub fn before_transaction(&self) {
        if self.is_early {
            let sequence = self.last.fetch_add(1, Ordering::SeqCst) + 1;
            EARLY.set(Some(sequence));
            std::thread::sleep(Duration::from_millis(sequence % 4));
        }
    }

    pub fn early_or(&self, next: u64) -> u64 {
        EARLY.take().filter(|_| self.is_early).unwrap_or(next)
    }
}
