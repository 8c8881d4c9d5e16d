//! The application behind the window: which phase it is in, who is signed in, and the one way a call takes.

use crate::api::{Failure, Phase};
use crate::chosen::Chosen;
use crate::host::Host;
use crate::policy::{Allow, Caller};
use crate::table::dispatch;
use fengxiang_desk::store::DayCounts;
use fengxiang_desk::{Act, Desk, DeskError, Kind, Surroundings, Writer, Written};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::Role;
use fengxiang_paper::import::Visitors;
use serde::Serialize;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One desk and the person at it.
pub struct App {
    folder: PathBuf,
    around: Surroundings,
    host: Arc<dyn Host>,
    state: Mutex<State>,
    /// A figure over all days, kept between reports; its own lock, so that a first count stops nobody.
    day_counts: Mutex<DayCounts>,
}

/// What a window gets back: the value, and what to read again.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub value: serde_json::Value,
    pub touched: BTreeSet<Kind>,
}

#[derive(Clone)]
pub(crate) struct SignedIn {
    pub staff: StaffId,
    pub name: String,
    pub role: Role,
}

struct State {
    desk: Option<Arc<Desk>>,
    session: Option<SignedIn>,
    /// Shown once at set-up; forgotten as soon as two groups were typed back.
    unconfirmed_recovery: Option<Vec<String>>,
    /// Files written in this session: the only ones that may be shown.
    saved: HashSet<PathBuf>,
    imports: Chosen<Visitors>,
}

/// What one call sees: the desk and the caller as they were when its policy was checked.
pub(crate) struct Context<'a> {
    app: &'a App,
    pub desk: Option<Arc<Desk>>,
    pub session: Option<SignedIn>,
}

pub(crate) struct Call<T> {
    value: T,
    touched: BTreeSet<Kind>,
}

impl App {
    pub fn new(folder: PathBuf, around: Surroundings, host: Arc<dyn Host>) -> Self {
        let state = State {
            desk: None,
            session: None,
            unconfirmed_recovery: None,
            saved: HashSet::new(),
            imports: Chosen::default(),
        };
        Self { folder, around, host, state: Mutex::new(state), day_counts: Mutex::default() }
    }

    /// The one entry: policy first, then the command.
    pub fn call(&self, name: &str, request: serde_json::Value) -> Result<Answer, Failure> {
        dispatch(self, name, request)
    }

    /// Shuts the store and forgets who is signed in. A call that still runs keeps the store until it is done.
    pub fn close(&self) {
        let mut state = self.state();
        (state.desk, state.session) = (None, None);
    }

    /// Checks the policy, then runs the body without holding anything: a long report does not stop a check-in.
    pub(crate) fn permitted<T>(
        &self,
        allow: Allow,
        body: impl FnOnce(&Context) -> Result<Call<T>, Failure>,
    ) -> Result<Call<T>, Failure> {
        let context = {
            let mut state = self.state();
            end_expired_session(&mut state)?;
            Context { app: self, desk: state.desk.clone(), session: state.session.clone() }
        };
        if allow.permits(context.caller()) { body(&context) } else { Err(Failure::new("not_allowed")) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A volunteer's access ends with its last day, also in the middle of a session.
fn end_expired_session(state: &mut State) -> Result<(), Failure> {
    if let (Some(desk), Some(session)) = (&state.desk, &state.session) {
        let row = desk.reader().get_staff(session.staff)?;
        if row.valid_until_on.is_some_and(|until| until < desk.today()) {
            state.session = None;
        }
    }
    Ok(())
}

impl Context<'_> {
    pub fn phase(&self) -> Phase {
        match (&self.desk, &self.session) {
            (Some(_), Some(_)) => Phase::Open,
            (Some(_), None) => Phase::Locked,
            (None, _) if Desk::stands_in(&self.app.folder) => Phase::Sealed,
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

    pub fn folder(&self) -> &Path {
        &self.app.folder
    }

    pub fn host(&self) -> &dyn Host {
        &*self.app.host
    }

    pub fn around(&self) -> &Surroundings {
        &self.app.around
    }

    pub fn desk(&self) -> Result<&Desk, Failure> {
        self.desk.as_deref().ok_or_else(|| Failure::new("not_allowed"))
    }

    /// Who acts, for the trail.
    pub fn act(&self, verb: &'static str) -> Act {
        Act { verb, actor: self.session.as_ref().map(|s| s.staff) }
    }

    pub fn write<T>(
        &self,
        verb: &'static str,
        body: impl FnOnce(&mut Writer) -> Result<T, DeskError>,
    ) -> Result<Call<T>, Failure> {
        Ok(self.desk()?.write(self.act(verb), body)?.into())
    }

    pub fn open(&self, desk: Desk) -> Arc<Desk> {
        let desk = Arc::new(desk);
        self.app.state().desk = Some(Arc::clone(&desk));
        *self.app.day_counts.lock().unwrap_or_else(PoisonError::into_inner) = DayCounts::default();
        desk
    }

    pub fn begin_session(&self, session: SignedIn) {
        self.end_session();
        self.app.state().session = Some(session);
    }

    pub fn end_session(&self) {
        let mut state = self.app.state();
        state.session = None;
        state.saved.clear();
        state.imports = Chosen::default();
    }

    /// Remembers a file as one that may be shown.
    pub fn keep_saved(&self, path: &Path) {
        self.app.state().saved.insert(path.to_owned());
    }

    pub fn is_saved(&self, path: &Path) -> bool {
        self.app.state().saved.contains(path)
    }

    /// Keeps a file that was read until somebody confirms it; the token stands for it.
    pub fn keep_import(&self, visitors: Visitors) -> String {
        let around = self.around();
        let token = around.ids.new_id(around.clock.now_ms()).to_string();
        self.app.state().imports.put(token.clone(), visitors);
        token
    }

    pub fn put_import_back(&self, token: String, visitors: Visitors) {
        self.app.state().imports.put(token, visitors);
    }

    pub fn take_import(&self, token: &str) -> Option<Visitors> {
        self.app.state().imports.take(token)
    }

    /// All arrivals that were ever counted on this desk.
    pub fn count_all_visits(&self) -> Result<i64, Failure> {
        let mut counts = self.app.day_counts.lock().unwrap_or_else(PoisonError::into_inner);
        self.desk()?.reader().update_day_counts(&mut counts)?;
        Ok(counts.total())
    }

    pub fn keep_recovery(&self, groups: Option<Vec<String>>) {
        self.app.state().unconfirmed_recovery = groups;
    }

    pub fn unconfirmed_recovery(&self) -> Option<Vec<String>> {
        self.app.state().unconfirmed_recovery.clone()
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
            DeskError::Store(detail) => Failure::new("internal").with("detail", detail),
        }
    }
}
