//! Devices: how one joins, what it may do, the keys that others wrapped for it, and how a request is signed.

use crate::{Hash, Partition};
use serde::{Deserialize, Serialize};

/// Headers of a signed request.
pub const DEVICE_HEADER: &str = "fengxiang-device";
pub const NONCE_HEADER: &str = "fengxiang-nonce";
pub const SIGNATURE_HEADER: &str = "fengxiang-signature";

/// What a device signs: method, path, hash of the body as sent, and the nonce that the hub gave with its last answer.
pub fn signed_bytes(method: &str, path: &str, body_hash: Hash, nonce: &str) -> Vec<u8> {
    format!("fengxiang request 1\n{method}\n{path}\n{body_hash}\n{nonce}").into_bytes()
}

/// What a device may do in one partition, and which kinds it may write there. Data, given with its invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub partition: Partition,
    pub may_read: bool,
    /// `*` at the end stands for any ending; empty: none.
    pub writes: Vec<String>,
    /// May give others the same or less, order erasures, revoke devices of the station.
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
