//! Makes the backup of each day on a thread of its own, as long as the store is open. One that fails is told, and tried again.

use fengxiang_desk::{Desk, DeskError};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A day that begins while the program runs is noticed within so long.
const LOOK_AGAIN: Duration = Duration::from_secs(600);
/// A start is no time for heavy work: the first look comes a little later.
const FIRST_LOOK: Duration = Duration::from_secs(20);
const FAILED: &str = "backup_failed";

#[derive(Default)]
struct Stop {
    is_over: Mutex<bool>,
    told: Condvar,
}

/// The thread; it ends with this value.
pub(crate) struct Keeper {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub fn start(desk: Arc<Desk>) -> std::io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let theirs = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("keeper".into()).spawn(move || {
            let mut wait = FIRST_LOOK;
            while !theirs.wait(wait) {
                note(&desk, desk.renew_backups_if_due().and_then(|()| desk.back_up_daily()));
                wait = LOOK_AGAIN;
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        *self.stop.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.told.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Stop {
    /// Returns whether it is over.
    fn wait(&self, most: Duration) -> bool {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.told.wait_timeout_while(is_over, most, |is_over| !*is_over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Tells the manager of a backup that failed, once until it is dismissed.
pub(crate) fn note(desk: &Desk, done: Result<bool, DeskError>) {
    let is_known = || desk.reader().list_alarms().is_ok_and(|alarms| alarms.iter().any(|a| a.kind == FAILED));
    if done.is_err() && !is_known() {
        // Where not even this can be written, the next act of a person says why.
        let _ = desk.exchange(|x| x.raise_alarm(FAILED, 0));
    }
}
