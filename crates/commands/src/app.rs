//! The application behind the window: which phase it is in, who is signed in, and the one way a call takes.

use crate::api::{Failure, Phase};
use crate::policy::{Allow, Caller};
use crate::table::dispatch;
use fengxiang_desk::{Act, Desk, DeskError, Kind, Surroundings, Written};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::Role;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// One desk and the person at it.
pub struct App {
    state: Mutex<State>,
}

/// What a window gets back: the value, and what to read again.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub value: serde_json::Value,
    pub touched: BTreeSet<Kind>,
}

pub(crate) struct SignedIn {
    pub staff: StaffId,
    pub name: String,
    pub role: Role,
}

pub(crate) struct State {
    pub folder: PathBuf,
    pub around: Surroundings,
    pub desk: Option<Desk>,
    pub session: Option<SignedIn>,
    /// Shown once at set-up; forgotten as soon as two groups were typed back.
    pub unconfirmed_recovery: Option<Vec<String>>,
}

pub(crate) struct Call<T> {
    value: T,
    touched: BTreeSet<Kind>,
}

impl App {
    pub fn new(folder: PathBuf, around: Surroundings) -> Self {
        let state = State { folder, around, desk: None, session: None, unconfirmed_recovery: None };
        Self { state: Mutex::new(state) }
    }

    /// The one entry: policy first, then the command.
    pub fn call(&self, name: &str, request: serde_json::Value) -> Result<Answer, Failure> {
        dispatch(self, name, request)
    }

    pub(crate) fn permitted<T>(
        &self,
        allow: Allow,
        body: impl FnOnce(&mut State) -> Result<Call<T>, Failure>,
    ) -> Result<Call<T>, Failure> {
        // A panic in a verb rolled its transaction back; the state itself is whole.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.end_expired_session()?;
        if allow.permits(state.caller()) { body(&mut state) } else { Err(Failure::new("not_allowed")) }
    }
}

impl State {
    pub fn phase(&self) -> Phase {
        match (&self.desk, &self.session) {
            (Some(_), Some(_)) => Phase::Open,
            (Some(_), None) => Phase::Locked,
            (None, _) if Desk::stands_in(&self.folder) => Phase::Sealed,
            (None, _) => Phase::New,
        }
    }

    fn caller(&self) -> Caller {
        match (self.phase(), &self.session) {
            (Phase::Open, Some(session)) => Caller::Staff(session.role),
            (Phase::Locked, _) => Caller::Locked,
            (Phase::Sealed, _) => Caller::Sealed,
            _ => Caller::New,
        }
    }

    /// A volunteer's access ends with its last day, also in the middle of a session.
    fn end_expired_session(&mut self) -> Result<(), Failure> {
        if let (Some(desk), Some(session)) = (&self.desk, &self.session) {
            let row = desk.reader().get_staff(session.staff)?;
            let today = crate::session_commands::today(desk);
            if row.valid_until_on.is_some_and(|until| until < today) {
                self.session = None;
            }
        }
        Ok(())
    }

    pub fn desk(&self) -> Result<&Desk, Failure> {
        self.desk.as_ref().ok_or_else(|| Failure::new("not_allowed"))
    }

    pub fn desk_mut(&mut self) -> Result<&mut Desk, Failure> {
        self.desk.as_mut().ok_or_else(|| Failure::new("not_allowed"))
    }

    pub fn act(&self, verb: &'static str) -> Act {
        Act { verb, actor: self.session.as_ref().map(|s| s.staff) }
    }
}

impl<T> Call<T> {
    pub fn read(value: T) -> Self {
        Self { value, touched: BTreeSet::new() }
    }

    pub fn touching(value: T, kinds: &[Kind]) -> Self {
        Self { value, touched: kinds.iter().copied().collect() }
    }

    pub fn map<U>(self, shape: impl FnOnce(T) -> U) -> Call<U> {
        Call { value: shape(self.value), touched: self.touched }
    }
}

impl<T> From<Written<T>> for Call<T> {
    fn from(written: Written<T>) -> Self {
        Self { value: written.value, touched: written.touched }
    }
}

impl<T: Serialize> Call<T> {
    pub fn into_answer(self) -> Result<Answer, Failure> {
        let value = serde_json::to_value(self.value).map_err(|_| Failure::new("internal"))?;
        Ok(Answer { value, touched: self.touched })
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::WrongPassword => Failure::new("wrong_password"),
            DeskError::KeyFileMissing => Failure::new("key_file_missing"),
            DeskError::KeyFileDamaged => Failure::new("key_file_damaged"),
            DeskError::ForeignDatabase => Failure::new("foreign_database"),
            DeskError::DamagedDatabase(detail) => Failure::new("damaged_database").with("detail", detail),
            DeskError::NewerSchema(version) => Failure::new("newer_schema").with("version", version),
            DeskError::DiskFull => Failure::new("disk_full"),
            DeskError::ReadOnly => Failure::new("read_only"),
            DeskError::NotFound => Failure::new("not_found"),
            DeskError::InvalidField(field) => Failure::invalid(field),
            DeskError::TooLong(field) => Failure::new("too_long").with("field", field),
            DeskError::NameTaken => Failure::new("name_taken"),
            DeskError::GroupTooLarge => Failure::new("group_too_large"),
            DeskError::WrongPin { left } => Failure::new("wrong_pin").with("left", left),
            DeskError::PinLocked => Failure::new("pin_locked"),
            DeskError::AlreadyFounded => Failure::new("not_allowed"),
            DeskError::Io(e) => Failure::new("internal").with("detail", e.kind()),
            DeskError::Store(detail) => Failure::new("internal").with("detail", detail),
        }
    }
}
