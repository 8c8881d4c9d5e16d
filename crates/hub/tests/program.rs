//! The hub as a process: what it prints, what operators may ask of it, how it stops.

#[path = "../../../tests/cluster.rs"]
mod cluster;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

struct Program {
    child: Child,
    address: String,
    code: String,
}

impl Program {
    fn start() -> Self {
        Self::serve("memory:", true)
    }

    /// One in memory prints its first invitation; any other was set up before.
    fn serve(database: &str, prints_code: bool) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fengxiang-hub"))
            .args(["serve", "--database", database])
            .env("FENGXIANG_HUB_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let code =
            if prints_code { lines.next().unwrap().split(' ').nth(1).unwrap().to_owned() } else { String::new() };
        let address = lines.next().unwrap().rsplit("//").next().unwrap().to_owned();
        Self { child, address, code }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop, and returns its log.
    fn stop(mut self) -> String {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let is_over = (0..1_000).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            self.child.try_wait().unwrap().is_some()
        });
        assert!(is_over, "it does not stop");
        assert!(self.child.wait().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn it_serves_says_how_it_is_and_stops_when_asked() {
    let program = Program::start();
    for path in ["/healthz", "/readyz"] {
        assert!(program.get(path).starts_with("HTTP/1.1 200"), "{path}");
    }
    assert!(program.get("/nowhere").starts_with("HTTP/1.1 404"));
    assert!(program.get("/metrics").contains("fengxiang_hub_requests_total"));
    let code = program.code.clone();
    let log = program.stop();
    assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
    assert!(log.contains("/healthz") && !log.contains(&code), "a code is no matter for the log");
}

#[test]
fn its_description_names_every_address_and_message() {
    let program = Program::start();
    let answer = program.get("/openapi.json");
    let description: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    for path in ["hello", "push", "offer", "pull", "digest", "reread", "enroll", "recover", "erase", "envelopes/put"] {
        assert!(description["paths"].get(format!("/v1/{path}")).is_some(), "{path}");
    }
    assert!(description["components"]["schemas"]["Entry"]["properties"].get("x").is_some());
}

#[test]
fn a_wrong_setting_is_named() {
    let run = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_fengxiang-hub")).args(arguments).output().unwrap();
        assert!(!done.status.success());
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    assert!(run(&["serve", "--config", "nowhere.toml"]).contains("nowhere.toml"));
    assert!(run(&["status", "--database", "memory:"]).contains("init"));
    assert!(run(&["revoke", "xyz", "--database", "memory:"]).contains("32 hex digits"));
}

/// What an operator's command prints, and whether it went well.
fn operate(database: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fengxiang-hub"));
    let done = command.args(arguments).args(["--database", database]).output().unwrap();
    (done.status.success(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

/// Operators' commands are programs of their own, beside the hub that serves.
fn is_operated_while_it_serves(database: &str) {
    assert!(!operate(database, &["status"]).0, "nothing is set up yet");
    let (is_done, printed) = operate(database, &["init", "--district", "Made-up District"]);
    assert!(is_done && printed.starts_with("invitation "), "{printed}");
    assert!(!operate(database, &["init", "--district", "Another District"]).0, "a district is set up once");
    let program = Program::serve(database, false);
    assert!(program.get("/readyz").starts_with("HTTP/1.1 200"));
    let (is_done, printed) = operate(database, &["invite", "--new-station"]);
    assert!(is_done && printed.starts_with("invitation "), "{printed}");
    assert!(operate(database, &["status"]).1.contains("Made-up District"));
    program.stop();
    let again = Program::serve(database, false);
    assert!(again.get("/readyz").starts_with("HTTP/1.1 200"));
    again.stop();
}

#[test]
fn a_hub_in_a_file_is_operated_while_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    is_operated_while_it_serves(&folder.path().join("hub.db").to_string_lossy());
}

#[test]
fn a_hub_on_a_server_is_operated_while_it_serves() {
    is_operated_while_it_serves(&cluster::address());
}
