//! The key file: one random database key, wrapped once per slot. Knows passwords only while it is asked about them.

use crate::error::DeskError;
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use fengxiang_domain::ids::{Ids, StaffId};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Argon2id memory for passwords, in KiB: `quality.md` asks for at least 46 MiB.
const MEMORY_KIB: u32 = 47_104;
const PIN_MEMORY_KIB: u32 = 19_456;
const FORMAT: u32 = 1;

/// The raw key of the database; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    pub fn random(ids: &dyn Ids) -> Self {
        let mut key = [0; 32];
        ids.fill(&mut key);
        Self(key)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[derive(Serialize, Deserialize)]
struct Slot {
    /// Staff id of a password slot; `None` is the recovery key.
    staff: Option<String>,
    salt: [u8; 16],
    nonce: [u8; 12],
    wrapped: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
pub struct KeyFile {
    format: u32,
    slots: Vec<Slot>,
}

impl KeyFile {
    pub fn new() -> Self {
        Self { format: FORMAT, slots: Vec::new() }
    }

    /// Fails with `KeyFileMissing` or `KeyFileDamaged`; touches nothing.
    pub fn read(path: &Path) -> Result<Self, DeskError> {
        let bytes = match fs::read(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(DeskError::KeyFileMissing),
            other => other?,
        };
        let file: KeyFile = serde_json::from_slice(&bytes).map_err(|_| DeskError::KeyFileDamaged)?;
        if file.format != FORMAT || file.slots.is_empty() { Err(DeskError::KeyFileDamaged) } else { Ok(file) }
    }

    /// Replaces the file so that a power cut leaves the old one or the new one: sync, rename, sync the folder.
    pub fn write(&self, path: &Path) -> Result<(), DeskError> {
        let beside: PathBuf = path.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self).expect("slots are plain data"))?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        let folder = path.parent().expect("a key file lies in a folder");
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    pub fn add_password(&mut self, key: &DatabaseKey, staff: StaffId, password: &str, ids: &dyn Ids) {
        self.slots.retain(|s| s.staff.as_deref() != Some(&staff.to_string()));
        self.wrap(key, Some(staff.to_string()), |salt| stretch(password.as_bytes(), salt, MEMORY_KIB), ids);
    }

    pub fn add_recovery(&mut self, key: &DatabaseKey, recovery: &[u8; 20], ids: &dyn Ids) {
        self.slots.retain(|s| s.staff.is_some());
        self.wrap(key, None, |salt| recovery_key(recovery, salt), ids);
    }

    /// Opens with a password: whose slot it was, and the key. Costs one Argon2 round per slot tried.
    pub fn open_password(&self, password: &str, only: Option<StaffId>) -> Result<(StaffId, DatabaseKey), DeskError> {
        let mine = |s: &&Slot| s.staff.is_some() && only.is_none_or(|o| s.staff.as_deref() == Some(&o.to_string()));
        for slot in self.slots.iter().filter(mine) {
            let staff = slot.staff.as_deref().and_then(StaffId::parse).ok_or(DeskError::KeyFileDamaged)?;
            if let Some(key) = slot.unwrap(&stretch(password.as_bytes(), &slot.salt, MEMORY_KIB)) {
                return Ok((staff, key));
            }
        }
        Err(DeskError::WrongPassword)
    }

    pub fn open_recovery(&self, recovery: &[u8; 20]) -> Result<DatabaseKey, DeskError> {
        let slot = self.slots.iter().find(|s| s.staff.is_none()).ok_or(DeskError::KeyFileDamaged)?;
        slot.unwrap(&recovery_key(recovery, &slot.salt)).ok_or(DeskError::WrongPassword)
    }

    fn wrap(
        &mut self,
        key: &DatabaseKey,
        staff: Option<String>,
        derive: impl Fn(&[u8; 16]) -> [u8; 32],
        ids: &dyn Ids,
    ) {
        let (mut salt, mut nonce) = ([0; 16], [0; 12]);
        ids.fill(&mut salt);
        ids.fill(&mut nonce);
        let aad = slot_name(staff.as_deref());
        let payload = Payload { msg: key.bytes(), aad: aad.as_bytes() };
        let wrapped =
            cipher(&derive(&salt)).encrypt(Nonce::from_slice(&nonce), payload).expect("32 bytes fit the cipher");
        self.slots.push(Slot { staff, salt, nonce, wrapped });
    }
}

impl Default for KeyFile {
    fn default() -> Self {
        Self::new()
    }
}

impl Slot {
    fn unwrap(&self, wrapping: &[u8; 32]) -> Option<DatabaseKey> {
        let aad = slot_name(self.staff.as_deref());
        let payload = Payload { msg: self.wrapped.as_slice(), aad: aad.as_bytes() };
        let plain = cipher(wrapping).decrypt(Nonce::from_slice(&self.nonce), payload).ok()?;
        Some(DatabaseKey(plain.try_into().ok()?))
    }
}

fn slot_name(staff: Option<&str>) -> String {
    format!("fengxiang slot 1 {}", staff.unwrap_or("recovery"))
}

fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new_from_slice(key).expect("the key has 32 bytes")
}

fn recovery_key(recovery: &[u8; 20], salt: &[u8; 16]) -> [u8; 32] {
    blake3::derive_key("fengxiang 2026 recovery slot", &[recovery.as_slice(), salt].concat())
}

/// A PIN protects an already open store against the next person at the counter, not against a stolen disk.
pub(crate) fn pin_hash(pin: &str, salt: &[u8; 16]) -> [u8; 32] {
    stretch(pin.as_bytes(), salt, PIN_MEMORY_KIB)
}

fn stretch(secret: &[u8], salt: &[u8; 16], memory_kib: u32) -> [u8; 32] {
    let params = Params::new(memory_kib, 2, 1, Some(32)).expect("constant parameters are legal");
    let mut out = [0; 32];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(secret, salt, &mut out).expect("salt and output have legal lengths");
    out
}
