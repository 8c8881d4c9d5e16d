//! The high-water mark beside the database: number and line of the last commit. A bit flipped in the WAL drops commits while
//! SQLite calls the file whole, and a file put back by hand is older than what was acknowledged: both stand behind it.

use super::{Store, WriterGuard};
use crate::error::DeskError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How far a file has come: the last number of its outbox and the last line of its trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub number: i64,
    pub seq: i64,
}

/// The mark's file, opened at the first commit.
pub(super) struct Mark {
    path: PathBuf,
    file: Option<File>,
}

impl Mark {
    pub(super) fn beside(database: &Path) -> Self {
        Self { path: database.with_extension("mark"), file: None }
    }

    /// One small write of constant length, not synced: the commit it speaks of was, so the mark is never ahead.
    fn raise(&mut self, level: Level) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new().write(true).create(true).truncate(false).open(&self.path)?,
        };
        let file = self.file.insert(file);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(line(level).as_bytes())
    }

    /// `None` when there is none or it is damaged: it is a hint, no more.
    fn find_level(&self) -> Option<Level> {
        let text = fs::read_to_string(&self.path).ok()?;
        let mut numbers = text.split_whitespace().map(str::parse::<i64>);
        let level = Level { number: numbers.next()?.ok()?, seq: numbers.next()?.ok()? };
        (text == line(level)).then_some(level)
    }
}

/// Both numbers and a check over them, always as long.
fn line(level: Level) -> String {
    let Level { number, seq } = level;
    let numbers = format!("{number:020} {seq:020}");
    let check = blake3::hash(numbers.as_bytes()).to_hex();
    format!("{numbers} {}\n", &check[..16])
}

/// Leaves a note beside the database that it is older than what stood here, or takes it away. The next opening writes it into
/// the file itself: its numbers may stand on paper already, and a hub must give it a new incarnation.
pub(crate) fn restore_note(database: &Path, is_restored: bool) -> Result<(), DeskError> {
    let note = database.with_extension("restored");
    match is_restored {
        true => crate::file::replace(&note, b"restored\n"),
        false if note.exists() => Ok(fs::remove_file(&note)?),
        false => Ok(()),
    }
}

/// Whether the note lies there.
pub(crate) fn has_restore_note(database: &Path) -> bool {
    database.with_extension("restored").exists()
}

impl WriterGuard<'_> {
    /// Remembers what was just committed. The commit stands whether or not this succeeds.
    pub(crate) fn raise_mark(&mut self, level: Level) {
        let _ = self.0.mark.raise(level);
    }
}

impl Store {
    /// Refuses a file that has less than its mark says, once: everything is kept in a folder beside it, and the next opening
    /// goes on with what is there. A station without a backup must be able to work.
    pub(super) fn check_mark(&self) -> Result<(), DeskError> {
        let mut guard = self.writer()?;
        let sql = "SELECT coalesce(max(seq), 0) FROM trail";
        let seq = guard.connection().query_row(sql, [], |r| r.get(0))?;
        let has = Level { number: super::chain::head(guard.connection())?.number, seq };
        let Some(wanted) = guard.0.mark.find_level() else { return Ok(()) };
        let missing = (wanted.seq - has.seq).max(wanted.number - has.number);
        if missing <= 0 {
            return Ok(());
        }
        let folder = keep_evidence(self.path(), wanted)?;
        guard.0.mark.raise(has)?;
        restore_note(self.path(), true)?;
        Err(DeskError::BehindMark { missing, folder })
    }
}

/// How folders with a copy of a file that fell behind begin.
pub(crate) const EVIDENCE: &str = "behind-";

/// Copies database, WAL and mark into a folder beside them; returns its name.
fn keep_evidence(database: &Path, wanted: Level) -> Result<String, DeskError> {
    let name = format!("{EVIDENCE}{}-{}", wanted.number, wanted.seq);
    let folder = database.with_file_name(&name);
    fs::create_dir_all(&folder)?;
    for ending in ["db", "db-wal", "mark"] {
        let from = database.with_extension(ending);
        if from.exists() {
            let to = folder.join(from.file_name().expect("a file has a name"));
            fs::copy(&from, &to)?;
            File::open(&to)?.sync_all()?;
        }
    }
    Ok(name)
}
