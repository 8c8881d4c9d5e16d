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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// A desk of one or several stations.
    Station,
    /// A desk of the district office.
    District,
}

/// What a device may do in one partition, and which kinds it may write there. Data, given with its invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grant {
    pub partition: Partition,
    pub may_read: bool,
    /// `*` at the end stands for any ending, `!` at the beginning takes back; empty: none.
    pub writes: Vec<String>,
    /// Writes rows that are not there yet, and no others.
    #[serde(default)]
    pub may_only_add: bool,
    /// May invite others to the same or less, order erasures, revoke devices.
    pub may_grant: bool,
}

impl Grant {
    pub fn may_write(&self, kind: &str) -> bool {
        let is_meant = |word: &str| match word.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => word == kind,
        };
        let (taken_back, given): (Vec<&str>, Vec<&str>) =
            self.writes.iter().map(String::as_str).partition(|word| word.starts_with('!'));
        given.into_iter().any(is_meant) && !taken_back.into_iter().any(|word| is_meant(&word[1..]))
    }
}

/// A station that a device belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    pub station: Id,
    /// Stands in human numbers, unique in the district.
    pub code: String,
    /// Letter of this device in the station's human numbers: A for the first.
    pub letter: String,
}

/// Asked for by a device that may grant. The hub stores a hash of the code only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invite {
    pub role: DeviceRole,
    /// For which station; `None` of a district desk, and of a station that is not at the hub yet.
    pub station: Option<Id>,
    /// May read Party registrations; every desk of a station may add some.
    #[serde(default)]
    pub may_read_party: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub id: Id,
    /// Ten letters and digits to be read aloud. It only authorises.
    pub code: String,
    pub expires_at: i64,
}

/// Sent without a signature of a known device: the code authorises. Signed all the same, by the key that it brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EnrollAnswer {
    /// The same again when a device asks with the same code once more: its answer was lost.
    Enrolled(Enrolled),
    /// Wrong, used or too old; the hub does not say which.
    WrongCode,
    /// Another station has this id or code.
    StationTaken,
    /// The invitation is for a new station, and the desk did not say which.
    StationMissing,
    /// Another device has this id.
    DeviceTaken,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolled {
    pub role: DeviceRole,
    pub stations: Vec<Membership>,
    /// The district's name, for people.
    pub district: String,
}

/// Asks for another letter: two files of this device issue numbers, or one was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewLetter {
    pub station: Id,
}

/// A device as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    pub id: Id,
    pub name: String,
    pub role: DeviceRole,
    pub stations: Vec<Membership>,
    #[serde(default)]
    pub may_read_party: bool,
    pub signing_key: Hash,
    pub wrapping_key: Hash,
    pub enrolled_at: i64,
    /// To the minute.
    pub last_seen_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

impl Device {
    pub fn is_of(&self, station: Id) -> bool {
        self.stations.iter().any(|m| m.station == station)
    }
}

/// Takes a device out. Those of a station revoke each other; those of the district revoke any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revoke {
    pub device: Id,
}

/// A key that one device wrapped for another (or for the recovery key of a station). The hub cannot open it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Envelope {
    /// Which key it is, as `station/<id>`, with its generation.
    pub partition: Partition,
    pub key_id: u32,
    pub to: EnvelopeTo,
    pub sealed: Sealed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeTo {
    Device(Id),
    /// For whoever has the printed recovery key of the station.
    Recovery(Id),
    /// Of that station, for the district office, to be opened with a reason and a trail.
    Office(Id),
    /// For whoever joins by this invitation and has the secret that was shown beside its code.
    Invited(Id),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PutEnvelopes {
    pub envelopes: Vec<Envelope>,
}

/// The last PC burnt: whoever can prove the station's recovery key enrols without an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecoverAnswer {
    Recovered {
        membership: Membership,
        district: String,
        envelopes: Vec<Envelope>,
    },
    /// No station has such a key.
    Unknown,
    /// Another device has this id.
    DeviceTaken,
}

/// Puts the hash of the recovery proof of a station at the hub: BLAKE3 over the proof's 32 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PutRecovery {
    pub station: Id,
    pub proof_hash: Hash,
}
