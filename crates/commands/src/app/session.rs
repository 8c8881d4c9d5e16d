//! Who is signed in, and when that ends: by going, by being idle, by losing the right to work here.

use super::{App, Context, PRACTICE, State};
use crate::api::Failure;
use crate::chosen::Chosen;
use fengxiang_desk::{Act, discard_practice};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::Role;

/// A session ends so long after the last sign of a person (`quality.md`).
const IDLE_MS: i64 = 5 * 60_000;

#[derive(Clone)]
pub(crate) struct SignedIn {
    pub staff: StaffId,
    pub name: String,
    pub role: Role,
}

impl App {
    /// Access ends with its last day and with retiring, and a role counts as it is now, also in the middle of a session.
    /// Reads without holding the state: whoever waits for a reader stops nobody else.
    pub(super) fn refresh_session(&self, context: &mut Context) -> Result<(), Failure> {
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

    pub(super) fn end_idle(&self, state: &mut State) {
        if state.session.is_none() || self.around.clock.now_ms() - state.active_at < IDLE_MS {
            return;
        }
        if let Some(desk) = &state.desk {
            // The lock comes on whether or not the disk takes the line.
            let _ = desk.write(Act { verb: "lock_idle", actor: None }, |_| Ok(()));
        }
        self.end(state);
    }

    /// Nobody is signed in any more, nobody's keys are at hand, nobody practises.
    pub(super) fn end(&self, state: &mut State) {
        state.session = None;
        state.turn += 1;
        state.saved.clear();
        state.imports = Chosen::default();
        if let Some(desk) = &state.desk {
            desk.forget_keys();
        }
        self.end_practice(state);
    }

    pub(super) fn end_practice(&self, state: &mut State) {
        if state.practice.take().is_some() {
            // A call that still runs may hold the files; the next start removes them then.
            let _ = discard_practice(&self.folder.join(PRACTICE));
        }
    }
}

impl Context<'_> {
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
}

#[cfg(test)]
mod tests {
    use crate::bench::Bench;
    use serde_json::Value;
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_call_that_waits_for_a_reader_stops_no_other() {
        let bench = Bench::founded();
        let desk = bench.app.state().desk.clone().unwrap();
        let every_reader = (desk.reader(), desk.reader());
        let app = Arc::clone(&bench.app);
        let waiting = thread::spawn(move || app.call("session_active", Value::Null).map(drop));
        // Long enough for it to come as far as it can.
        thread::sleep(Duration::from_millis(500));
        assert!(!waiting.is_finished(), "it has a reader");
        assert!(bench.app.state.try_lock().is_ok(), "it holds what every other call begins with");
        drop(every_reader);
        waiting.join().unwrap().unwrap();
    }
}
