//! The key file: the keys of a station, wrapped once per slot, each slot with those keys only that its owner's role has.
//! Knows passwords only while it is asked about them, and no database.

use crate::error::DeskError;
use crate::file::replace;
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use fengxiang_domain::ids::{Ids, StaffId};
use fengxiang_domain::people::KeyName;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Argon2id memory for passwords, in KiB: `quality.md` asks for at least 46 MiB.
const MEMORY_KIB: u32 = 47_104;
const PIN_MEMORY_KIB: u32 = 19_456;
const FORMAT: u32 = 1;
/// The id under which desks share the recovery key's slot: no person has it.
pub(crate) const RECOVERY_SLOT: &str = "00000000-0000-0000-0000-000000000000";
pub const SECRET_BYTES: usize = 32;

/// One raw key; wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    pub fn random(ids: &dyn Ids) -> Self {
        let mut key = [0; 32];
        ids.fill(&mut key);
        Self(key)
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Some of a station's keys, in the order of their names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KeyRing(Vec<(KeyName, Key)>);

impl KeyRing {
    /// Every key of a new station.
    pub fn random(ids: &dyn Ids) -> Self {
        Self(KeyName::ALL.map(|name| (name, Key::random(ids))).into())
    }

    pub(crate) fn of_database(key: Key) -> Self {
        Self(vec![(KeyName::Database, key)])
    }

