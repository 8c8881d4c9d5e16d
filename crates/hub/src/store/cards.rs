//! The hub's own small documents, each under a key in a drawer: devices, stations, invitations, envelopes. A store keeps their
//! bytes and knows nothing of them.

use super::Failed;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Drawer {
    /// One card: the district. Whoever adds a station or a device reads it first, so that one does after the other.
    District,
    /// By id.
    Device,
    /// By id.
    Station,
    /// By the first part of the code.
    Invitation,
    /// By receiver, partition and key.
    Envelope,
}

impl Drawer {
    /// As it is written in a database.
    pub fn name(self) -> &'static str {
        match self {
            Drawer::District => "district",
            Drawer::Device => "device",
            Drawer::Station => "station",
            Drawer::Invitation => "invitation",
            Drawer::Envelope => "envelope",
        }
    }
}

/// The cards of an open transaction.
pub trait CardTx {
    fn find_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed>;
    /// As [`CardTx::find_card`], and keeps others from reading it so or changing it until the end.
    fn lock_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed>;
    /// Those whose key begins so, in the order of their keys.
    fn list_cards(&mut self, drawer: Drawer, beginning: &[u8]) -> Result<Vec<Vec<u8>>, Failed>;
    /// Adds it or takes the place of the one before.
    fn put_card(&mut self, drawer: Drawer, key: &[u8], card: &[u8]) -> Result<(), Failed>;
    fn purge_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<(), Failed>;
}
