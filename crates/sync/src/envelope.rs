//! Keys on their way: sealed to one device (HPKE, RFC 9180), or for whoever has the printed recovery key. The hub carries them
//! and cannot open them.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use fengxiang_wire::device::{Envelope, EnvelopeTo};
use fengxiang_wire::{Hash, Partition, Sealed};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{CryptoRng, RngCore};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const INFO: &[u8] = b"fengxiang envelope 1";
/// The first and only way of each kind so far.
const TO_DEVICE: u8 = 1;
const UNDER_KEY: u8 = 2;
const NONCE_BYTES: usize = 12;
const ENCAPPED_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
#[error("the envelope does not open")]
pub struct NotOpened;

/// What a desk of a station must have: the secret that its desks share, the key of their databases, and what may lie at a hub
/// for the recovery key.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct StationSecrets {
    pub station_key: [u8; 32],
    pub database_key: [u8; 32],
    pub recovery_wrap_key: Option<[u8; 32]>,
    pub recovery_proof_hash: Option<[u8; 32]>,
    /// Keys that values of the station were sealed with since, each with its number.
    #[serde(default)]
    pub seal_keys: Vec<(u8, [u8; 32])>,
}

impl StationSecrets {
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(fengxiang_wire::encode(self, fengxiang_wire::Form::Plain))
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, NotOpened> {
        fengxiang_wire::decode(bytes, fengxiang_wire::Form::Plain).map_err(|_| NotOpened)
    }
}

/// Randomness handed in from outside, as the library wants it.
pub struct Random<'a>(pub &'a dyn Fn(&mut [u8]));

impl RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        (self.0)(bytes);
    }
}

impl CryptoRng for Random<'_> {}

/// The public half of a device's wrapping key, from the secret one.
pub fn wrapping_public(secret: &[u8; 32]) -> Hash {
    let (_, public) = X25519HkdfSha256::derive_keypair(secret);
    Hash(public.to_bytes().into())
}

/// What an envelope is for, so that none can pass for another.
fn name(partition: Partition, key_id: u32, to: &EnvelopeTo) -> Vec<u8> {
    let to = match to {
        EnvelopeTo::Device(id) => format!("device/{id}"),
        EnvelopeTo::Recovery(id) => format!("recovery/{id}"),
        EnvelopeTo::Office(id) => format!("office/{id}"),
        EnvelopeTo::Invited(id) => format!("invited/{id}"),
    };
    format!("{partition} {key_id} {to}").into_bytes()
}

/// Seals a key for one device.
pub fn to_device(
    partition: Partition,
    key_id: u32,
    device: fengxiang_wire::Id,
    wrapping_key: Hash,
    secret: &[u8],
    random: &mut Random,
) -> Result<Envelope, NotOpened> {
    to_public(partition, key_id, EnvelopeTo::Device(device), wrapping_key, secret, random)
}

/// Seals a station's secrets for the district office, under its public key of this number.
pub fn to_office(
    station: fengxiang_wire::Id,
    no: u32,
    public: Hash,
    secret: &[u8],
    random: &mut Random,
) -> Result<Envelope, NotOpened> {
    to_public(Partition::Station(station), no, EnvelopeTo::Office(station), public, secret, random)
}

fn to_public(
    partition: Partition,
    key_id: u32,
    to: EnvelopeTo,
    wrapping_key: Hash,
    secret: &[u8],
    random: &mut Random,
) -> Result<Envelope, NotOpened> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&wrapping_key.0).map_err(|_| NotOpened)?;
    let aad = name(partition, key_id, &to);
    let (encapped, text) = single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
        &OpModeS::Base,
        &public,
        INFO,
        secret,
        &aad,
        random,
    )
    .map_err(|_| NotOpened)?;
    let sealed = Sealed([&[TO_DEVICE], encapped.to_bytes().as_slice(), &text].concat());
    Ok(Envelope { partition, key_id, to, sealed })
}

/// Opens an envelope with the device's own wrapping secret; one for the office with the office's.
pub fn open_as_device(envelope: &Envelope, secret: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let (private, _) = X25519HkdfSha256::derive_keypair(secret);
    let (head, rest) = envelope.sealed.0.split_first().ok_or(NotOpened)?;
    let (encapped, text) = rest.split_at_checked(ENCAPPED_BYTES).filter(|_| *head == TO_DEVICE).ok_or(NotOpened)?;
    let encapped = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapped).map_err(|_| NotOpened)?;
    let aad = name(envelope.partition, envelope.key_id, &envelope.to);
    let opened = single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapped,
        INFO,
        text,
        &aad,
    );
    opened.map(Zeroizing::new).map_err(|_| NotOpened)
}

/// Seals the station's secrets under a key that only the printed recovery key derives.
pub fn to_recovery(
    station: fengxiang_wire::Id,
    wrap_key: &[u8; 32],
    secret: &[u8],
    random: &mut Random,
) -> Result<Envelope, NotOpened> {
    under_key(Partition::Station(station), 1, EnvelopeTo::Recovery(station), wrap_key, secret, random)
}

