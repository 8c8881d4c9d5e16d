//! The machine that the hub runs on: the only place that asks for its time and randomness.

use crate::outside::Outside;
use std::time::{SystemTime, UNIX_EPOCH};

pub struct Machine;

impl Outside for Machine {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a machine without randomness can keep no secret");
    }
}
