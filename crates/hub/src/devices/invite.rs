//! One-time invitations. The code has two parts: one to find the invitation by, one to prove; only a slow hash of it is stored.

use super::{Asker, Refused, Registry};
use crate::outside::Outside;
use crate::store::{Failed, Tx};
use argon2::Argon2;
use fengxiang_wire::device::{DeviceRole, INVITATION_MINUTES, INVITATION_TRIES, Invitation, Invite};
use fengxiang_wire::{Hash, Id, Partition, Problem};
use serde::{Deserialize, Serialize};

/// Read aloud without mistakes: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LETTERS: usize = 10;
/// Letters to find the invitation by. The other six are thirty bits, against five tries in fifteen minutes.
const PLACE_LETTERS: usize = 4;

/// An invitation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OpenInvitation {
    pub id: Id,
    pub place: String,
    pub code_hash: Hash,
    pub asked: Invite,
    pub expires_at: i64,
    pub tries_left: u32,
    /// The device that enrolled with it. Only that one may ask again.
    pub used_by: Option<Id>,
}

/// Invites another device, for the same or less than the asking one has.
pub fn invite(tx: &mut dyn Tx, outside: &dyn Outside, asker: &Asker, asked: &Invite) -> Result<Invitation, Refused> {
    if !may_invite(asker, asked) {
        return Err(Refused::With(Problem::NotAllowed));
    }
    Ok(add(tx, outside, asker.now_ms, asked)?)
}

/// The invitation that a hub's operator hands out, with nobody asking.
pub fn invite_first(tx: &mut dyn Tx, outside: &dyn Outside, asked: &Invite) -> Result<Invitation, Failed> {
    add(tx, outside, outside.now_ms(), asked)
}

fn may_invite(asker: &Asker, asked: &Invite) -> bool {
    let is_less = asker.device.may_read_party || !asked.may_read_party;
    match (asked.role, asked.station) {
        // A new station's first desk makes the station's Party key: nobody has it before.
        (DeviceRole::Station, None) => asker.may_grant(Partition::Shared),
        (DeviceRole::Station, Some(station)) => {
            let is_district = asker.may_grant(Partition::Shared);
            is_less && (is_district && asker.may_read(Partition::Board(station)) || asker.device.is_of(station))
        }
        (DeviceRole::District, None) => is_less && asker.may_grant(Partition::Shared),
        (DeviceRole::District, Some(_)) => false,
    }
}

fn add(tx: &mut dyn Tx, outside: &dyn Outside, now_ms: i64, asked: &Invite) -> Result<Invitation, Failed> {
    let mut registry = Registry(tx);
    registry.purge_invitations(now_ms)?;
    let code = unused_code(&mut registry, outside)?;
    let id = Id(random(outside));
    let expires_at = now_ms + INVITATION_MINUTES * 60_000;
    let open = OpenInvitation {
        id,
        place: place(&code).to_owned(),
        code_hash: hash(&code, id)?,
        asked: asked.clone(),
        expires_at,
        tries_left: INVITATION_TRIES,
        used_by: None,
    };
    registry.put_invitation(&open)?;
    Ok(Invitation { id, code, expires_at })
}

fn unused_code(registry: &mut Registry, outside: &dyn Outside) -> Result<String, Failed> {
    loop {
        let letters = random::<CODE_LETTERS>(outside).map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let code: String = letters.into_iter().collect();
        if registry.lock_invitation(place(&code))?.is_none() {
            return Ok(code);
        }
    }
}

fn random<const N: usize>(outside: &dyn Outside) -> [u8; N] {
    let mut bytes = [0; N];
    outside.fill(&mut bytes);
    bytes
}

/// As somebody types what was read to them; `None` when it can be no code.
pub(super) fn read_code(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    let code: String = letters.take(CODE_LETTERS + 1).collect();
    let is_code = code.len() == CODE_LETTERS && code.bytes().all(|b| ALPHABET.contains(&b));
    is_code.then_some(code)
}

pub(super) fn place(code: &str) -> &str {
    &code[..PLACE_LETTERS]
}

/// Slow on purpose: the proving part is short.
fn hash(code: &str, id: Id) -> Result<Hash, Failed> {
    let mut hash = Hash::default();
    let hashed = Argon2::default().hash_password_into(code.as_bytes(), &id.0, &mut hash.0);
    hashed.map(|()| hash).map_err(|e| Failed::Broken(format!("hashing a code: {e}")))
}

/// Compares in constant time.
pub(super) fn is_code_of(code: &str, invitation: &OpenInvitation) -> Result<bool, Failed> {
    let given = hash(code, invitation.id)?;
    Ok(blake3::Hash::from_bytes(given.0) == blake3::Hash::from_bytes(invitation.code_hash.0))
}

#[cfg(test)]
mod tests {
    use super::read_code;

    #[test]
    fn a_code_is_read_as_it_was_heard() {
        assert_eq!(read_code("abcde-fgh o1").as_deref(), Some("ABCDEFGH01"));
        assert_eq!(read_code("ABCDEFGH"), None);
        assert_eq!(read_code("ABCDEFGH0123"), None);
        assert_eq!(read_code("蜂享ABCDEFGH"), None);
    }
}