    pub fn get(&self, name: KeyName) -> Option<&Key> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, key)| key)
    }

    pub fn has_all(&self, names: &[KeyName]) -> bool {
        names.iter().all(|n| self.get(*n).is_some())
    }

    /// Those of the named keys that are here.
    pub fn only(&self, names: &[KeyName]) -> Self {
        Self(self.0.iter().filter(|(n, _)| names.contains(n)).cloned().collect())
    }

    /// These keys and those of another ring that are missing here.
    pub fn and(mut self, other: &KeyRing) -> Self {
        self.0.extend(other.0.iter().filter(|(n, _)| self.get(*n).is_none()).cloned().collect::<Vec<_>>());
        self.0.sort_by_key(|(name, _)| *name);
        self
    }

    fn names(&self) -> Vec<KeyName> {
        self.0.iter().map(|(name, _)| *name).collect()
    }

    fn joined(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.iter().flat_map(|(_, key)| key.0).collect())
    }

    fn split(names: &[KeyName], joined: &[u8]) -> Option<Self> {
        let keys = joined.chunks(32).map(|k| k.try_into().ok().map(Key)).collect::<Option<Vec<_>>>()?;
        (keys.len() == names.len()).then(|| Self(names.iter().copied().zip(keys).collect()))
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Owner {
    Staff(String),
    Recovery,
    /// This PC, which may open the database by itself and nothing more.
    Unattended,
}

impl Owner {
    /// `None`: this PC's own, which no other may have.
    fn id(&self) -> Option<String> {
        match self {
            Owner::Staff(id) => Some(id.clone()),
            Owner::Recovery => Some(RECOVERY_SLOT.to_owned()),
            Owner::Unattended => None,
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Slot {
    owner: Owner,
    /// Which keys `wrapped` holds, in this order.
    keys: Vec<KeyName>,
    salt: [u8; 16],
    nonce: [u8; 12],
    wrapped: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct KeyFile {
    format: u32,
    slots: Vec<Slot>,
    /// BLAKE3 over the slots: tells a damaged file from a wrong password. It proves nothing against an attacker.
    check: String,
}

impl KeyFile {
    pub fn new() -> Self {
        Self { format: FORMAT, slots: Vec::new(), check: String::new() }
    }

    /// Fails with `KeyFileMissing` or `KeyFileDamaged`; touches nothing.
    pub fn read(path: &Path) -> Result<Self, DeskError> {
        match fs::read(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(DeskError::KeyFileMissing),
            other => Self::parse(&other?),
        }
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, DeskError> {
        let file: KeyFile = serde_json::from_slice(bytes).map_err(|_| DeskError::KeyFileDamaged)?;
        let is_whole = file.format == FORMAT && !file.slots.is_empty() && file.check == file.checksum();
        if is_whole { Ok(file) } else { Err(DeskError::KeyFileDamaged) }
    }

    pub fn write(&self, path: &Path) -> Result<(), DeskError> {
        replace(path, &self.to_bytes())
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let whole = Self { check: self.checksum(), ..self.clone() };
        serde_json::to_vec_pretty(&whole).expect("slots are plain data")
    }

    /// As it lies in a backup: what only this PC may do by itself stays here.
    pub(crate) fn without_unattended(mut self) -> Self {
        self.slots.retain(|s| s.owner != Owner::Unattended);
        self
    }

    /// Gives a person these keys behind a password, instead of what was there before.
    pub fn put_password(&mut self, keys: &KeyRing, staff: StaffId, password: &str, ids: &dyn Ids) {
        let owner = Owner::Staff(staff.to_string());
        self.wrap(keys, owner, |salt| stretch(password.as_bytes(), salt, MEMORY_KIB), ids);
    }

    pub fn put_recovery(&mut self, keys: &KeyRing, recovery: &[u8; 20], ids: &dyn Ids) {
        self.wrap(keys, Owner::Recovery, |salt| recovery_key(recovery, salt), ids);
    }

    /// The database key only: whoever steals the PC may open the counter, not what is sealed inside.
    pub fn put_unattended(&mut self, keys: &KeyRing, secret: &[u8], ids: &dyn Ids) {
        let database = keys.only(&[KeyName::Database]);
        self.wrap(&database, Owner::Unattended, |salt| unattended_key(secret, salt), ids);
    }

    pub fn remove_password(&mut self, staff: StaffId) {
        self.remove(&Owner::Staff(staff.to_string()));
    }

    pub fn remove_unattended(&mut self) {
        self.remove(&Owner::Unattended);
    }

    pub fn has_unattended(&self) -> bool {
        self.find(&Owner::Unattended).is_some()
    }

    /// The slots that every desk of the station may have, each with its id and its JSON. This PC's own is not among them.
    pub(crate) fn list_slots(&self) -> Vec<(String, String)> {
        let text = |slot: &Slot| serde_json::to_string(slot).expect("a slot is plain data");
        self.slots.iter().filter_map(|slot| Some((slot.owner.id()?, text(slot)))).collect()
    }

    pub(crate) fn put_slot(&mut self, slot: &str) -> Result<(), DeskError> {
        let slot: Slot = serde_json::from_str(slot).map_err(|_| DeskError::KeyFileDamaged)?;
        match self.slots.iter_mut().find(|s| s.owner == slot.owner) {
            Some(there) => *there = slot,
            None => self.slots.push(slot),
        }
        Ok(())
    }

    pub(crate) fn remove_slot(&mut self, id: &str) {
        self.slots.retain(|slot| slot.owner.id().as_deref() != Some(id));
    }

    /// The slot of a person as it is shared.
    pub(crate) fn find_slot(&self, id: &str) -> Option<String> {
        self.list_slots().into_iter().find(|(owner, _)| owner == id).map(|(_, slot)| slot)
    }

    /// The keys behind a person's password, by name; `None` without a password.
    pub fn find_key_names(&self, staff: StaffId) -> Option<&[KeyName]> {
        self.find(&Owner::Staff(staff.to_string())).map(|s| s.keys.as_slice())
    }

    /// Opens with a password: whose slot it was, and its keys. Costs one Argon2 round per slot tried.
    pub fn open_password(&self, password: &str, only: Option<StaffId>) -> Result<(StaffId, KeyRing), DeskError> {
        for slot in &self.slots {
            let Owner::Staff(id) = &slot.owner else { continue };
            let staff = StaffId::parse(id).ok_or(DeskError::KeyFileDamaged)?;
            if only.is_some_and(|o| o != staff) {
                continue;
            }
            if let Some(keys) = slot.unwrap(&stretch(password.as_bytes(), &slot.salt, MEMORY_KIB)) {
                return Ok((staff, keys));
            }
        }
        Err(DeskError::WrongPassword)
    }

    pub fn open_recovery(&self, recovery: &[u8; 20]) -> Result<KeyRing, DeskError> {
        let slot = self.find(&Owner::Recovery).ok_or(DeskError::KeyFileDamaged)?;
        slot.unwrap(&recovery_key(recovery, &slot.salt)).ok_or(DeskError::WrongRecovery)
    }

    pub fn open_unattended(&self, secret: &[u8]) -> Option<KeyRing> {
        let slot = self.find(&Owner::Unattended)?;
        slot.unwrap(&unattended_key(secret, &slot.salt))
    }

    fn find(&self, owner: &Owner) -> Option<&Slot> {
        self.slots.iter().find(|s| s.owner == *owner)
    }

    fn remove(&mut self, owner: &Owner) {
        self.slots.retain(|s| s.owner != *owner);
    }

    fn checksum(&self) -> String {
        let slots = serde_json::to_vec(&self.slots).expect("slots are plain data");
        blake3::hash(&slots).to_hex().to_string()
    }

    fn wrap(&mut self, keys: &KeyRing, owner: Owner, derive: impl Fn(&[u8; 16]) -> [u8; 32], ids: &dyn Ids) {
        self.remove(&owner);
        let (mut salt, mut nonce) = ([0; 16], [0; 12]);
        ids.fill(&mut salt);
        ids.fill(&mut nonce);
        let mut slot = Slot { owner, keys: keys.names(), salt, nonce, wrapped: Vec::new() };
        let (aad, plain) = (slot.name(), keys.joined());
        let payload = Payload { msg: &plain, aad: &aad };
        let sealed = cipher(&derive(&salt)).encrypt(Nonce::from_slice(&nonce), payload);
        slot.wrapped = sealed.expect("three keys fit the cipher");
        self.slots.push(slot);
    }
}

impl Default for KeyFile {
    fn default() -> Self {
        Self::new()
    }
}

impl Slot {
    fn unwrap(&self, wrapping: &[u8; 32]) -> Option<KeyRing> {
        let aad = self.name();
        let payload = Payload { msg: self.wrapped.as_slice(), aad: &aad };
        let plain = cipher(wrapping).decrypt(Nonce::from_slice(&self.nonce), payload).ok()?;
        KeyRing::split(&self.keys, &Zeroizing::new(plain))
    }

    /// What a wrapped text belongs to, so that no slot can pass for another.
    fn name(&self) -> Vec<u8> {
        serde_json::to_vec(&("fengxiang slot 1", &self.owner, &self.keys)).expect("names are plain data")
    }
}

fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new_from_slice(key).expect("the key has 32 bytes")
}

fn recovery_key(recovery: &[u8; 20], salt: &[u8; 16]) -> [u8; 32] {
    blake3::derive_key("fengxiang 2026 recovery slot", &[recovery.as_slice(), salt].concat())
}

fn unattended_key(secret: &[u8], salt: &[u8; 16]) -> [u8; 32] {
    blake3::derive_key("fengxiang 2026 unattended slot", &[secret, salt].concat())
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
