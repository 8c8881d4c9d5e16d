//! What one call sees and may do: the desk it works with, who asks, and the doors to write and to ask for a file.

use super::session::SignedIn;
use super::{App, Call, PRACTICE};
use crate::api::{Failure, Phase};
use crate::host::{FileKind, Host};
use crate::policy::Caller;
use fengxiang_desk::store::StaffRow;
use fengxiang_desk::{Act, Desk, DeskError, Surroundings, Writer};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What one call sees: the desk and the caller as they were when its policy was checked.
pub(crate) struct Context<'a> {
    pub(super) app: &'a App,
    /// What is worked with: the station's desk, or the one that is practised with.
    pub desk: Option<Arc<Desk>>,
    /// The station's desk in any case.
    pub(super) station: Option<Arc<Desk>>,
    pub session: Option<SignedIn>,
    pub(super) turn: u64,
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

    /// Whether this is a desk of the district office.
    pub fn is_district(&self) -> bool {
        self.station.as_ref().is_some_and(|desk| desk.is_district())
    }

    pub(super) fn caller(&self) -> Caller {
        match (self.phase(), &self.session) {
            (Phase::Open, Some(session)) => Caller::Staff(session.role),
            (Phase::Locked, _) if self.is_district() => Caller::LockedOffice,
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
}
