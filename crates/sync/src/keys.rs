//! Which key seals what. The secrets themselves come from the file and from envelopes.

/// The key that values of the station's own partition are sealed with, from the secret that its desks share.
pub fn seal_key(station_key: &[u8; 32]) -> [u8; 32] {
    blake3::derive_key("fengxiang 2026 station seal", station_key)
}
