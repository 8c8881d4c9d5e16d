//! Faults and what must survive them: R1 `kill` and `crash`, R4 `starve`, R6 `damage`, R3, R5 and R7 `worlds` of the quality table.
//! All but the worlds work on a real station through the real commands; a ledger outside the killed process says what was acknowledged.

pub mod check;
pub mod crash;
pub mod damage;
pub mod kill;
pub mod ledger;
pub mod starve;
mod tracer;
pub mod worlds;

use serde::Serialize;

/// What came out of one fault: `lost` and `doubled` count operations, `failing` counts rounds in which anything was wrong.
#[derive(Debug, Default, Serialize)]
pub struct Tally {
    pub id: String,
    pub rounds: u64,
    pub lost: u64,
    pub doubled: u64,
    pub failing: u64,
    /// Parts that could not run here, and why.
    pub not_run: Vec<String>,
    /// What was wrong, a few lines of it.
    pub notes: Vec<String>,
}

/// More lines than these say nothing new.
const NOTES_MAX: usize = 20;

impl Tally {
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    /// Takes the verdict of one round.
    pub fn count(&mut self, round: &str, verdict: check::Verdict) {
        self.rounds += 1;
        self.lost += verdict.lost;
        self.doubled += verdict.doubled;
        self.failing += u64::from(!verdict.faults.is_empty());
        let room = NOTES_MAX.saturating_sub(self.notes.len());
        self.notes.extend(verdict.faults.iter().take(room).map(|fault| format!("{round}: {fault}")));
    }

    /// Takes what came out of another part of the same fault.
    pub fn add(&mut self, other: Tally) {
        self.rounds += other.rounds;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.failing += other.failing;
        self.not_run.extend(other.not_run);
        self.notes.extend(other.notes);
    }

    pub fn is_good(&self) -> bool {
        self.failing == 0 && self.lost == 0 && self.doubled == 0
    }
}
