//! What somebody chose and has not confirmed yet, under a token. A window gets the token only, never a path.

use std::collections::VecDeque;

/// A choice that was looked at and left is forgotten when others follow.
const KEPT_MAX: usize = 2;

#[derive(Debug)]
pub(crate) struct Chosen<T> {
    kept: VecDeque<(String, T)>,
}

impl<T> Default for Chosen<T> {
    fn default() -> Self {
        Self { kept: VecDeque::new() }
    }
}

impl<T> Chosen<T> {
    pub fn put(&mut self, token: String, value: T) {
        self.kept.push_back((token, value));
        if self.kept.len() > KEPT_MAX {
            self.kept.pop_front();
        }
    }

    /// The choice behind a token, once.
    pub fn take(&mut self, token: &str) -> Option<T> {
        let at = self.kept.iter().position(|(t, _)| t == token)?;
        self.kept.remove(at).map(|(_, value)| value)
    }
}
