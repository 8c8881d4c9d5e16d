//! What a command gives back: a value, and the kinds that screens read again because of it. Knows no command.

use crate::api::Failure;
use fengxiang_desk::{Kind, Written};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a window gets back: the value, and what to read again.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub value: serde_json::Value,
    pub touched: BTreeSet<Kind>,
}

pub(crate) struct Call<T> {
    pub(super) value: T,
    pub(super) touched: BTreeSet<Kind>,
}

impl<T> Call<T> {
    pub fn read(value: T) -> Self {
        Self { value, touched: BTreeSet::new() }
    }

    pub fn touching(value: T, kinds: &[Kind]) -> Self {
        Self { value, touched: kinds.iter().copied().collect() }
    }

    /// And these have to be read again too.
    pub fn also(mut self, kinds: &[Kind]) -> Self {
        self.touched.extend(kinds);
        self
    }

    pub fn map<U>(self, shape: impl FnOnce(T) -> U) -> Call<U> {
        Call { value: shape(self.value), touched: self.touched }
    }
}

impl<T> From<Written<T>> for Call<T> {
    fn from(written: Written<T>) -> Self {
        Self { value: written.value, touched: written.touched }
    }
}

impl<T: Serialize> Call<T> {
    pub fn into_answer(self) -> Result<Answer, Failure> {
        let value = serde_json::to_value(self.value).map_err(|_| Failure::new("internal"))?;
        Ok(Answer { value, touched: self.touched })
    }
}
