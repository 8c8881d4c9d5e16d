//! The whole application on a real folder: `App::call` with JSON, a clock turned by hand, counted randomness, and a
//! folder that stands for the operating system.

#![allow(dead_code, reason = "each test program uses its own part of this bench")]

use fengxiang_commands::api::Failure;
use fengxiang_commands::{Answer, App, FileKind, Host, SecretPlace};
use fengxiang_desk::Surroundings;
use fengxiang_desk::outside::{Clock, Ids};
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// 2026-03-16 09:00 in Xiangyang.
pub const MORNING: i64 = 1_773_622_800_000;
pub const PASSWORD: &str = "three bees over nine bridges";

/// Now, and after how many more readings the program dies.
pub struct HandClock(AtomicI64, AtomicI64);
struct Counted(AtomicU64);

impl HandClock {
    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn die_after(&self, readings: Option<i64>) {
        self.1.store(readings.unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        assert!(self.1.fetch_sub(1, Ordering::SeqCst) > 0, "the program dies");
        self.0.load(Ordering::SeqCst)
    }
}

impl Ids for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            // Mixed twice, so that ids of one millisecond differ.
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let n = (n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (n >> 56) as u8;
        }
    }
}

/// Dialogs are answered by a folder; what was shown and kept can be looked at.
pub struct FolderHost {
    files: PathBuf,
    /// What the person chooses in the next open dialogs; `None` closes it.
    pub chosen: Mutex<Option<PathBuf>>,
    /// Whether the person closes save dialogs.
    pub closes_save: Mutex<bool>,
    /// What happens while a dialog stands open, once.
    pub meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    pub shown: Mutex<Vec<PathBuf>>,
    pub secret: Mutex<Option<Vec<u8>>>,
}

impl FolderHost {
    fn let_time_pass(&self) {
        let meanwhile = self.meanwhile.lock().unwrap().take();
        meanwhile.into_iter().for_each(|act| act());
    }
}

impl Host for FolderHost {
    fn choose_save(&self, name: &str) -> Option<PathBuf> {
        self.let_time_pass();
        (!*self.closes_save.lock().unwrap()).then(|| self.files.join(name))
    }

    fn choose_open(&self, _kind: FileKind) -> Option<PathBuf> {
        self.let_time_pass();
        self.chosen.lock().unwrap().clone()
    }

    fn show(&self, path: &Path) -> io::Result<()> {
        self.shown.lock().unwrap().push(path.to_owned());
        Ok(())
    }

    fn secret_place(&self) -> SecretPlace {
        SecretPlace::File
    }

    fn find_secret(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.secret.lock().unwrap().clone())
    }

    fn keep_secret(&self, secret: &[u8]) -> io::Result<()> {
        *self.secret.lock().unwrap() = Some(secret.to_owned());
        Ok(())
    }

    fn drop_secret(&self) -> io::Result<()> {
        *self.secret.lock().unwrap() = None;
        Ok(())
    }
}

pub struct Bench {
    pub app: Arc<App>,
    pub clock: Arc<HandClock>,
    pub host: Arc<FolderHost>,
    around: Surroundings,
    folder: PathBuf,
    /// Holds `data` and `files`; removed at the end.
    _room: Arc<TempDir>,
}

impl Bench {
    /// A program that starts for the first time: no station yet.
    pub fn new() -> Self {
        let room = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(HandClock(AtomicI64::new(MORNING), AtomicI64::new(i64::MAX)));
        let around = Surroundings { clock: clock.clone(), ids: Arc::new(Counted(AtomicU64::new(1))) };
        let files = room.path().join("files");
        std::fs::create_dir_all(&files).unwrap();
        let host = FolderHost {
            files,
            chosen: Mutex::new(None),
            closes_save: Mutex::new(false),
            meanwhile: Mutex::new(None),
            shown: Mutex::new(Vec::new()),
            secret: Mutex::new(None),
        };
        let (folder, host) = (room.path().join("data"), Arc::new(host));
        let app = Arc::new(App::new(folder.clone(), around.clone(), host.clone()));
        Self { app, clock, host, around, folder, _room: room }
    }

    /// A station that was just set up, its manager (站长甲, `PASSWORD`) signed in.
    pub fn founded() -> Self {
        let bench = Self::new();
        bench.call("station_found", founding());
        bench
    }

    /// The program ends and starts again on the same folder, with the same clock.
    pub fn restart(&mut self) {
        self.app = Arc::new(App::new(self.folder.clone(), self.around.clone(), self.host.clone()));
    }

    /// Another PC: its own empty data folder, the same files and clock.
    pub fn other_pc(&self) -> Self {
        let folder = self._room.path().join("data-of-another-pc");
        let app = Arc::new(App::new(folder.clone(), self.around.clone(), self.host.clone()));
        let (clock, host, around) = (self.clock.clone(), self.host.clone(), self.around.clone());
        Self { app, clock, host, around, folder, _room: self._room.clone() }
    }

    /// The data directory.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where saved files go.
    pub fn files(&self) -> &Path {
        &self.host.files
    }

    /// The same program on another data directory.
    pub fn at(mut self, folder: &Path) -> Self {
        self.folder = folder.to_owned();
        self.restart();
        self
    }

    pub fn answer(&self, name: &str, request: Value) -> Result<Answer, Failure> {
        self.app.call(name, request)
    }

    /// The value of a call that must succeed.
    pub fn call(&self, name: &str, request: Value) -> Value {
        self.answer(name, request).unwrap_or_else(|failure| panic!("{name}: {failure:?}")).value
    }

    /// The failure of a call that must fail.
    pub fn fail(&self, name: &str, request: Value) -> Failure {
        match self.answer(name, request) {
            Ok(answer) => panic!("{name} went through: {answer:?}"),
            Err(failure) => failure,
        }
    }

    /// Lets time pass. Negative turns the clock back. Five minutes without `session_active` end a session.
    pub fn pass_min(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    /// Lets time pass while somebody goes on touching keys, so that whoever is signed in stays so.
    pub fn pass_busy_min(&self, minutes: i64) {
        for step in (0..minutes).step_by(4) {
            self.pass_min(4.min(minutes - step));
            self.call("session_active", Value::Null);
        }
    }

    pub fn clock_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub fn pass_ms(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn status(&self) -> Value {
        self.call("app_status", Value::Null)
    }

    pub fn phase(&self) -> String {
        self.status()["phase"].as_str().unwrap().to_owned()
    }

    /// The id of a member of staff by name.
    pub fn staff(&self, name: &str) -> String {
        let status = self.status();
        let found = status["staff"].as_array().unwrap().iter().find(|s| s["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))["id"].as_str().unwrap().to_owned()
    }

    /// Adds a volunteer with a PIN; the manager must be signed in.
    pub fn add_volunteer(&self, name: &str, pin: &str) -> String {
        let request =
            json!({ "name": name, "role": "volunteer", "pin": pin, "password": null, "valid_until_on": null });
        self.call("staff_add", request)["id"].as_str().unwrap().to_owned()
    }

    /// Signs somebody in, whoever was before.
    pub fn sign_in(&self, staff_id: &str, secret: &str) -> Value {
        self.call("session_unlock", json!({ "staff_id": staff_id, "secret": secret }))
    }
}

/// The request of `station_found` for an invented station.
pub fn founding() -> Value {
    json!({
        "code": "GX03", "name": "试用广场能量站", "level": "core", "address": "试用路 1 号", "opening_rules": [],
        "manager_name": "站长甲", "password": PASSWORD, "opening_balances": [],
    })
}
