//! Backups that nobody has to think of, in a folder beside the database: one a day and at closing, each opened and checked
//! before it is counted, old ones taken away when a newer one stands.

use crate::store::{EVIDENCE, is_copy_before};
use crate::{Desk, DeskError};
use chrono::NaiveDateTime;
use fengxiang_domain::backups::to_remove;
use fengxiang_domain::time::minute_name;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

pub const BACKUP_FOLDER: &str = "backups";
const BEGINNING: &str = "auto-";
const ENDING: &str = ".fxbackup";
const MINUTE: &str = "%Y%m%d-%H%M";
/// The last line of the trail that the newest backup holds.
const BACKED_UP: &str = "backed_up_line";
/// How many orders to erase somebody the copies on this PC are true for.
const RENEWED: &str = "backups_renewed";

/// A backup that was checked when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoBackup {
    pub name: String,
    /// On the station's wall clock.
    pub made_at: NaiveDateTime,
    pub size_bytes: u64,
}

impl Desk {
    /// Makes the backup of today unless it stands already. Returns whether one was made.
    pub fn back_up_daily(&self) -> Result<bool, DeskError> {
        let today = minute_name(self.now_ms())[..8].to_owned();
        let is_there = self.list_auto_backups()?.iter().any(|b| b.name[BEGINNING.len()..].starts_with(&today));
        if is_there {
            return Ok(false);
        }
        self.back_up_now().map(|()| true)
    }

    /// The end of a day's work: what came after the last backup is in this one. Without anything new there is none.
    pub fn back_up_at_close(&self) -> Result<bool, DeskError> {
        let mark = self.last_number()?;
        if self.find_state(BACKED_UP)?.and_then(|n| n.parse().ok()) == Some(mark) {
            return Ok(false);
        }
        self.back_up_now().map(|()| true)
    }

    /// Writes one, then takes away those that are no longer kept. A backup of the same minute is replaced.
    pub fn back_up_now(&self) -> Result<(), DeskError> {
        let _turn = self.backup_turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.write_backup()?;
        self.remove_old_backups()
    }

    fn write_backup(&self) -> Result<String, DeskError> {
        let folder = self.backup_folder();
        fs::create_dir_all(&folder)?;
        let mark = self.last_number()?;
        let name = format!("{BEGINNING}{}{ENDING}", minute_name(self.now_ms()));
        let part = folder.join(&name).with_added_extension("part");
        remove(&part)?;
        self.pack_to(&part)?;
        fs::rename(&part, folder.join(&name))?;
        crate::file::sync_folder(&folder)?;
        self.exchange(|x| x.put_state(BACKED_UP, &mark.to_string()))?;
        Ok(name)
    }

    /// Oldest first.
    pub fn list_auto_backups(&self) -> Result<Vec<AutoBackup>, DeskError> {
        let entries = match fs::read_dir(self.backup_folder()) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut backups = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(made_at) = made_at(&name) {
                backups.push(AutoBackup { name, made_at, size_bytes: entry.metadata()?.len() });
            }
        }
        backups.sort_by_key(|backup| backup.made_at);
        Ok(backups)
    }

    /// Brings copies and the file itself after the erasing of people, if some of them may still hold somebody. To be asked again
    /// until it succeeds: a crash in between is made good at the next call.
    pub fn renew_backups_if_due(&self) -> Result<(), DeskError> {
        let orders = self.reader().count_orders()?.to_string();
        if self.find_state(RENEWED)?.unwrap_or_else(|| "0".into()) == orders {
            return Ok(());
        }
        self.renew_backups()?;
        self.exchange(|x| x.put_state(RENEWED, &orders))?;
        Ok(())
    }

    /// After a person was erased: none of the older copies on this PC may bring them back, and the file's log holds them no more.
    pub fn renew_backups(&self) -> Result<(), DeskError> {
        let _turn = self.backup_turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.store.truncate_log()?;
        let old = self.list_auto_backups()?;
        if !old.is_empty() {
            let new = self.write_backup()?;
            for backup in old.iter().filter(|backup| backup.name != new) {
                remove(&self.backup_folder().join(&backup.name))?;
            }
        }
        self.remove_copies()?;
        self.remove_cut_off()
    }

    /// Copies that the program made of the file for another reason: before a step of the schema, and as evidence of a file
    /// that fell behind. What they were kept for stands in the trail.
    fn remove_copies(&self) -> Result<(), DeskError> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(EVIDENCE) && entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else if is_copy_before(&name) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    /// What a crash left of a backup.
    fn remove_cut_off(&self) -> Result<(), DeskError> {
        let Ok(entries) = fs::read_dir(self.backup_folder()) else { return Ok(()) };
        for entry in entries.flatten().filter(|e| e.path().extension().is_some_and(|end| end == "part")) {
            remove(&entry.path())?;
        }
        Ok(())
    }

    fn remove_old_backups(&self) -> Result<(), DeskError> {
        let backups = self.list_auto_backups()?;
        let gone = to_remove(&backups.iter().map(|b| b.made_at).collect::<Vec<_>>());
        for backup in backups.iter().filter(|b| gone.contains(&b.made_at)) {
            remove(&self.backup_folder().join(&backup.name))?;
        }
        Ok(())
    }

    fn backup_folder(&self) -> PathBuf {
        self.folder.join(BACKUP_FOLDER)
    }

    /// Number of the last line that somebody's act left: what has none is no reason for a backup.
    fn last_number(&self) -> Result<i64, DeskError> {
        self.reader().last_trail_line()
    }
}

fn made_at(name: &str) -> Option<NaiveDateTime> {
    let minute = name.strip_prefix(BEGINNING)?.strip_suffix(ENDING)?;
    NaiveDateTime::parse_from_str(minute, MINUTE).ok()
}

fn remove(file: &Path) -> Result<(), DeskError> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}
