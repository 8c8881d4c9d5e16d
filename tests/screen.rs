//! A display of its own for each test: Xvfb, a session bus and WebKit's driver.

use crate::webdriver::Window;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running display and driver; both end with it.
pub struct Screen {
    display: String,
    port: u16,
    root: PathBuf,
    // In this order: the driver ends while its display still stands.
    _driver: Ended,
    _xvfb: Ended,
}

/// A process group that ends with its owner. A group, because a session bus starts services of its own; terminated
/// and not killed, because a killed `dbus-run-session` leaves its bus behind.
struct Ended(Child);

impl Ended {
    fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).spawn().unwrap_or_else(|error| panic!("starting {command:?}: {error}")))
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

/// Polls until the closure answers; panics with what was waited for.
pub fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(40));
    }
}

impl Screen {
    /// Starts display and driver for an app that keeps everything under this folder: `data`, `files` (what the dialogs
    /// answer with), and what the web view and the desktop write for themselves.
    pub fn open(root: &Path) -> Self {
        for folder in ["data", "files", "web", "config"] {
            std::fs::create_dir_all(root.join(folder)).expect("a folder of our own");
        }
        let (display, xvfb) = start_display();
        let port = free_port();
        let mut driver = Command::new("dbus-run-session");
        driver
            .args(["--", "WebKitWebDriver", "--host=127.0.0.1", &format!("--port={port}")])
            .env("DISPLAY", &display)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("FENGXIANG_DATA_DIR", root.join("data"))
            .env("FENGXIANG_FILES_DIR", root.join("files"))
            // The web view keeps its own files there, the language among them: one test's must not reach the next.
            .env("XDG_DATA_HOME", root.join("web"))
            .env("XDG_CONFIG_HOME", root.join("config"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Ended::start(&mut driver);
        Self { display, port, root: root.to_owned(), _driver: driver, _xvfb: xvfb }
    }

    /// Starts the app and returns its window.
    pub fn start_app(&self) -> Window {
        let app =
            std::env::var("FENGXIANG_APP").expect("FENGXIANG_APP names the built app; `cargo xtask test` sets it");
        Window::start(self.port, &app)
    }

    pub fn data_dir(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The folder that answers the app's file dialogs.
    pub fn files_dir(&self) -> PathBuf {
        self.root.join("files")
    }

    /// Kills the app as a power cut would.
    pub fn kill_app(&self) {
        for pid in self.app_pids() {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
        wait_for("the app to be gone", || self.app_pids().is_empty().then_some(()));
    }

    /// Asks the app to end as a system that shuts down does.
    pub fn end_app(&self) {
        for pid in self.app_pids() {
            let _ = Command::new("kill").args(["-TERM", &pid]).status();
        }
        wait_for("the app to end", || self.app_pids().is_empty().then_some(()));
    }

    /// Starts the program once more in the surroundings of the first, with or without its session bus.
    pub fn start_beside(&self, data_dir: &Path, has_bus: bool) -> Child {
        let first = wait_for("the first start", || self.app_pids().into_iter().next());
        let environment = std::fs::read(format!("/proc/{first}/environ")).expect("our own process");
        let text = String::from_utf8_lossy(&environment).into_owned();
        let mut second = Command::new(std::env::var("FENGXIANG_APP").expect("the app that runs"));
        second.env_clear().envs(text.split('\0').filter_map(|v| v.split_once('=')));
        second.env_remove("TAURI_WEBVIEW_AUTOMATION").env("FENGXIANG_DATA_DIR", data_dir);
        if !has_bus {
            second.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        }
        second.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a second start")
    }

    /// The app's processes: those whose environment names our data directory and whose program is the app.
    pub fn app_pids(&self) -> Vec<String> {
        let app = std::env::var("FENGXIANG_APP").unwrap_or_default();
        let marker = format!("FENGXIANG_DATA_DIR={}", self.data_dir().display());
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|p| p.file_name().into_string().ok());
        pids.filter(|pid| {
            let is_app = std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == Path::new(&app));
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            is_app && environment.split(|b| *b == 0).any(|v| v == marker.as_bytes())
        })
        .collect()
    }

    /// Keeps a picture of the whole screen, when `FENGXIANG_PICTURES` asks for it.
    pub fn keep_picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("FENGXIANG_PICTURES") else { return };
        // Two animation frames, and the fade of a dialog.
        std::thread::sleep(Duration::from_millis(400));
        let file = PathBuf::from(folder).join(format!("{name}.png"));
        let taken = Command::new("import")
            .args(["-display", &self.display, "-window", "root", "+dither", "-colors", "64"])
            .arg(format!("PNG8:{}", file.display()))
            .status();
        assert!(taken.is_ok_and(|s| s.success()), "a picture of the screen");
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let test = std::thread::current().name().unwrap_or("unnamed").replace("::", "-");
            self.keep_picture(&format!("failed-{test}"));
        }
        for pid in self.app_pids() {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
    }
}

fn free_port() -> u16 {
    let probe = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    probe.local_addr().expect("a bound port").port()
}

/// Xvfb picks a free display itself and tells its number.
fn start_display() -> (String, Ended) {
    use std::io::{BufRead, BufReader};
    let mut xvfb = Command::new("Xvfb");
    xvfb.args(["-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]);
    let mut xvfb = Ended::start(xvfb.stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut line = String::new();
    BufReader::new(xvfb.0.stdout.as_mut().expect("piped")).read_line(&mut line).expect("Xvfb tells its display");
    (format!(":{}", line.trim()), xvfb)
}
