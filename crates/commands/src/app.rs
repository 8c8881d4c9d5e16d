//! The application behind the window: which phase it is in, who is signed in, and the one way a call takes.

use crate::api::{Failure, JoinStatus, JoinStep, Phase};
use crate::chosen::Chosen;
use crate::host::{FileKind, Host};
use crate::join_runner::{JoinRunner, Way};
use crate::keeper::{self, Keeper};
use crate::policy::{Allow, Caller};
use crate::sync_runner::{Standing, SyncRunner};
use crate::table::dispatch;
use fengxiang_desk::store::StaffRow;
use fengxiang_desk::{Act, Desk, DeskError, Kind, Surroundings, Writer, Written, discard_practice};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::Role;
use fengxiang_paper::import::Visitors;
use fengxiang_sync::http::Turn;
use fengxiang_sync::link::Link;
use serde::Serialize;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A session ends so long after the last sign of a person (`quality.md`).
const IDLE_MS: i64 = 5 * 60_000;
/// Calls that a window makes by itself: they keep nobody signed in.
const PASSIVE: [&str; 6] = ["app_status", "day_summary", "shift_now", "badges", "sync_status", "desk_join_status"];
/// Failures after which a station that stands here may be set aside.
const BROKEN: [&str; 5] =
    ["damaged_database", "foreign_database", "database_missing", "key_file_missing", "key_file_damaged"];
/// Of a reading that looks like damage: never told before the file was looked at again.
const DOUBTFUL: &str = "doubtful";
/// Where somebody practises, inside the data directory.
const PRACTICE: &str = "practice";

/// One desk and the person at it.
pub struct App {
    folder: PathBuf,
    around: Surroundings,
    host: Arc<dyn Host>,
    state: Mutex<State>,
    /// A hub takes one request of this desk at a time.
    turn: Turn,
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

#[derive(Default)]
struct State {
    desk: Option<Arc<Desk>>,
    /// Stands for the desk while somebody practises.
    practice: Option<Arc<Desk>>,
    session: Option<SignedIn>,
    /// Counts sign-ins and locks: the same person who came back is another session.
    turn: u64,
    /// The last sign of a person.
    active_at: i64,
    /// The file behind a token that was given out.
    chosen_backup: Option<(String, PathBuf)>,
    /// What stands here did not open, and not for a wrong password.
    is_broken: bool,
    /// Shown once at set-up; forgotten as soon as two groups were typed back.
    unconfirmed_recovery: Option<Vec<String>>,
    /// Files written in this session: the only ones that may be shown.
    saved: HashSet<PathBuf>,
    imports: Chosen<Visitors>,
    /// Runs as long as the store of a desk that joined a hub is open.
    sync: Option<SyncRunner>,
    /// Makes the daily backups of the store that is open.
    keeper: Option<Keeper>,
    /// Fills this PC from a hub.
    join: Option<JoinRunner>,
}

/// What one call sees: the desk and the caller as they were when its policy was checked.
pub(crate) struct Context<'a> {
    app: &'a App,
    /// What is worked with: the station's desk, or the one that is practised with.
    pub desk: Option<Arc<Desk>>,
    /// The station's desk in any case.
    station: Option<Arc<Desk>>,
    pub session: Option<SignedIn>,
    turn: u64,
}

pub(crate) struct Call<T> {
    value: T,
    touched: BTreeSet<Kind>,
}

impl App {
    /// Throws away what was practised with before, and opens the store where this PC may do so by itself.
    pub fn new(folder: PathBuf, around: Surroundings, host: Arc<dyn Host>) -> Self {
        // What cannot be removed now is no reason not to start; practising again tries again and then says why.
        let _ = discard_practice(&folder.join(PRACTICE));
        let desk = open_unattended(&folder, &around, &*host).map(Arc::new);
        let turn = Turn::default();
        let sync = desk.as_ref().and_then(|desk| find_runner(desk, &turn).ok().flatten());
        let keeper = desk.as_ref().and_then(|desk| Keeper::start(Arc::clone(desk)).ok());
        let state = State { desk, sync, keeper, ..State::default() };
        Self { folder, around, host, state: Mutex::new(state), turn }
    }

