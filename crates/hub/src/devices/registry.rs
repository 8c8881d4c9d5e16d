//! The hub's cards by what they are. The only place that knows their keys and bytes.

use super::grants::Kinds;
use super::invite::OpenInvitation;
use crate::store::{Drawer, Failed, Tx};
use fengxiang_wire::device::{Device, Envelope, EnvelopeTo};
use fengxiang_wire::{Form, Hash, Id, decode, encode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What the hub serves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct District {
    /// For people.
    pub name: String,
    pub kinds: Kinds,
}

/// A station that is known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    pub id: Id,
    pub code: String,
    /// None is given twice, not even that of a revoked device.
    pub letters_given: u32,
    /// Of the proof that its recovery key derives.
    pub recovery_hash: Option<Hash>,
}

/// Typed cards of an open transaction.
pub struct Registry<'a>(pub &'a mut dyn Tx);

impl Registry<'_> {
    /// The district as it was set up; keeps other enrolments waiting until the end.
    pub fn lock_district(&mut self) -> Result<Option<District>, Failed> {
        self.0.lock_card(Drawer::District, &[])?.map(|card| read(&card)).transpose()
    }

    pub fn find_district(&mut self) -> Result<Option<District>, Failed> {
        self.0.find_card(Drawer::District, &[])?.map(|card| read(&card)).transpose()
    }

    pub fn put_district(&mut self, district: &District) -> Result<(), Failed> {
        self.0.put_card(Drawer::District, &[], &write(district))
    }

    pub fn find_device(&mut self, id: Id) -> Result<Option<Device>, Failed> {
        self.0.find_card(Drawer::Device, &id.0)?.map(|card| read(&card)).transpose()
    }

    pub fn lock_device(&mut self, id: Id) -> Result<Option<Device>, Failed> {
        self.0.lock_card(Drawer::Device, &id.0)?.map(|card| read(&card)).transpose()
    }

    pub fn list_devices(&mut self) -> Result<Vec<Device>, Failed> {
        self.0.list_cards(Drawer::Device, &[])?.iter().map(|card| read(card)).collect()
    }

    pub fn put_device(&mut self, device: &Device) -> Result<(), Failed> {
        self.0.put_card(Drawer::Device, &device.id.0, &write(device))
    }

    pub fn lock_station(&mut self, id: Id) -> Result<Option<Station>, Failed> {
        self.0.lock_card(Drawer::Station, &id.0)?.map(|card| read(&card)).transpose()
    }

    pub fn list_stations(&mut self) -> Result<Vec<Station>, Failed> {
        self.0.list_cards(Drawer::Station, &[])?.iter().map(|card| read(card)).collect()
    }

    pub fn put_station(&mut self, station: &Station) -> Result<(), Failed> {
        self.0.put_card(Drawer::Station, &station.id.0, &write(station))
    }

    pub(super) fn lock_invitation(&mut self, place: &str) -> Result<Option<OpenInvitation>, Failed> {
        self.0.lock_card(Drawer::Invitation, place.as_bytes())?.map(|card| read(&card)).transpose()
    }

    pub(super) fn put_invitation(&mut self, invitation: &OpenInvitation) -> Result<(), Failed> {
        self.0.put_card(Drawer::Invitation, invitation.place.as_bytes(), &write(invitation))
    }

    pub(super) fn list_invitations(&mut self) -> Result<Vec<OpenInvitation>, Failed> {
        self.0.list_cards(Drawer::Invitation, &[])?.iter().map(|card| read(card)).collect()
    }

    /// Forgets those that nobody can use any more, and what was wrapped for whoever would have.
    pub(super) fn purge_invitations(&mut self, now_ms: i64) -> Result<(), Failed> {
        for invitation in self.list_invitations()? {
            if invitation.expires_at > now_ms {
                continue;
            }
            for envelope in self.list_envelopes(EnvelopeTo::Invited(invitation.id))? {
                self.0.purge_card(Drawer::Envelope, &envelope_key(&envelope))?;
            }
            self.0.purge_card(Drawer::Invitation, invitation.place.as_bytes())?;
        }
        Ok(())
    }

    pub fn list_envelopes(&mut self, to: EnvelopeTo) -> Result<Vec<Envelope>, Failed> {
        self.0.list_cards(Drawer::Envelope, &receiver(to))?.iter().map(|card| read(card)).collect()
    }

    pub fn put_envelope(&mut self, envelope: &Envelope) -> Result<(), Failed> {
        self.0.put_card(Drawer::Envelope, &envelope_key(envelope), &write(envelope))
    }
}

fn envelope_key(envelope: &Envelope) -> Vec<u8> {
    let partition = envelope.partition.to_string();
    [receiver(envelope.to).as_slice(), partition.as_bytes(), &envelope.key_id.to_be_bytes()].concat()
}

fn receiver(to: EnvelopeTo) -> Vec<u8> {
    let (letter, id) = match to {
        EnvelopeTo::Device(id) => (b'd', id),
        EnvelopeTo::Recovery(id) => (b'r', id),
        EnvelopeTo::Office(id) => (b'o', id),
        EnvelopeTo::Invited(id) => (b'i', id),
    };
    [&[letter], id.0.as_slice()].concat()
}

fn write(card: &impl Serialize) -> Vec<u8> {
    encode(card, Form::Plain)
}

fn read<T: DeserializeOwned>(card: &[u8]) -> Result<T, Failed> {
    decode(card, Form::Plain).map_err(|e| Failed::Broken(format!("reading a card: {e}")))
}
