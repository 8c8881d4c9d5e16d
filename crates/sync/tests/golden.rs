//! What is sealed for one entry, written down once: every value at every hub hangs on it. The fixture is never regenerated; a new
//! way of sealing joins with a number of its own.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use fengxiang_desk::store::QueuedEntry;
use fengxiang_desk::{Entry, Field};
use fengxiang_sync::keyring::Keyring;
use fengxiang_sync::keys::seal_key;
use fengxiang_sync::translate::{open_row, to_entry};
use fengxiang_wire::{Id, Partition, Register, Row, RowKey, Stamp};
use serde_json::Value;

const FIXTURE: &str = include_str!("../fixtures/sealed-1.json");
const STATION: Id = Id([7; 16]);

struct Golden(Value);

impl Golden {
    fn read() -> Self {
        Self(serde_json::from_str(FIXTURE).unwrap())
    }

    fn text(&self, name: &str) -> String {
        self.0[name].as_str().unwrap_or_else(|| panic!("{name} stands in the fixture")).to_owned()
    }

    fn hash(&self, name: &str) -> [u8; 32] {
        *blake3::Hash::from_hex(self.text(name)).unwrap().as_bytes()
    }

    fn keys(&self) -> Keyring {
        let mut keys = Keyring::default();
        keys.put(Partition::Station(STATION), 3, seal_key(&self.hash("station_secret")));
        keys
    }

    fn queued(&self) -> QueuedEntry {
        let fields: Vec<Field> = serde_json::from_value(self.0["fields"].clone()).unwrap();
        let id = self.text("id");
        let entry = Entry {
            partition: "station".into(),
            station: None,
            kind: "visitor".into(),
            subject: Some(id.clone()),
            id,
            fields,
        };
        let origin = Some(self.hash("first"));
        QueuedEntry {
            number: 258,
            h: 116_235_632_967_680_007,
            hash: [9; 32],
            origin,
            given: None,
            is_hollow: false,
            entry,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn the_sealed_bytes_of_an_entry_are_those_of_the_first_day() {
    let golden = Golden::read();
    let entry = to_entry(&golden.queued(), STATION, &golden.keys()).unwrap();
    let sealed = &golden.0["sealed"];
    assert_eq!(entry.fields.len(), sealed.as_array().unwrap().len());
    for (field, sealed) in entry.fields.iter().zip(sealed.as_array().unwrap()) {
        assert_eq!(field.value.as_ref().map(|v| hex(&v.0)), sealed["bytes"].as_str().map(str::to_owned), "{sealed}");
        assert_eq!(Value::from(field.is_personal), sealed["is_personal"]);
    }
}

/// Key, nonce and associated data as the fixture says them, and nothing of this program.
#[test]
fn whoever_has_the_key_opens_them_by_what_the_fixture_says() {
    let golden = Golden::read();
    assert_eq!(hex(&seal_key(&golden.hash("station_secret"))), golden.text("key"));
    let cipher = Aes256GcmSiv::new_from_slice(&bytes(&golden.text("key"))).unwrap();
    let nonce = bytes(&golden.text("nonce"));
    assert_eq!(hex(&golden.hash("first")[..12]), golden.text("nonce"), "the edit's name, its first bytes");
    for sealed in golden.0["sealed"].as_array().unwrap().iter().filter(|s| s["bytes"].is_string()) {
        let text = |name: &str| sealed[name].as_str().unwrap();
        let all = bytes(text("bytes"));
        assert_eq!(all[..2], [1, 3], "algorithm and key id");
        let aad = text("associated").replace('|', "\0");
        let payload = Payload { msg: &all[2..], aad: aad.as_bytes() };
        let plain = cipher.decrypt(Nonce::from_slice(&nonce), payload).unwrap();
        assert_eq!(hex(&plain), text("plain"));
    }
}

#[test]
fn a_value_that_was_moved_does_not_open() {
    let golden = Golden::read();
    let entry = to_entry(&golden.queued(), STATION, &golden.keys()).unwrap();
    let id = golden.text("id");
    let row = |at: usize, to: u32| {
        let key = RowKey { partition: Partition::Station(STATION), kind: "visitor".into(), id: entry.id };
        let mut row = Row::new(key, entry.shape, entry.subject);
        let stamp = Stamp { first: entry.origin.unwrap(), ..Stamp::default() };
        let value = entry.fields[at].value.clone();
        row.fields.insert(to, Register { value, stamp, base: None, epoch: 1, is_personal: true });
        row
    };
    let opened = |row: &Row| open_row(row, &id, "", &golden.keys()).map(|open| open.unwrap().fields);
    let wanted: Vec<Field> = golden.queued().entry.fields;
    assert_eq!(opened(&row(0, wanted[0].field)).unwrap(), [(wanted[0].field, wanted[0].value.clone())]);
    assert!(opened(&row(0, wanted[1].field)).is_err(), "to another field");
    let mut moved = row(0, wanted[0].field);
    moved.key.id = Id([1; 16]);
    assert!(opened(&moved).is_err(), "to another row");
    let mut moved = row(0, wanted[0].field);
    moved.key.kind = "staff".into();
    assert!(opened(&moved).is_err(), "to another kind");
}