    /// The one entry: policy first, then the command.
    pub fn call(&self, name: &str, request: serde_json::Value) -> Result<Answer, Failure> {
        dispatch(self, name, request)
    }

    /// Shuts the store and forgets who is signed in. A call that still runs keeps the store until it is done.
    pub fn close(&self) {
        let mut state = self.state();
        self.end(&mut state);
        let desk = state.desk.take();
        let runners = (state.sync.take(), state.join.take(), state.keeper.take());
        // Their threads end first; nobody waits for them with the state in hand.
        drop(state);
        drop(runners);
        if let Some(desk) = desk {
            keeper::note(&desk, desk.back_up_at_close());
        }
    }

    /// Checks the policy, then runs the body without holding anything: a long report does not stop a check-in.
    pub(crate) fn permitted<T>(
        &self,
        name: &str,
        allow: Allow,
        body: impl FnOnce(&Context) -> Result<Call<T>, Failure>,
    ) -> Result<Call<T>, Failure> {
        let mut context = self.enter(name);
        self.refresh_session(&mut context).map_err(|failure| self.judge(&context, context.station.clone(), failure))?;
        if !allow.permits(context.caller()) {
            return Err(Failure::new("not_allowed"));
        }
        let done = body(&context).map_err(|failure| self.judge(&context, context.desk.clone(), failure))?;
        // What was written goes to the hub soon.
        if !done.touched.is_empty() && !PASSIVE.contains(&name) && !context.is_practice() {
            context.wake_sync();
        }
        Ok(done)
    }

