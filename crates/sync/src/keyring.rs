//! The keys under which values of the partitions are sealed, newest last. Knows where they belong, not how they came.

use fengxiang_wire::Partition;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

#[derive(Clone, Default)]
pub struct Keyring(BTreeMap<(Partition, u8), Zeroizing<[u8; 32]>>);

impl Keyring {
    pub fn put(&mut self, partition: Partition, key_id: u8, key: [u8; 32]) {
        self.0.insert((partition, key_id), Zeroizing::new(key));
    }

    pub fn find(&self, partition: Partition, key_id: u8) -> Option<&[u8; 32]> {
        self.0.get(&(partition, key_id)).map(|key| &**key)
    }

    /// The key that new values are sealed with.
    pub fn newest(&self, partition: Partition) -> Option<(u8, &[u8; 32])> {
        let ((_, key_id), key) = self.0.range((partition, 0)..=(partition, u8::MAX)).next_back()?;
        Some((*key_id, key))
    }
}
