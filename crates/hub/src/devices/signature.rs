//! Ed25519, strict: one message has one signature.

use ed25519_dalek::{Signature, VerifyingKey};
use fengxiang_wire::Hash;

/// Whether the holder of the key signed these bytes. A key or signature that is none is a wrong one.
pub fn is_signed(key: Hash, bytes: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&key.0) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    key.verify_strict(bytes, &signature).is_ok()
}
