//! Keeps the key file and the slots that desks share alike. A slot is a row first and in the file afterwards: what a crash
//! left out of the file is put there at the next look.

use crate::keys::KeyFile;
use crate::{Act, Desk, DeskError};
use fengxiang_domain::ids::StaffId;
use std::sync::PoisonError;

/// Where `sync` keeps what a desk knows of its hub; absent before it joined one.
pub const LINK_STATE: &str = "sync_link";
/// Kept from set-up on, so that copies of the station's keys can be sealed for the printed recovery key without it.
const RECOVERY_WRAP: &str = "recovery_wrap_key";
const RECOVERY_PROOF: &str = "recovery_proof_hash";

/// What the printed recovery key derives: a key that wraps the station's keys at a hub, and a proof of having it.
pub struct RecoveryParts {
    pub wrap_key: [u8; 32],
    pub proof: [u8; 32],
}

impl RecoveryParts {
    pub fn of(recovery: &[u8; 20]) -> Self {
        Self {
            wrap_key: blake3::derive_key("fengxiang 2026 recovery envelope", recovery),
            proof: blake3::derive_key("fengxiang 2026 recovery proof", recovery),
        }
    }

    pub fn proof_hash(&self) -> [u8; 32] {
        *blake3::hash(&self.proof).as_bytes()
    }
}

/// What may lie at a hub for the recovery key: the key that wraps, and the hash of the proof.
#[derive(Debug, Clone, Copy)]
pub struct RecoveryMark {
    pub wrap_key: [u8; 32],
    pub proof_hash: [u8; 32],
}

impl Desk {
    /// Tells of every slot of a new key file, before it is written.
    pub(crate) fn share_slots(&self, file: &KeyFile, act: Act) -> Result<(), DeskError> {
        self.write(act, |w| file.list_slots().iter().try_for_each(|(id, slot)| w.put_slot(id, Some(slot))))?;
        Ok(())
    }

    /// Puts the slots that came from other desks into the key file. Returns whether it changed. One of a newer program is
    /// left out: the others open all the same.
    pub fn take_slots(&self) -> Result<bool, DeskError> {
        let shared = self.reader().list_slots()?;
        let _turn = self.key_file_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match self.key_file() {
            Err(DeskError::KeyFileMissing) => KeyFile::new(),
            other => other?,
        };
        let before = file.list_slots();
        for (id, slot) in shared {
            match slot {
                Some(slot) => drop(file.put_slot(&slot)),
                None => file.remove_slot(&id),
            }
        }
        let has_changed = file.list_slots() != before;
        if has_changed {
            self.write_key_file(&file)?;
        }
        Ok(has_changed)
    }

    pub(crate) fn keep_recovery_mark(&self, recovery: &[u8; 20], act: Act) -> Result<(), DeskError> {
        let parts = RecoveryParts::of(recovery);
        self.put_recovery_mark(&RecoveryMark { wrap_key: parts.wrap_key, proof_hash: parts.proof_hash() }, act)
    }

    pub fn put_recovery_mark(&self, mark: &RecoveryMark, act: Act) -> Result<(), DeskError> {
        let hex = |bytes: &[u8; 32]| blake3::Hash::from_bytes(*bytes).to_hex().to_string();
        self.write(act, |w| {
            w.put_meta(RECOVERY_WRAP, &hex(&mark.wrap_key))?;
            w.put_meta(RECOVERY_PROOF, &hex(&mark.proof_hash))
        })?;
        Ok(())
    }

    /// `None` of a file that was never opened with the recovery key since this was kept.
    pub fn find_recovery_mark(&self) -> Result<Option<RecoveryMark>, DeskError> {
        let find = |key| {
            let found = self.reader().find_meta(key)?;
            Ok::<_, DeskError>(found.and_then(|hex| blake3::Hash::from_hex(hex).ok()).map(|h| *h.as_bytes()))
        };
        Ok(find(RECOVERY_WRAP)?
            .zip(find(RECOVERY_PROOF)?)
            .map(|(wrap_key, proof_hash)| RecoveryMark { wrap_key, proof_hash }))
    }
}

/// The id of a person's slot among the rows.
pub(crate) fn slot_id(staff: StaffId) -> String {
    staff.to_string()
}