/// Seals a key for whoever joins by an invitation and was shown its secret.
pub fn to_invited(
    partition: Partition,
    key_id: u32,
    invitation: fengxiang_wire::Id,
    shown: &[u8; 16],
    secret: &[u8],
    random: &mut Random,
) -> Result<Envelope, NotOpened> {
    under_key(partition, key_id, EnvelopeTo::Invited(invitation), &invited_key(shown), secret, random)
}

fn under_key(
    partition: Partition,
    key_id: u32,
    to: EnvelopeTo,
    wrap_key: &[u8; 32],
    secret: &[u8],
    random: &mut Random,
) -> Result<Envelope, NotOpened> {
    let mut nonce = [0; NONCE_BYTES];
    random.fill_bytes(&mut nonce);
    let payload = Payload { msg: secret, aad: &name(partition, key_id, &to) };
    let text = cipher(wrap_key).encrypt(Nonce::from_slice(&nonce), payload).map_err(|_| NotOpened)?;
    Ok(Envelope { partition, key_id, to, sealed: Sealed([&[UNDER_KEY], nonce.as_slice(), &text].concat()) })
}

pub fn open_as_recovery(envelope: &Envelope, wrap_key: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let (head, rest) = envelope.sealed.0.split_first().ok_or(NotOpened)?;
    let (nonce, text) = rest.split_at_checked(NONCE_BYTES).filter(|_| *head == UNDER_KEY).ok_or(NotOpened)?;
    let aad = name(envelope.partition, envelope.key_id, &envelope.to);
    let payload = Payload { msg: text, aad: &aad };
    cipher(wrap_key).decrypt(Nonce::from_slice(nonce), payload).map(Zeroizing::new).map_err(|_| NotOpened)
}

/// Opens what was sealed for whoever was shown the secret of an invitation.
pub fn open_as_invited(envelope: &Envelope, shown: &[u8; 16]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    open_as_recovery(envelope, &invited_key(shown))
}

fn invited_key(shown: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(blake3::derive_key("fengxiang 2026 invitation secret", shown))
}

fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new_from_slice(key).expect("the key has 32 bytes")
}

/// What two people compare on two screens: eight groups of four digits over both public keys of a device.
pub fn fingerprint(signing_key: Hash, wrapping_key: Hash) -> Vec<String> {
    let both = [signing_key.0, wrapping_key.0].concat();
    let hash = blake3::derive_key("fengxiang 2026 device fingerprint", &both);
    hash.chunks(4)
        .map(|part| {
            let number = part.iter().fold(0u32, |n, byte| n << 8 | u32::from(*byte));
            format!("{:04}", number % 10_000)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fengxiang_wire::Id;

    const STATION: Id = Id([7; 16]);
    const DEVICE: Id = Id([1; 16]);

    fn counted(bytes: &mut [u8]) {
        bytes.iter_mut().zip(1..).for_each(|(byte, n)| *byte = n);
    }

    fn sealed() -> Envelope {
        let public = wrapping_public(&[3; 32]);
        to_device(Partition::Station(STATION), 1, DEVICE, public, b"a key", &mut Random(&counted)).unwrap()
    }

    #[test]
    fn an_envelope_opens_for_its_device_alone() {
        assert_eq!(open_as_device(&sealed(), &[3; 32]).unwrap().as_slice(), b"a key");
        assert!(open_as_device(&sealed(), &[4; 32]).is_err());
    }

    #[test]
    fn an_envelope_cannot_pass_for_another() {
        let moved = Envelope { partition: Partition::Board(STATION), ..sealed() };
        assert!(open_as_device(&moved, &[3; 32]).is_err());
        let other = Envelope { to: EnvelopeTo::Device(Id([2; 16])), ..sealed() };
        assert!(open_as_device(&other, &[3; 32]).is_err());
    }

    #[test]
    fn the_recovery_envelope_opens_with_what_the_key_derives() {
        let envelope = to_recovery(STATION, &[9; 32], b"secrets", &mut Random(&counted)).unwrap();
        assert_eq!(open_as_recovery(&envelope, &[9; 32]).unwrap().as_slice(), b"secrets");
        assert!(open_as_recovery(&envelope, &[8; 32]).is_err());
        assert!(open_as_device(&envelope, &[9; 32]).is_err());
    }

    #[test]
    fn what_waits_for_a_joiner_opens_with_the_secret_that_was_shown() {
        let (partition, invitation) = (Partition::Station(STATION), Id([4; 16]));
        let envelope = to_invited(partition, 1, invitation, &[5; 16], b"secrets", &mut Random(&counted)).unwrap();
        assert_eq!(open_as_invited(&envelope, &[5; 16]).unwrap().as_slice(), b"secrets");
        assert!(open_as_invited(&envelope, &[6; 16]).is_err());
        let other = Envelope { to: EnvelopeTo::Invited(Id([3; 16])), ..envelope };
        assert!(open_as_invited(&other, &[5; 16]).is_err());
    }

    #[test]
    fn another_key_has_another_fingerprint() {
        let one = fingerprint(Hash([1; 32]), Hash([2; 32]));
        assert!(one.len() == 8 && one.iter().all(|group| group.len() == 4));
        assert_ne!(one, fingerprint(Hash([1; 32]), Hash([3; 32])));
        assert_ne!(one, fingerprint(Hash([2; 32]), Hash([2; 32])));
    }
}
