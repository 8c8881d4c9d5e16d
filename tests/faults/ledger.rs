//! The acknowledged ledger: lines that the working process wrote after each success, kept by the process that kills it.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long a child may take to open its store.
const PATIENCE: Duration = Duration::from_secs(60);

/// One line of the working process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The store is open; the number is the process to kill.
    Ready {
        pid: u32,
    },
    Visitor {
        id: String,
        alias: String,
    },
    Visit {
        id: String,
        visitor: Option<String>,
        visitor_type: String,
        people: i64,
        items: Vec<String>,
    },
    Service {
        visit: String,
        item: String,
    },
    Leave {
        visit: String,
    },
    Void {
        visit: String,
    },
    /// A command said no.
    Failed {
        step: String,
        code: String,
    },
    /// The scenario ran to its end.
    End,
}

/// A working process and what it has said so far.
pub struct Worker {
    child: Child,
    lines: Receiver<Line>,
    ledger: Vec<Line>,
}

impl Worker {
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        let output = child.stdout.take().context("the worker's output")?;
        let (send, lines) = channel();
        std::thread::spawn(move || listen(output, |line| send.send(line).is_ok()));
        Ok(Self { child, lines, ledger: Vec::new() })
    }

    /// Waits for the store to be open and returns the process to kill; `None` when the worker ended before that.
    pub fn wait_ready(&mut self) -> Option<u32> {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).ok()?;
            self.ledger.push(line.clone());
            if let Line::Ready { pid } = line {
                return Some(pid);
            }
        }
    }

    /// Goes on until the worker ends by itself or the time is over.
    pub fn listen_for(&mut self, patience: Duration) {
        let start = Instant::now();
        while let Some(left) = patience.checked_sub(start.elapsed()) {
            match self.lines.recv_timeout(left) {
                Ok(line) => self.ledger.push(line),
                Err(_) => return,
            }
        }
    }

    /// Waits for the worker's end, killing it after a while, and returns everything it acknowledged.
    pub fn finish(mut self, patience: Duration) -> Vec<Line> {
        // The sender is dropped when the worker's output ends.
        while let Ok(line) = self.lines.recv_timeout(patience) {
            self.ledger.push(line);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.ledger
    }
}

/// A line without its end was cut by the kill: it was not received.
fn listen(output: impl Read, mut take: impl FnMut(Line) -> bool) {
    let mut reader = BufReader::new(output);
    let mut text = String::new();
    while reader.read_line(&mut text).is_ok_and(|n| n > 0) && text.ends_with('\n') {
        if serde_json::from_str(&text).is_ok_and(|line| !take(line)) {
            return;
        }
        text.clear();
    }
}
