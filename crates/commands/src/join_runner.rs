//! Fills this PC from a hub, on a thread of its own: asks, waits for keys, pulls, and puts the station in its place when it is
//! whole. Until then nothing stands in the data directory that could be taken for a station.

use crate::api::{Failure, JoinStatus, JoinStep};
use fengxiang_desk::{Act, Desk, DeskError, Surroundings};
use fengxiang_sync::devices;
use fengxiang_sync::envelope::StationSecrets;
use fengxiang_sync::invitation::InvitationText;
use fengxiang_sync::join::{self, JoinError};
use fengxiang_sync::link::Link;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Where a station is filled, inside the data directory.
const JOINING: &str = "joining";
/// The other desk's answer is asked for so often.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// Somebody watches: an address that answers nothing is told soon.
const ANSWER_TRIES: u32 = 2;
/// A short loss of the line does not end the filling.
const TRIES_MAX: u32 = 30;

/// How this PC gets in.
pub(crate) enum Way {
    Code(String),
    /// The code, and the secret that was shown beside it.
    Text(InvitationText),
    Recovery([u8; 20]),
}

struct Shared {
    status: Mutex<JoinStatus>,
    stop: Notify,
    is_over: AtomicBool,
}

/// Ends with this value.
pub(crate) struct JoinRunner {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl JoinRunner {
    pub fn start(folder: PathBuf, link: Link, way: Way, around: Surroundings) -> std::io::Result<Self> {
        let status = JoinStatus { step: JoinStep::Asking, fingerprint: None, rows: 0, code: None };
        let shared =
            Arc::new(Shared { status: Mutex::new(status), stop: Notify::new(), is_over: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("join".into()).spawn(move || {
            run(&Joining { folder: &folder, around, shared: &theirs }, link, way);
            theirs.is_over.store(true, Ordering::SeqCst);
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub fn status(&self) -> JoinStatus {
        self.shared.status().clone()
    }

    pub fn is_over(&self) -> bool {
        self.shared.is_over.load(Ordering::SeqCst)
    }
}

impl Drop for JoinRunner {
    fn drop(&mut self) {
        self.shared.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn status(&self) -> MutexGuard<'_, JoinStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Joining<'a> {
    folder: &'a Path,
    around: Surroundings,
    shared: &'a Shared,
}

fn run(joining: &Joining, link: Link, way: Way) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return joining.fail(&Failure::new("internal"));
    };
    let done = runtime.block_on(async {
        tokio::select! {
            () = joining.shared.stop.notified() => None,
            done = joining.join(link, way) => Some(done),
        }
    });
    if let Some(Err(failure)) = done {
        joining.fail(&failure);
    }
}

impl Joining<'_> {
    async fn join(&self, mut link: Link, way: Way) -> Result<(), Failure> {
        let mut keys = Vec::new();
        let secrets = match way {
            Way::Code(code) => {
                self.enroll(&mut link, &code).await?;
                self.wait_for_keys(&link).await?
            }
            Way::Text(text) => {
                self.enroll(&mut link, &text.code).await?;
                let (secrets, others) = join::open_invited(&link, &text.secret).await?;
                keys = others;
                secrets
            }
            Way::Recovery(recovery) => self.recover(&mut link, &recovery).await?,
        };
        self.shared.status().step = JoinStep::Pulling;
        let folder = self.folder.join(JOINING);
        remove(&folder)?;
        let desk = join::make_desk(&folder, &link, &secrets, self.around.clone())?;
        desk.exchange(|x| keys.iter().try_for_each(|key| x.put_partition_key(key)))?;
        self.fill(&desk, &link).await?;
        // Whoever gave the keys from another desk said so there; by the recovery key or from the office nobody did.
        if !devices::is_keyed(&desk, &link)? {
            devices::add_own(&desk, &link, Act { verb: "recover_station", actor: None })?;
        }
        drop(desk);
        self.put_in_place(&folder)?;
        self.shared.status().step = JoinStep::Done;
        Ok(())
    }

    /// A lost answer is asked for again by the same device: the hub tells it the same.
    async fn enroll(&self, link: &mut Link, code: &str) -> Result<(), Failure> {
        let mut tries = 0;
        loop {
            match join::enroll_device(link, code).await {
                Err(error) if is_passing(&error) && tries < ANSWER_TRIES => tries += 1,
                done => return Ok(done?),
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    async fn recover(&self, link: &mut Link, recovery: &[u8; 20]) -> Result<StationSecrets, Failure> {
        let mut tries = 0;
        loop {
            match join::recover(link, recovery).await {
                Err(error) if is_passing(&error) && tries < ANSWER_TRIES => tries += 1,
                done => return Ok(done?),
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    async fn wait_for_keys(&self, link: &Link) -> Result<StationSecrets, Failure> {
        {
            let mut status = self.shared.status();
            status.step = JoinStep::WaitingForKeys;
            status.fingerprint = Some(link.fingerprint());
        }
        loop {
            match join::find_secrets(link).await {
                Ok(Some(secrets)) => return Ok(secrets),
                Ok(None) => {}
                Err(JoinError::Hub(fengxiang_sync::HubError::Offline | fengxiang_sync::HubError::Busy { .. })) => {}
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    async fn fill(&self, desk: &Desk, link: &Link) -> Result<(), Failure> {
        let mut tries = 0;
        loop {
            match join::fill(desk, link, &|rows| self.shared.status().rows = rows).await {
                Ok(report) if report.is_caught_up => return Ok(()),
                Ok(_) => tries = 0,
                Err(error) if tries >= TRIES_MAX || !is_passing(&error) => return Err(error.into()),
                Err(_) => {
                    tries += 1;
                    tokio::time::sleep(ASK_AGAIN).await;
                }
            }
        }
    }

    /// The hub has all of it: a crash in between costs another filling.
    fn put_in_place(&self, folder: &Path) -> Result<(), Failure> {
        match Desk::move_in(folder, self.folder) {
            // No slot came with the rows: nobody's password would open it.
            Err(DeskError::KeyFileMissing) => return Err(Failure::new("hub_foreign")),
            moved => moved?,
        }
        remove(folder)
    }

    fn fail(&self, failure: &Failure) {
        let mut status = self.shared.status();
        status.step = JoinStep::Failed;
        status.code = Some(failure.code.clone());
    }
}

/// What goes by itself, so that trying again makes sense.
fn is_passing(error: &JoinError) -> bool {
    use fengxiang_sync::HubError::{Busy, Offline};
    matches!(error, JoinError::Hub(Offline | Busy { .. }) | JoinError::Again)
}

/// What an earlier try left: nothing of it was ever shown.
fn remove(folder: &Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(DeskError::from(e).into()),
        _ => Ok(()),
    }
}
