//! The clock and the randomness of this machine, handed to everything that asks for them.

use fengxiang_desk::Surroundings;
use fengxiang_desk::outside::{Clock, Ids};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

struct WallClock;
struct SystemRandom;

impl Clock for WallClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

impl Ids for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a machine without randomness cannot keep a secret");
    }
}

pub fn of_this_machine() -> Surroundings {
    Surroundings { clock: Arc::new(WallClock), ids: Arc::new(SystemRandom) }
}
