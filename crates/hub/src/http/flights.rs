//! One request of a device at a time: a desk that lost patience waits until the hub is done with what it asked before.

use fengxiang_wire::Id;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default, Clone)]
pub struct Flights(Arc<Mutex<HashSet<Id>>>);

/// Ends when it is dropped.
pub struct Flight {
    flights: Flights,
    device: Id,
}

impl Flights {
    /// `None`: another request of this device is being answered.
    pub fn take_off(&self, device: Id) -> Option<Flight> {
        let is_first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(device);
        is_first.then(|| Flight { flights: self.clone(), device })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.device);
    }
}
