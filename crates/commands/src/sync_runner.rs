//! Keeps a desk in agreement with its hub on a thread of its own, as long as the store is open. Knows no screen: what it says is
//! a state, what it changed is a set of kinds.

use crate::keeper;
use fengxiang_desk::{Desk, DeskError, Kind};
use fengxiang_sync::desk_file::DeskFile;
use fengxiang_sync::devices::{hand_in_orders, lacks_given, renew_letter, take_keys};
use fengxiang_sync::district;
use fengxiang_sync::http::HttpHub;
use fengxiang_sync::join::{JoinError, put_office_once, put_recovery_once};
use fengxiang_sync::link::{Link, keyring, station_of};
use fengxiang_sync::schedule::{AFTER_WRITE, Ending, Schedule};
use fengxiang_sync::{Cycle, Limits, Report, Rules, Stopped};
use std::collections::BTreeSet;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::Notify;

/// Pages of one cycle: what is left comes with the next, and the state is told in between.
const PAGES_MAX: usize = 50;
/// A line for hints that was lost is tried again so much later: a hub that comes back has something to tell.
const HINTS_AGAIN: Duration = Duration::from_secs(5);
/// How often a desk that lacks no key looks whether there are new ones.
const KEYS_AGAIN_MS: i64 = 3_600_000;

/// How things stand, for whoever asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    pub is_running: bool,
    pub ending: Option<Ending>,
    pub last_cycle_at: Option<i64>,
    pub last_success_at: Option<i64>,
}

#[derive(Default)]
struct Shared {
    standing: Mutex<Standing>,
    touched: Mutex<BTreeSet<Kind>>,
    /// Something was written here.
    wake: Notify,
    /// A person asks for a cycle now.
    now: Notify,
    /// The hub says that something moved.
    hinted: Notify,
    stop: Notify,
    keys_looked_at: Mutex<Option<i64>>,
}

/// The thread; it ends with this value.
pub(crate) struct SyncRunner {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl SyncRunner {
    pub fn start(desk: Arc<Desk>, link: Link) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("sync".into()).spawn(move || run(&desk, &link, &theirs))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Something was written. A hub that is away is not asked sooner for it.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// Somebody asks for a cycle now.
    pub fn run_now(&self) {
        self.shared.now.notify_one();
    }

    pub fn standing(&self) -> Standing {
        self.shared.standing().clone()
    }

    /// What cycles changed since this was asked last.
    pub fn take_touched(&self) -> BTreeSet<Kind> {
        std::mem::take(&mut self.shared.touched())
    }
}

impl Drop for SyncRunner {
    /// A request under way is let go: whatever it would have brought comes with the next cycle.
    fn drop(&mut self) {
        self.shared.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Once an hour the envelopes are looked through without any other reason.
    fn are_keys_due(&self, now_ms: i64) -> bool {
        let mut looked_at = self.keys_looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = looked_at.is_none_or(|at| (now_ms - at).abs() > KEYS_AGAIN_MS);
        if is_due {
            *looked_at = Some(now_ms);
        }
        is_due
    }

    fn touched(&self) -> MutexGuard<'_, BTreeSet<Kind>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run(desk: &Desk, link: &Link, shared: &Shared) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        shared.standing().ending = Some(Ending::Stopped("local_store"));
        return;
    };
    runtime.block_on(async {
        tokio::select! {
            () = shared.stop.notified() => {}
            () = cycles(desk, link, shared) => {}
        }
    });
}

async fn cycles(desk: &Desk, link: &Link, shared: &Shared) {
    let line = match link.line() {
        Ok(line) => line,
        Err(error) => {
            shared.standing().ending = Some(Ending::from(&error));
            return;
        }
    };
    tokio::select! {
        () = listening(&line, shared) => {}
        () = turning(desk, link, &line, shared) => {}
    }
}

/// Cycle after cycle, until this device is taken out.
async fn turning(desk: &Desk, link: &Link, line: &HttpHub, shared: &Shared) {
    let mut schedule = Schedule::default();
    loop {
        shared.standing().is_running = true;
        let ending = cycle(desk, link, line, shared).await;
        if ending == Ending::Revoked {
            // Where it cannot be written down, the next start is told again.
            let _ = desk.note_revoked();
            return note(desk, shared, &ending);
        }
        note(desk, shared, &ending);
        let mut dice = [0; 8];
        desk.fill_random(&mut dice);
        let wait = schedule.next(&ending, u64::from_le_bytes(dice));
        rest(shared, wait, &ending).await;
    }
}

/// Until the time is over, something was written here, or the hub says that something moved.
async fn rest(shared: &Shared, wait: Duration, ending: &Ending) {
    let is_reached = matches!(ending, Ending::Agreed | Ending::Behind);
    let woken = async {
        if !is_reached {
            return pending().await;
        }
        shared.wake.notified().await;
        tokio::time::sleep(AFTER_WRITE).await;
    };
    let hinted = async {
        if !is_reached {
            return pending().await;
        }
        shared.hinted.notified().await;
    };
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = woken => {}
        () = shared.now.notified() => {}
        () = hinted => {}
    }
}

