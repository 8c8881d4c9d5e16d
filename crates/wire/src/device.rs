//! Devices: how one joins, what it may do, the keys that others wrapped for it, and how a request is signed.

use crate::{Hash, Id, Partition, Sealed};
use serde::{Deserialize, Serialize};

/// Headers of a signed request: who asks, the nonce that the hub gave with its last answer, the signature in hex.
pub const DEVICE_HEADER: &str = "fengxiang-device";
pub const NONCE_HEADER: &str = "fengxiang-nonce";
pub const SIGNATURE_HEADER: &str = "fengxiang-signature";
/// How long an invitation is good, and how many wrong codes it survives.
pub const INVITATION_MINUTES: i64 = 15;
pub const INVITATION_TRIES: u32 = 5;

/// What a device signs: method, path, hash of the body as sent, and the nonce.
pub fn signed_bytes(method: &str, path: &str, body_hash: Hash, nonce: &str) -> Vec<u8> {
    format!("fengxiang request 1\n{method}\n{path}\n{body_hash}\n{nonce}").into_bytes()
}

/// What a device is for. The hub derives its grants from it and from its stations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// A desk of one or several stations.
    Station,
    /// A desk of the district office.
    District,
}

/// What a device may do in one partition, and which kinds it may write there. Data, given with its invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub partition: Partition,
    pub may_read: bool,
    /// `*` at the end stands for any ending; empty: none.
    pub writes: Vec<String>,
    /// May invite others to the same or less, order erasures, revoke devices.
    pub may_grant: bool,
}

impl Grant {
    pub fn may_write(&self, kind: &str) -> bool {
        self.writes.iter().any(|w| match w.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => w == kind,
        })
    }
}

/// Asked for by a device that may grant. The hub stores a hash of the code only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    pub role: DeviceRole,
    /// For which station; `None` of a district desk, and of a station that is not at the hub yet.
    pub station: Option<Id>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: Id,
    /// Ten letters and digits to be read aloud. It only authorises.
    pub code: String,
    pub expires_at: i64,
}

/// Sent without a signature of a known device: the code authorises. Signed all the same, by the key that it brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enroll {
    pub version: u32,
    pub code: String,
    pub device: Id,
    /// Ed25519, for requests; X25519, for keys. 32 bytes each.
    pub signing_key: Hash,
    pub wrapping_key: Hash,
    /// A name for people, as 前台电脑.
    pub name: String,
    /// The station that stands on this desk already, with its code; `None` when it joins one.
    pub station: Option<(Id, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrollAnswer {
    Enrolled {
        role: DeviceRole,
        stations: Vec<Id>,
        district: String,
    },
    /// Wrong, used or too old; the hub does not say which.
    WrongCode,
    /// Another station has this id or code.
    StationTaken,
    /// The device is known already.
    DeviceTaken,
}

/// A device as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub id: Id,
    pub name: String,
    pub role: DeviceRole,
    pub stations: Vec<Id>,
    pub signing_key: Hash,
    pub wrapping_key: Hash,
    pub enrolled_at: i64,
    pub last_seen_at: Option<i64>,
    pub revoked_at: Option<i64>,
    /// Letter of its human numbers: A for the first of a station.
    pub letter: String,
}

/// A key that one device wrapped for another (or for the recovery key of a station). The hub cannot open it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Which key it is, as `station/<id>`, with its generation.
    pub partition: Partition,
    pub key_id: u32,
    pub to: EnvelopeTo,
    pub sealed: Sealed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeTo {
    Device(Id),
    /// For whoever has the printed recovery key of the station.
    Recovery(Id),
    /// For the district office, to be opened with a reason and a trail.
    Office(Id),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutEnvelopes {
    pub envelopes: Vec<Envelope>,
}

/// The last PC burnt: whoever can prove the station's recovery key enrols without an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recover {
    pub version: u32,
    /// What the recovery key derives; the hub has its hash only.
    pub proof: Hash,
    pub device: Id,
    pub signing_key: Hash,
    pub wrapping_key: Hash,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoverAnswer {
    Recovered {
        station: Id,
        code: String,
        district: String,
        envelopes: Vec<Envelope>,
    },
    /// No station has such a key, or too many tries.
    Unknown,
}

/// Puts the hash of the recovery proof of a station at the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutRecovery {
    pub station: Id,
    pub proof_hash: Hash,
}
