//! Faults at exact system calls on the files of a desk, injected by strace. Knows no station.

use std::path::Path;
use std::process::Command;

/// Which files of a data directory the faults fall on.
const FILES: [&str; 5] = ["desk.db", "desk.db-wal", "desk.db-shm", "desk.db-journal", "desk.mark"];

/// What strace is asked for: a system call and what befalls it, as in `error=EIO:when=3`.
pub struct Injection {
    pub call: &'static str,
    pub effect: String,
}

/// Why no faults can be injected here; `None` when they can.
pub fn reason_not_to() -> Option<String> {
    match Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).output() {
        Ok(done) if done.status.success() => None,
        Ok(done) => Some(format!("strace cannot trace here: {}", String::from_utf8_lossy(&done.stderr).trim())),
        Err(error) => Some(format!("strace does not start: {error}")),
    }
}

/// The program under strace with the fault injected; what was injected is logged to a file.
pub fn command(injection: &Injection, folder: &Path, log: &Path, program: &Path) -> Command {
    let Injection { call, effect } = injection;
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(log);
    strace.args(["-e", &format!("trace={call},read"), "-e", &format!("inject={call}:{effect}")]);
    if *call == "pread64" && effect.ends_with('+') {
        // A disk that gives SQLite nothing for good gives nothing to whoever reads the file itself.
        strace.args(["-e", "inject=read:error=EIO:when=1+"]);
    }
    for file in FILES {
        strace.arg("-P").arg(folder.join(file));
    }
    strace.arg("--").arg(program);
    strace
}

/// Whether a logged run has met its fault.
pub fn has_hit(log: &Path) -> bool {
    std::fs::read_to_string(log)
        .is_ok_and(|text| text.lines().any(|l| l.contains("(INJECTED)") && !l.contains(" read(")))
}
