//! Wrong passwords in a row, kept in a small file so that starting again buys no further tries. The file can be deleted by
//! whoever has the disk; what protects the disk is the password's length and Argon2id. This only slows hands at the desk.

use crate::DeskError;
use crate::file::replace;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

pub const TRIES_FILE: &str = "desk.tries";
/// Mistyping happens; a guesser needs more than this.
const FREE_TRIES: u32 = 5;
const FIRST_WAIT_MS: i64 = 30_000;
/// A manager who was locked out by somebody's game still gets in within minutes.
const WAIT_MAX_MS: i64 = 5 * 60_000;

#[derive(Default, Clone, Copy, Serialize, Deserialize)]
struct Tries {
    wrong: u32,
    last_at: i64,
}

/// One hand at a time reads the file and writes it back, so that tries made at once are counted each. Another program cannot
/// be in the folder: it is locked.
static BOOK: Mutex<()> = Mutex::new(());

/// The tries of whoever is asked for: a person, or the store before anybody is known.
pub(crate) struct TryBook {
    path: PathBuf,
}

impl TryBook {
    pub(crate) fn of(folder: &Path) -> Self {
        Self { path: folder.join(TRIES_FILE) }
    }

    /// Counts a try before it is made; refuses while the wait after too many wrong ones lasts.
    pub(crate) fn count_try(&self, who: &str, now: i64) -> Result<(), DeskError> {
        let _alone = BOOK.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read();
        let tries = all.get(who).copied().unwrap_or_default();
        // A clock that was turned back starts the wait anew: it neither shortens it nor lengthens it to years.
        if now < tries.last_at {
            all.insert(who.to_owned(), Tries { last_at: now, ..tries });
            self.write(&all)?;
        }
        let left = wait_ms(tries.wrong) - (now - tries.last_at).max(0);
        if left > 0 {
            return Err(DeskError::TryLater { wait_s: (left + 999) / 1000 });
        }
        all.insert(who.to_owned(), Tries { wrong: tries.wrong + 1, last_at: now });
        self.write(&all)
    }

    /// The try was right.
    pub(crate) fn forget(&self, who: &str) -> Result<(), DeskError> {
        let _alone = BOOK.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read();
        match all.remove(who) {
            Some(_) => self.write(&all),
            None => Ok(()),
        }
    }

    fn read(&self) -> BTreeMap<String, Tries> {
        std::fs::read(&self.path).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default()
    }

    fn write(&self, all: &BTreeMap<String, Tries>) -> Result<(), DeskError> {
        replace(&self.path, &serde_json::to_vec(all).expect("counters are plain data"))
    }
}

fn wait_ms(wrong: u32) -> i64 {
    match wrong.checked_sub(FREE_TRIES) {
        None => 0,
        Some(more) => (FIRST_WAIT_MS << more.min(8)).min(WAIT_MAX_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_are_free_then_each_waits_longer_also_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..5 {
            TryBook::of(dir.path()).count_try("store", 1_000).unwrap();
        }
        let refused = TryBook::of(dir.path()).count_try("store", 2_000);
        assert!(matches!(refused, Err(DeskError::TryLater { wait_s: 29 })), "{refused:?}");
        TryBook::of(dir.path()).count_try("store", 31_000).unwrap();
        let refused = TryBook::of(dir.path()).count_try("store", 31_000);
        assert!(matches!(refused, Err(DeskError::TryLater { wait_s: 60 })), "{refused:?}");
        assert!(TryBook::of(dir.path()).count_try("somebody else", 31_000).is_ok());
        TryBook::of(dir.path()).forget("store").unwrap();
        assert!(TryBook::of(dir.path()).count_try("store", 31_000).is_ok());
    }

    #[test]
    fn tries_that_are_made_at_once_are_counted_each() {
        let dir = tempfile::tempdir().unwrap();
        let one_try = || TryBook::of(dir.path()).count_try("store", 1_000);
        let passed = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..24).map(|_| scope.spawn(one_try)).collect();
            tries.into_iter().filter_map(|t| t.join().unwrap().ok()).count()
        });
        assert_eq!(passed, 5);
    }

    #[test]
    fn no_wait_is_longer_than_five_minutes() {
        assert_eq!(wait_ms(40), WAIT_MAX_MS);
    }
}
