//! When the next cycle is due: soon after a write or a hint, at ease when all is well, later and later while the hub is away.
//! Pure: time, randomness and what happened are handed in.

use crate::cycle::Stopped;
use crate::hub::HubError;
use std::time::Duration;

/// Without any sign from the hub: correctness never needs hints.
pub const AT_EASE: Duration = Duration::from_secs(30);
/// Writes that follow each other go in one batch.
pub const AFTER_WRITE: Duration = Duration::from_millis(200);
const BACKOFF_MIN: Duration = Duration::from_secs(5);
const BACKOFF_MAX: Duration = Duration::from_secs(300);
/// A hub that changed under way is asked again at once, but not for ever.
const AGAIN_MAX: u32 = 5;

/// How a cycle ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Agreed,
    /// Read all, and something waits still, or pages are left.
    Behind,
    Offline {
        retry_after_s: Option<u64>,
    },
    /// For a reason that waiting alone does not mend; a code.
    Stopped(&'static str),
    Revoked,
    Again,
}

impl From<&Stopped> for Ending {
    fn from(stopped: &Stopped) -> Self {
        match stopped {
            Stopped::Hub(error) => error.into(),
            Stopped::Local(_) => Ending::Stopped("local_store"),
            Stopped::Again => Ending::Again,
            Stopped::NoKey => Ending::Stopped("key_missing"),
        }
    }
}

impl From<&HubError> for Ending {
    fn from(error: &HubError) -> Self {
        match error {
            HubError::Offline => Ending::Offline { retry_after_s: None },
            HubError::Busy { retry_after_s } => Ending::Offline { retry_after_s: *retry_after_s },
            HubError::Revoked => Ending::Revoked,
            HubError::Refused(_) => Ending::Stopped("hub_refused"),
            HubError::Foreign(_) => Ending::Stopped("hub_foreign"),
        }
    }
}

/// Counts the failures in a row.
#[derive(Debug, Default)]
pub struct Schedule {
    failures: u32,
}

impl Schedule {
    /// How long to wait after this ending; `dice` is random.
    pub fn next(&mut self, ending: &Ending, dice: u64) -> Duration {
        match ending {
            Ending::Agreed => {
                self.failures = 0;
                AT_EASE
            }
            Ending::Behind => {
                self.failures = 0;
                AFTER_WRITE
            }
            Ending::Again if self.failures < AGAIN_MAX => {
                self.failures += 1;
                Duration::ZERO
            }
            Ending::Offline { retry_after_s: Some(seconds) } => {
                self.failures += 1;
                Duration::from_secs(*seconds).min(BACKOFF_MAX)
            }
            Ending::Offline { .. } | Ending::Stopped(_) | Ending::Revoked | Ending::Again => self.backoff(dice),
        }
    }

    /// Full jitter: anything between the least and twice the last bound, so that a hub that comes back is not run over.
    fn backoff(&mut self, dice: u64) -> Duration {
        let bound = BACKOFF_MIN.saturating_mul(2 << self.failures.min(6)).min(BACKOFF_MAX);
        self.failures += 1;
        let span_ms = u64::try_from((bound - BACKOFF_MIN).as_millis()).unwrap_or(0) + 1;
        BACKOFF_MIN + Duration::from_millis(dice % span_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWAY: Ending = Ending::Offline { retry_after_s: None };

    #[test]
    fn a_hub_that_stays_away_is_asked_less_and_less_and_never_less_than_every_five_minutes() {
        let mut schedule = Schedule::default();
        let waits: Vec<u64> = (0..20).map(|_| schedule.next(&AWAY, u64::MAX - 15).as_secs()).collect();
        assert!(waits.iter().all(|wait| (5..=300).contains(wait)), "{waits:?}");
        assert!(waits[0] <= 10 && waits[19] > waits[0]);
        schedule.next(&Ending::Agreed, 0);
        assert!(schedule.next(&AWAY, u64::MAX).as_secs() <= 10, "a success forgets the failures");
    }

    #[test]
    fn retry_after_is_obeyed() {
        let mut schedule = Schedule::default();
        assert_eq!(schedule.next(&Ending::Offline { retry_after_s: Some(77) }, 0).as_secs(), 77);
        assert_eq!(schedule.next(&Ending::Offline { retry_after_s: Some(9_000) }, 0).as_secs(), 300);
    }

    #[test]
    fn a_hub_that_keeps_changing_is_not_asked_without_a_pause_for_ever() {
        let mut schedule = Schedule::default();
        let waits: Vec<Duration> = (0..8).map(|_| schedule.next(&Ending::Again, 0)).collect();
        assert_eq!(waits[0], Duration::ZERO);
        assert!(waits[7] >= BACKOFF_MIN);
    }
}
