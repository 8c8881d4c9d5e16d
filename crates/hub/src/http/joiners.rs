//! How many strangers may try to join: enough for a district that sets itself up, too few to guess codes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

const TRIES_MAX: usize = 60;
const WITHIN_MS: i64 = 60_000;

#[derive(Default)]
pub struct Joiners(Mutex<VecDeque<i64>>);

impl Joiners {
    pub fn is_let_in(&self, now_ms: i64) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tries.front().is_some_and(|at| now_ms - at >= WITHIN_MS) {
            tries.pop_front();
        }
        let is_let_in = tries.len() < TRIES_MAX;
        if is_let_in {
            tries.push_back(now_ms);
        }
        is_let_in
    }
}