    /// The caller as of now: a session that is over ends before anything else.
    fn enter(&self, name: &str) -> Context<'_> {
        let mut state = self.state();
        self.end_idle(&mut state);
        let now = self.around.clock.now_ms();
        if !PASSIVE.contains(&name) || now < state.active_at {
            state.active_at = now;
        }
        self.context(&state)
    }

    fn context(&self, state: &State) -> Context<'_> {
        let (station, session) = (state.desk.clone(), state.session.clone());
        let desk = state.practice.clone().or_else(|| station.clone());
        Context { app: self, desk, station, session, turn: state.turn }
    }

    fn end_idle(&self, state: &mut State) {
        if state.session.is_none() || self.around.clock.now_ms() - state.active_at < IDLE_MS {
            return;
        }
        if let Some(desk) = &state.desk {
            // The lock comes on whether or not the disk takes the line.
            let _ = desk.write(Act { verb: "lock_idle", actor: None }, |_| Ok(()));
        }
        self.end(state);
    }

    /// Access ends with its last day and with retiring, and a role counts as it is now, also in the middle of a session.
    /// Reads without holding the state: whoever waits for a reader stops nobody else.
    fn refresh_session(&self, context: &mut Context) -> Result<(), Failure> {
        let (Some(desk), Some(session)) = (&context.station, &context.session) else { return Ok(()) };
        let row = desk.reader().get_staff(session.staff)?;
        let may_work = row.may_work_on(&desk.today());
        if may_work && row.role == session.role {
            return Ok(());
        }
        let mut state = self.state();
        if state.turn != context.turn {
            return Err(Failure::new("not_allowed"));
        }
        if !may_work {
            self.end(&mut state);
        } else if let Some(session) = state.session.as_mut() {
            session.role = row.role;
            desk.forget_keys();
        }
        let State { session, turn, .. } = &*state;
        (context.session, context.turn) = (session.clone(), *turn);
        context.desk = state.practice.clone().or_else(|| state.desk.clone());
        Ok(())
    }

    /// Nobody is signed in any more, nobody's keys are at hand, nobody practises.
    fn end(&self, state: &mut State) {
        state.session = None;
        state.turn += 1;
        state.saved.clear();
        state.imports = Chosen::default();
        if let Some(desk) = &state.desk {
            desk.forget_keys();
        }
        self.end_practice(state);
    }

    fn end_practice(&self, state: &mut State) {
        if state.practice.take().is_some() {
            // A call that still runs may hold the files; the next start removes them then.
            let _ = discard_practice(&self.folder.join(PRACTICE));
        }
    }

    /// A failure as it stands after a second look at the file, and what follows from it.
    fn judge(&self, context: &Context, desk: Option<Arc<Desk>>, mut failure: Failure) -> Failure {
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of a desk that joined a hub.
fn find_runner(desk: &Arc<Desk>, turn: &Turn) -> Result<Option<SyncRunner>, Failure> {
    let Some(link) = Link::find(desk)? else { return Ok(None) };
    let runner = SyncRunner::start(Arc::clone(desk), link.taking_turns(turn));
    runner.map(Some).map_err(|error| Failure::new("internal").with("detail", error.kind()))
}

/// Where it was allowed, this PC opens the store by itself into the counting mode. Whatever goes wrong is told when
/// somebody types a password.
fn open_unattended(folder: &Path, around: &Surroundings, host: &dyn Host) -> Option<Desk> {
    if !Desk::stands_in(folder) {
        return None;
    }
    let secret = host.find_secret().ok()??;
    let desk = Desk::open_unattended(folder, &secret, around.clone()).ok()??;
    desk.write(Act { verb: "open_unattended", actor: None }, |_| Ok(())).ok()?;
    Some(desk)
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

    /// Where a file should go; `None` when the person closed the dialog.
    pub fn choose_save(&self, name: &str) -> Result<Option<PathBuf>, Failure> {
        let path = self.app.host.choose_save(name);
        self.must_still_be().map(|()| path)
    }

    /// A file that the person chose; `None` when they closed the dialog.
    pub fn choose_open(&self, kind: FileKind) -> Result<Option<PathBuf>, Failure> {
        let path = self.app.host.choose_open(kind);
        self.must_still_be().map(|()| path)
    }

    /// A dialog stands open as long as it likes: what was allowed before holds afterwards only in the same session.
    fn must_still_be(&self) -> Result<(), Failure> {
        let mut state = self.app.state();
        self.app.end_idle(&mut state);
        if state.turn == self.turn { Ok(()) } else { Err(Failure::new("not_allowed")) }
    }

    pub fn around(&self) -> &Surroundings {
        &self.app.around
    }

    pub fn desk(&self) -> Result<&Desk, Failure> {
        self.desk.as_deref().ok_or_else(|| Failure::new("not_allowed"))
    }

    /// The station's own desk, for what makes no sense in practice: people, keys, backups.
    pub fn own_desk(&self) -> Result<&Desk, Failure> {
        if self.is_practice() { Err(Failure::new("not_in_practice")) } else { self.desk() }
    }

    /// The station's own desk, also while somebody practises.
    pub fn station_desk(&self) -> Result<&Arc<Desk>, Failure> {
        self.station.as_ref().ok_or_else(|| Failure::new("not_allowed"))
    }

    pub fn is_practice(&self) -> bool {
        matches!((&self.desk, &self.station), (Some(desk), Some(station)) if !Arc::ptr_eq(desk, station))
    }

    /// From now on the signed-in person practises: own data, thrown away at the end.
    pub fn begin_practice(&self, person: &StaffRow) -> Result<(), Failure> {
        let folder = self.app.folder.join(PRACTICE);
        let desk = Desk::practise(&folder, self.station_desk()?, person)?;
        self.app.state().practice = Some(Arc::new(desk));
        Ok(())
    }

    pub fn end_practice(&self) {
        self.app.end_practice(&mut self.app.state());
    }

    pub fn choose_backup(&self, token: String, path: PathBuf) {
        self.app.state().chosen_backup = Some((token, path));
    }

    pub fn find_chosen_backup(&self, token: &str) -> Option<PathBuf> {
        let state = self.app.state();
        state.chosen_backup.as_ref().filter(|(t, _)| t == token).map(|(_, path)| path.clone())
    }

    pub fn is_known_broken(&self) -> bool {
        self.app.state().is_broken
    }

    pub fn note_set_aside(&self) {
        self.app.state().is_broken = false;
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
        // A desk whose hub cannot be asked for works all the same.
        let runner = find_runner(&desk, &self.app.turn).ok().flatten();
        let mut state = self.app.state();
        state.desk = Some(Arc::clone(&desk));
        let keeper = Keeper::start(Arc::clone(&desk)).ok();
        let before = (std::mem::replace(&mut state.sync, runner), std::mem::replace(&mut state.keeper, keeper));
        drop(state);
        drop(before);
        desk
    }

    /// From now on the desk agrees with its hub, if it has one.
    pub fn start_sync(&self) -> Result<(), Failure> {
        let runner = find_runner(self.station_desk()?, &self.app.turn)?;
        let before = std::mem::replace(&mut self.app.state().sync, runner);
        drop(before);
        Ok(())
    }

    /// The hub of this desk, and this desk there.
    pub fn link(&self) -> Result<Link, Failure> {
        let link = Link::find(self.own_desk()?)?.ok_or_else(|| Failure::new("not_joined"))?;
        Ok(link.taking_turns(&self.app.turn))
    }

    /// `None`: this desk belongs to no hub. With it what cycles changed since this was asked last.
    pub fn sync_standing(&self) -> (Option<Standing>, BTreeSet<Kind>) {
        match &self.app.state().sync {
            Some(runner) => (Some(runner.standing()), runner.take_touched()),
            None => (None, BTreeSet::new()),
        }
    }

    /// Returns whether there is a hub to ask.
    pub fn wake_sync(&self) -> bool {
        self.app.state().sync.as_ref().inspect(|runner| runner.wake()).is_some()
    }

    /// Asks for a cycle now. Returns whether there is a hub to ask.
    pub fn run_sync_now(&self) -> bool {
        self.app.state().sync.as_ref().inspect(|runner| runner.run_now()).is_some()
    }

    /// Begins to fill this PC from a hub; one that is under way goes on.
    pub fn start_join(&self, link: Link, way: Way) -> Result<(), Failure> {
        let mut state = self.app.state();
        if state.join.as_ref().is_some_and(|join| !join.is_over()) {
            return Err(Failure::new("join_running"));
        }
        let runner = JoinRunner::start(self.app.folder.clone(), link, way, self.around().clone());
        state.join = Some(runner.map_err(|error| Failure::new("internal").with("detail", error.kind()))?);
        Ok(())
    }

    /// While this PC is filled from a hub nothing else may stand up here.
    pub fn must_not_join(&self) -> Result<(), Failure> {
        let is_joining = self.app.state().join.as_ref().is_some_and(|join| !join.is_over());
        if is_joining { Err(Failure::new("join_running")) } else { Ok(()) }
    }

    pub fn join_status(&self) -> JoinStatus {
        let idle = JoinStatus { step: JoinStep::Idle, fingerprint: None, rows: 0, code: None };
        self.app.state().join.as_ref().map_or(idle, JoinRunner::status)
    }

    pub fn end_join(&self) {
        let runner = self.app.state().join.take();
        drop(runner);
    }

    pub fn begin_session(&self, session: SignedIn) {
        let mut state = self.app.state();
        self.app.end_practice(&mut state);
        state.saved.clear();
        state.imports = Chosen::default();
        state.session = Some(session);
        state.turn += 1;
    }

    pub fn end_session(&self) {
        self.app.end(&mut self.app.state());
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

    /// And these have to be read again too.
    pub fn also(mut self, kinds: &[Kind]) -> Self {
        self.touched.extend(kinds);
        self
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
            DeskError::Constraint => Failure::new("internal").with("detail", "constraint"),
            DeskError::Store(detail) => Failure::new("internal").with("detail", detail),
        }
    }
}
