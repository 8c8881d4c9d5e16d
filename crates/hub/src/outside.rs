//! What a hub is handed from outside: the time and randomness. Tests turn the clock by hand.

pub trait Outside: Send + Sync {
    /// Milliseconds UTC.
    fn now_ms(&self) -> i64;
    /// Fills with what nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}
