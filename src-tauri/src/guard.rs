//! One program per data directory: a file lock that the system drops with the process, however it ends.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// Two starts at the same moment may each see the other first; the one that stays waits this long for the other to go.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

pub enum Guard {
    Ours(#[expect(dead_code, reason = "held, never read")] File),
    Others,
    /// The folder takes no file: nothing can be written here, by anybody.
    Unwritable(io::Error),
}

/// The lock of this folder, asked for until a second start has had time to go.
pub fn take_patiently(folder: &Path) -> Guard {
    for _ in 1..TRIES {
        match take(folder) {
            Guard::Others => std::thread::sleep(BETWEEN_TRIES),
            answer => return answer,
        }
    }
    take(folder)
}

fn take(folder: &Path) -> Guard {
    let file = match File::create(folder.join("desk.lock")) {
        Ok(file) => file,
        Err(error) => return Guard::Unwritable(error),
    };
    match file.try_lock() {
        Ok(()) => Guard::Ours(file),
        Err(TryLockError::WouldBlock) => Guard::Others,
        Err(TryLockError::Error(error)) => Guard::Unwritable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Guard, take};

    #[test]
    fn a_folder_has_one_owner_until_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path());
        assert!(matches!(first, Guard::Ours(_)));
        assert!(matches!(take(folder.path()), Guard::Others));
        drop(first);
        assert!(matches!(take(folder.path()), Guard::Ours(_)));
        assert!(matches!(take(&folder.path().join("gone")), Guard::Unwritable(_)));
    }
}
