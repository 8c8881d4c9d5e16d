//! What runs beside the calls while a store is open: agreeing with a hub, being filled from one, the daily backups.

use super::{App, Context};
use crate::api::{Failure, JoinStatus, JoinStep};
use crate::join_runner::{JoinRunner, Way};
use crate::keeper::Keeper;
use crate::sync_runner::{Standing, SyncRunner};
use fengxiang_desk::{Desk, Kind};
use fengxiang_sync::http::Turn;
use fengxiang_sync::link::Link;
use fengxiang_sync::schedule::Ending;
use std::collections::BTreeSet;
use std::sync::Arc;

impl App {
    /// A hub has taken this PC out: the session is over and the store shut, and only the recovery key opens it again.
    pub(super) fn shut_revoked(&self) {
        let mut state = self.state();
        if !state.sync.as_ref().is_some_and(|sync| sync.standing().ending == Some(Ending::Revoked)) {
            return;
        }
        self.end(&mut state);
        state.desk = None;
        let runners = (state.sync.take(), state.keeper.take());
        // Their threads end first; nobody waits for them with the state in hand.
        drop(state);
        drop(runners);
    }
}

impl Context<'_> {
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

    /// How the last cycle went; what it touched stays for whoever asks next.
    pub fn sync_standing_now(&self) -> Option<Standing> {
        self.app.state().sync.as_ref().map(SyncRunner::standing)
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
}

/// Of a desk that joined a hub.
pub(super) fn find_runner(desk: &Arc<Desk>, turn: &Turn) -> Result<Option<SyncRunner>, Failure> {
    let is_revoked = desk.is_revoked()?;
    // Whoever opened a revoked PC with the recovery key works on it alone.
    let Some(link) = Link::find(desk)?.filter(|_| !is_revoked) else { return Ok(None) };
    let runner = SyncRunner::start(Arc::clone(desk), link.taking_turns(turn));
    runner.map(Some).map_err(|error| Failure::new("internal").with("detail", error.kind()))
}
