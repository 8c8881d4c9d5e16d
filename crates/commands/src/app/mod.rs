//! The application behind the window: what it holds, and the one way a call takes.

mod call;
mod context;
mod failure;
mod kept;
mod running;
mod session;

pub use call::Answer;
pub(crate) use call::Call;
pub(crate) use context::Context;
pub(crate) use session::SignedIn;

use crate::api::Failure;
use crate::chosen::Chosen;
use crate::host::Host;
use crate::join_runner::JoinRunner;
use crate::keeper::{self, Keeper};
use crate::policy::Allow;
use crate::sync_runner::SyncRunner;
use crate::table::dispatch;
use fengxiang_desk::{Act, Desk, Surroundings, discard_practice};
use fengxiang_paper::import::Visitors;
use fengxiang_sync::http::Turn;
use running::find_runner;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Calls that a window makes by itself: they keep nobody signed in.
const PASSIVE: [&str; 6] = ["app_status", "day_summary", "shift_now", "badges", "sync_status", "desk_join_status"];
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
        self.shut_revoked();
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
