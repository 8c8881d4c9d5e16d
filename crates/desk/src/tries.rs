//! Wrong passwords in a row, kept in a small file so that starting again buys no further tries. The file can be deleted by
//! whoever has the disk; what protects the disk is the password's length and Argon2id. This only slows hands at the desk.

use crate::DeskError;
use crate::file::replace;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// The tries of whoever is asked for: a person, or the store before anybody is known.
pub(crate) struct TryBook {
    path: PathBuf,
    tries: BTreeMap<String, Tries>,
}

impl TryBook {
    pub(crate) fn read(folder: &Path) -> Self {
        let path = folder.join(TRIES_FILE);
        let tries = std::fs::read(&path).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
        Self { path, tries }
    }

    /// Counts a try before it is made; refuses while the wait after too many wrong ones lasts.
    pub(crate) fn count_try(&mut self, who: &str, now: i64) -> Result<(), DeskError> {
        let tries = self.tries.get(who).copied().unwrap_or_default();
        // A clock that was turned back starts the wait anew: it neither shortens it nor lengthens it to years.
        if now < tries.last_at {
            self.keep(who, Tries { last_at: now, ..tries })?;
        }
        let left = wait_ms(tries.wrong) - (now - tries.last_at).max(0);
        if left > 0 {
            return Err(DeskError::TryLater { wait_s: (left + 999) / 1000 });
        }
        self.keep(who, Tries { wrong: tries.wrong + 1, last_at: now })
    }

    /// The try was right.
    pub(crate) fn forget(&mut self, who: &str) -> Result<(), DeskError> {
        match self.tries.remove(who) {
            Some(_) => self.write(),
            None => Ok(()),
        }
    }

    fn keep(&mut self, who: &str, tries: Tries) -> Result<(), DeskError> {
        self.tries.insert(who.to_owned(), tries);
        self.write()
    }

    fn write(&self) -> Result<(), DeskError> {
        replace(&self.path, &serde_json::to_vec(&self.tries).expect("counters are plain data"))
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
            TryBook::read(dir.path()).count_try("store", 1_000).unwrap();
        }
        let refused = TryBook::read(dir.path()).count_try("store", 2_000);
        assert!(matches!(refused, Err(DeskError::TryLater { wait_s: 29 })), "{refused:?}");
        TryBook::read(dir.path()).count_try("store", 31_000).unwrap();
        let refused = TryBook::read(dir.path()).count_try("store", 31_000);
        assert!(matches!(refused, Err(DeskError::TryLater { wait_s: 60 })), "{refused:?}");
        assert!(TryBook::read(dir.path()).count_try("somebody else", 31_000).is_ok());
        TryBook::read(dir.path()).forget("store").unwrap();
        assert!(TryBook::read(dir.path()).count_try("store", 31_000).is_ok());
    }

    #[test]
    fn no_wait_is_longer_than_five_minutes() {
        assert_eq!(wait_ms(40), WAIT_MAX_MS);
    }
}