/// Keeps one line for hints open beside the cycles: what moves between a cycle and the next is not missed. Whatever came while
/// there was no line is looked for as soon as there is one.
async fn listening(line: &HttpHub, shared: &Shared) {
    loop {
        if let Ok(mut hints) = line.listen().await {
            shared.hinted.notify_one();
            while hints.next().await.is_ok() {
                shared.hinted.notify_one();
            }
        }
        tokio::time::sleep(HINTS_AGAIN).await;
    }
}

async fn cycle(desk: &Desk, link: &Link, line: &HttpHub, shared: &Shared) -> Ending {
    let done = one_cycle(desk, link, line, shared).await;
    match &done {
        Ok(report) if report.is_caught_up => Ending::Agreed,
        Ok(_) => Ending::Behind,
        Err(stopped) => Ending::from(stopped),
    }
}

async fn one_cycle(desk: &Desk, link: &Link, line: &HttpHub, shared: &Shared) -> Result<Report, Stopped> {
    let local = |error: DeskError| Stopped::Local(fengxiang_sync::LocalError(error.to_string()));
    let has_new_key = prepare(desk, link, line, shared).await.map_err(stopped)?;
    let file = DeskFile::new(desk, station_of(desk), keyring(desk).map_err(local)?);
    file.show_what_is_known_now()?;
    let cycle =
        Cycle { local: &file, hub: line, rules: Rules::default(), limits: Limits::default(), pages_max: PAGES_MAX };
    let done = cycle.run().await;
    // This very cycle may have noticed that the file is one of two.
    if done.is_ok() && renew_letter(desk, line).await.map_err(stopped)? {
        shared.touched().insert(Kind::Sync);
    }
    let touched = file.take_touched();
    let has_slots = touched.contains(&Kind::Staff);
    shared.touched().extend(touched);
    if has_slots {
        desk.take_slots().map_err(local)?;
    }
    keeper::note(desk, desk.renew_backups_if_due().map(|()| false));
    let is_whole = matches!(done, Ok(_) | Err(Stopped::NoKey));
    let is_lacking = is_whole && file.lacks_key();
    if has_new_key || is_lacking && take_keys(desk, link, line).await.map_err(stopped)? {
        let file = DeskFile::new(desk, station_of(desk), keyring(desk).map_err(local)?);
        file.show_all().map_err(Stopped::Local)?;
        shared.touched().extend(Kind::ALL);
        if matches!(done, Err(Stopped::NoKey)) {
            // What waited for the key goes with the next cycle, at once.
            return Err(Stopped::Again);
        }
    }
    if done.is_ok() && !desk.is_district() {
        // Behind the pull: the office's key may have just come.
        put_office_once(desk, line).await.map_err(stopped)?;
    }
    if done.is_ok() {
        file.prune().map_err(local)?;
    }
    done
}

/// What comes before a cycle; returns whether a key is new.
async fn prepare(desk: &Desk, link: &Link, line: &HttpHub, shared: &Shared) -> Result<bool, JoinError> {
    if desk.is_district() {
        let is_new = district::keep(desk, link, line).await?;
        shared.touched().insert(Kind::Board);
        return Ok(is_new);
    }
    hand_in_orders(desk, line).await?;
    put_recovery_once(desk, line).await?;
    renew_letter(desk, line).await?;
    // Turned over elsewhere, a key that nothing was sealed with yet is found by looking only.
    let is_due = lacks_given(desk)? || shared.are_keys_due(desk.now_ms());
    Ok(is_due && take_keys(desk, link, line).await?)
}

fn stopped(error: JoinError) -> Stopped {
    match error {
        JoinError::Hub(error) => Stopped::Hub(error),
        other => Stopped::Local(fengxiang_sync::LocalError(other.to_string())),
    }
}

fn note(desk: &Desk, shared: &Shared, ending: &Ending) {
    let now = desk.now_ms();
    let mut standing = shared.standing();
    standing.is_running = false;
    standing.last_cycle_at = Some(now);
    if matches!(ending, Ending::Agreed | Ending::Behind) {
        standing.last_success_at = Some(now);
    }
    standing.ending = Some(ending.clone());
}
