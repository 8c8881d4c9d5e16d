//! The app without a window, its clock turned by hand.

use anyhow::{Result, bail};
use fengxiang_commands::{App, FileKind, Host, SecretPlace};
use fengxiang_desk::Surroundings;
use fengxiang_desk::outside::{Clock, Ids};
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// What happens in the month follows from this.
const SEED: u64 = 20_260_316;
/// Shorter than the time after which a desk locks itself.
const TOUCH_MS: i64 = 2 * 60_000;

pub struct Demo {
    app: App,
    clock: Arc<HandClock>,
    pub dice: fastrand::Rng,
}

struct HandClock(AtomicI64);
struct SystemRandom;
struct NoHost;

/// Somebody who works here and how they sign in.
pub struct Staff {
    pub id: String,
    pub secret: String,
}

impl Demo {
    pub fn new(folder: PathBuf, starts_at: i64) -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(starts_at)));
        let around = Surroundings { clock: clock.clone(), ids: Arc::new(SystemRandom) };
        Self { app: App::new(folder, around, Arc::new(NoHost)), clock, dice: fastrand::Rng::with_seed(SEED) }
    }

    pub fn ask(&self, name: &str, request: Value) -> Result<Value> {
        match self.app.call(name, request) {
            Ok(answer) => Ok(answer.value),
            Err(failure) => bail!("{name}: {} {:?}", failure.code, failure.params),
        }
    }

    /// A clock only goes forward. On the way somebody touches a key now and then: whoever is signed in stays so.
    pub fn turn_to(&self, at: i64) {
        while self.ask("session_active", Value::Null).is_ok() && at - self.clock.now_ms() > TOUCH_MS {
            self.clock.0.fetch_add(TOUCH_MS, Ordering::SeqCst);
        }
        self.clock.0.fetch_max(at, Ordering::SeqCst);
    }

    pub fn sign_in(&self, staff: &Staff) -> Result<()> {
        self.ask("session_unlock", json!({ "staff_id": staff.id, "secret": staff.secret }))?;
        Ok(())
    }

    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.dice.u32(0..1000) < per_mille
    }

    pub fn close(&self) {
        self.app.close();
    }
}

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Ids for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("this machine has randomness");
    }
}

/// The month needs no dialog.
impl Host for NoHost {
    fn choose_save(&self, _: &str) -> Option<PathBuf> {
        None
    }

    fn choose_open(&self, _: FileKind) -> Option<PathBuf> {
        None
    }

    fn show(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn secret_place(&self) -> SecretPlace {
        SecretPlace::File
    }

    fn find_secret(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn keep_secret(&self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn drop_secret(&self) -> io::Result<()> {
        Ok(())
    }
}
