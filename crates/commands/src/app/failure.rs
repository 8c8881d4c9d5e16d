//! What went wrong: looked at again where it looks like damage, then told as the code and parameters that a screen has a
//! sentence for. Speaks no language.

use super::{App, Context};
use crate::api::{Failure, Phase};
use fengxiang_desk::{Desk, DeskError};
use std::sync::Arc;

/// Failures after which a station that stands here may be set aside.
const BROKEN: [&str; 5] =
    ["damaged_database", "foreign_database", "database_missing", "key_file_missing", "key_file_damaged"];
/// Of a reading that looks like damage: never told before the file was looked at again.
const DOUBTFUL: &str = "doubtful";

impl App {
    /// A failure as it stands after a second look at the file, and what follows from it.
    pub(super) fn judge(&self, context: &Context, desk: Option<Arc<Desk>>, mut failure: Failure) -> Failure {
        // The command that opens a desk has found none.
        let desk = desk.or_else(|| self.state().desk.clone());
        match (failure.code.as_str(), desk) {
            (DOUBTFUL, Some(desk)) => failure = desk.look_again().into(),
            // Nothing is called damaged that nobody has looked at again.
            (DOUBTFUL, None) => failure = DeskError::DiskFault.into(),
            ("disk_fault", Some(desk)) => desk.note_fault(),
            _ => {}
        }
        self.note_failure(context, &failure);
        failure
    }

    /// A station that broke is shut, so that the first page can offer to set it aside.
    fn note_failure(&self, context: &Context, failure: &Failure) {
        if !BROKEN.contains(&failure.code.as_str()) {
            return;
        }
        let mut state = self.state();
        match (context.phase(), failure.code.as_str()) {
            (Phase::Sealed, _) => state.is_broken = true,
            (Phase::Open | Phase::Locked, "damaged_database" | "foreign_database") => {
                self.end(&mut state);
                state.desk = None;
                state.is_broken = true;
                let runners = (state.sync.take(), state.keeper.take());
                drop(state);
                drop(runners);
            }
            _ => {}
        }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::WrongPassword => Failure::new("wrong_password"),
            DeskError::WrongRecovery => Failure::new("wrong_recovery"),
            DeskError::TryLater { wait_s } => Failure::new("try_later").with("seconds", wait_s),
            DeskError::DatabaseMissing => Failure::new("database_missing"),
            DeskError::NotABackup => Failure::new("not_a_backup"),
            DeskError::DiskFault => Failure::new("disk_fault"),
            DeskError::PinDisabled => Failure::new("pin_disabled"),
            DeskError::PasswordNeeded => Failure::new("password_needed"),
            DeskError::LastManager => Failure::new("last_manager"),
            DeskError::Retired => Failure::new("retired"),
            DeskError::KeyFileMissing => Failure::new("key_file_missing"),
            DeskError::KeyFileDamaged => Failure::new("key_file_damaged"),
            DeskError::ForeignDatabase => Failure::new("foreign_database"),
            DeskError::DamagedDatabase(detail) => Failure::new("damaged_database").with("detail", detail),
            DeskError::Doubtful(_) => Failure::new(DOUBTFUL),
            DeskError::BehindMark { missing, folder } => {
                Failure::new("behind_mark").with("missing", missing).with("folder", folder)
            }
            DeskError::NewerSchema(version) => Failure::new("newer_schema").with("version", version),
            DeskError::DiskFull => Failure::new("disk_full"),
            DeskError::ReadOnly => Failure::new("read_only"),
            DeskError::NotLegalNow => Failure::new("not_legal_now"),
            DeskError::NotFound => Failure::new("not_found"),
            DeskError::InvalidField(field) => Failure::invalid(field),
            DeskError::TooLong(field) => Failure::new("too_long").with("field", field),
            DeskError::NameTaken => Failure::new("name_taken"),
            DeskError::CodeFixed => Failure::new("code_fixed"),
            DeskError::GroupTooLarge => Failure::new("group_too_large"),
            DeskError::WrongPin { left } => Failure::new("wrong_pin").with("left", left),
            DeskError::PinLocked => Failure::new("pin_locked"),
            DeskError::AlreadyFounded => Failure::new("not_allowed"),
            DeskError::Io(e) => Failure::new("internal").with("detail", e.kind()),
            DeskError::NotJoined => Failure::new("not_joined"),
            DeskError::Unsent => Failure::new("unsent"),
            DeskError::Revoked => Failure::new("revoked_here"),
            DeskError::Constraint => Failure::new("internal").with("detail", "constraint"),
            DeskError::Store(detail) => Failure::new("internal").with("detail", detail),
        }
    }
}
