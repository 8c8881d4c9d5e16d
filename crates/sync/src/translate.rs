//! The only door between stored and sent: turns queued entries into messages and rows into what the tables can take. Here the
//! data class decides what may leave, in what partition, sealed with which key. Decides nothing else.

use crate::keyring::Keyring;
use crate::pack::{NotAValue, pack, unpack};
use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use fengxiang_desk::kinds::{ALIVE, FieldSpec, KindShape, find_kind};
use fengxiang_desk::store::{MirrorRow, OpenRow, QueuedEntry};
use fengxiang_wire::exchange::{Entry, EntryField, Given};
use fengxiang_wire::row::ALIVE_FIELD;
use fengxiang_wire::{Base, Form, Hash, Id, Partition, Register, ReplicaId, Row, Sealed, Shape, Stamp};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The one way of sealing so far: AES-256-GCM-SIV, nonce = the first bytes of the edit's name (DECISIONS 25).
const ALGORITHM: u8 = 1;
const NONCE_BYTES: usize = 12;
/// Algorithm and key id stand before the ciphertext.
const HEAD_BYTES: usize = 2;

const _: () = assert!(ALIVE == ALIVE_FIELD, "desk and wire mean the same field");

#[derive(Debug, thiserror::Error)]
pub enum TranslateError {
    #[error("no key of {0} is here")]
    NoKey(Partition),
    #[error("a value does not open")]
    NotOpened,
    #[error(transparent)]
    NotAValue(#[from] NotAValue),
    #[error("{0} is no name of ours")]
    Malformed(&'static str),
    /// Every kind has its place: what the desks of one station share goes into no other partition.
    #[error("a row of {0} does not belong there")]
    NotThere(&'static str),
}

/// Where a value belongs: nothing can be moved to another place unnoticed.
struct Place<'a> {
    partition: Partition,
    kind: &'a str,
    id: Id,
    field: u32,
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        format!("fengxiang value 1\0{}\0{}\0{}\0{}", self.partition, self.kind, self.id, self.field).into_bytes()
    }
}

/// A queued entry as it travels.
pub fn to_entry(queued: &QueuedEntry, station: Id, keys: &Keyring) -> Result<Entry, TranslateError> {
    let station = queued.entry.station.as_deref().map(id_of).transpose()?.unwrap_or(station);
    let partition = partition_of(&queued.entry.partition, station)?;
    let id = id_of(&queued.entry.id)?;
    let first = Hash(queued.origin.unwrap_or(queued.hash));
    let kind = queued.entry.kind.as_str();
    let spec = find_kind(kind);
    if let Some(spec) = spec.filter(|spec| spec.place.name() != queued.entry.partition) {
        return Err(TranslateError::NotThere(spec.name));
    }
    let mut fields = Vec::new();
    for field in &queued.entry.fields {
        let of = spec.and_then(|spec| spec.find_field(field.field));
        let place = Place { partition, kind, id, field: field.field };
        fields.push(EntryField {
            field: field.field,
            value: seal(keys, &place, first, of, &field.value)?,
            base: field.base.as_deref().map(parse_base).transpose()?,
            is_personal: of.is_some_and(|of| of.is_personal),
        });
    }
    Ok(Entry {
        number: unsigned(queued.number),
        partition,
        kind: kind.to_owned(),
        id,
        shape: spec.map_or(Shape::Fact, |spec| shape_of(spec.shape)),
        subject: queued.entry.subject.as_deref().map(id_of).transpose()?,
        h: unsigned(queued.h),
        hash: Hash(queued.hash),
        origin: queued.origin.map(Hash),
        given: queued.given.as_deref().map(parse_given).transpose()?,
        fields,
    })
}

/// An entry that cannot be put into words, or is not to be: its number and its hash alone. A hub refuses what has no field.
pub fn hollow(queued: &QueuedEntry, station: Id) -> Entry {
    Entry {
        number: unsigned(queued.number),
        partition: Partition::Station(station),
        kind: queued.entry.kind.clone(),
        id: id_of(&queued.entry.id).unwrap_or_default(),
        shape: Shape::Fact,
        subject: None,
        h: unsigned(queued.h),
        hash: Hash(queued.hash),
        origin: None,
        given: None,
        fields: Vec::new(),
    }
}

/// A row of the hub as the file keeps it.
pub fn to_mirror(row: &Row) -> MirrorRow {
    let stamps = (row.shape == Shape::Record).then(|| {
        let stamp =
            |(field, register): (&u32, &Register)| (field.to_string(), Value::from(stamp_text(&register.stamp)));
        Value::Object(row.fields.iter().map(stamp).collect::<Map<_, _>>()).to_string()
    });
    MirrorRow {
        partition: row.key.partition.to_string(),
        kind: row.key.kind.clone(),
        id: uuid_text(row.key.id),
        subject: row.subject.map(uuid_text),
        row: fengxiang_wire::encode(row, Form::Plain),
        stamps,
        hash: row.hash().cast_signed(),
        byte: row.key.id.0[0],
    }
}

/// A mirrored row again.
pub fn parse_row(bytes: &[u8]) -> Result<Row, TranslateError> {
    fengxiang_wire::decode(bytes, Form::Plain).map_err(|_| TranslateError::Malformed("row"))
}

/// The fields of a row, opened; `None` of a kind that this program does not know, and of trays.
pub fn open_row<'a>(
    row: &Row,
    id: &'a str,
    station: &'a str,
    keys: &Keyring,
) -> Result<Option<OpenRow<'a>>, TranslateError> {
    let Some(kind) = find_kind(&row.key.kind).filter(|_| row.shape != Shape::Tray) else { return Ok(None) };
    let mut fields = Vec::with_capacity(row.fields.len());
    for (number, register) in &row.fields {
        let place = Place { partition: row.key.partition, kind: kind.name, id: row.key.id, field: *number };
        let value = open(keys, &place, register, kind.find_field(*number))?;
        fields.push((*number, value));
    }
    let place = (row.shape == Shape::Act).then(|| row.fields.values().next()).flatten();
    let place = place.map(|register| register.stamp.eff.cast_signed());
    Ok(Some(OpenRow { kind, id, station, subject: None, fields, place }))
}

/// The two values of a tray row, each with the edit that wrote it.
pub fn open_tray(row: &Row, keys: &Keyring) -> Result<Vec<(Stamp, Value)>, TranslateError> {
    let of = row.tray_of.as_ref().ok_or(TranslateError::Malformed("tray"))?;
    let field = find_kind(&of.kind).and_then(|kind| kind.find_field(of.field));
    let place = Place { partition: row.key.partition, kind: &of.kind, id: of.id, field: of.field };
    row.fields.values().map(|register| Ok((register.stamp, open(keys, &place, register, field)?))).collect()
}

fn seal(
    keys: &Keyring,
    place: &Place,
    first: Hash,
    field: Option<&FieldSpec>,
    value: &Value,
) -> Result<Option<Sealed>, TranslateError> {
    if place.field == ALIVE_FIELD {
        return Ok(Some(Sealed(vec![u8::from(value.as_bool().unwrap_or(true))])));
    }
    if value.is_null() {
        return Ok(None);
    }
    let (key_id, key) = keys.newest(place.partition).ok_or(TranslateError::NoKey(place.partition))?;
    let plain = pack(field, value);
    let payload = Payload { msg: &plain, aad: &place.bytes() };
    let sealed = cipher(key).encrypt(&nonce(first), payload).map_err(|_| TranslateError::NotOpened)?;
    Ok(Some(Sealed([&[ALGORITHM, key_id], sealed.as_slice()].concat())))
}

fn open(
    keys: &Keyring,
    place: &Place,
    register: &Register,
    field: Option<&FieldSpec>,
) -> Result<Value, TranslateError> {
    let Some(sealed) = &register.value else { return Ok(Value::Null) };
    if place.field == ALIVE_FIELD {
        return Ok(Value::Bool(sealed.0 != [0]));
    }
    let (head, text) = sealed.0.split_at_checked(HEAD_BYTES).ok_or(TranslateError::NotOpened)?;
    if head[0] != ALGORITHM {
        return Err(TranslateError::NotOpened);
    }
    let key = keys.find(place.partition, head[1]).ok_or(TranslateError::NoKey(place.partition))?;
    let payload = Payload { msg: text, aad: &place.bytes() };
    let plain = cipher(key).decrypt(&nonce(register.stamp.first), payload).map_err(|_| TranslateError::NotOpened)?;
    Ok(unpack(field, &plain)?)
}

fn cipher(key: &[u8; 32]) -> Aes256GcmSiv {
    Aes256GcmSiv::new_from_slice(key).expect("the key has 32 bytes")
}

fn nonce(first: Hash) -> Nonce {
    *Nonce::from_slice(&first.0[..NONCE_BYTES])
}

fn shape_of(shape: KindShape) -> Shape {
    match shape {
        KindShape::Fact => Shape::Fact,
        KindShape::Act => Shape::Act,
        KindShape::Record => Shape::Record,
        KindShape::Derived => Shape::Derived,
    }
}

/// What an author had on screen, as the file keeps it: the first hash of an own edit, or a stamp of the hub.
fn parse_base(text: &str) -> Result<Base, TranslateError> {
    let malformed = TranslateError::Malformed("base");
    match text.split_once('-') {
        None => Hash::from_hex(text).map(Base::Own).ok_or(malformed),
        Some((eff, rest)) => {
            let (replica, first) = rest.split_once('-').ok_or(TranslateError::Malformed("base"))?;
            let stamp = eff.parse().ok().zip(ReplicaId::from_hex(replica)).zip(Hash::from_hex(first));
            stamp.map(|((eff, replica), first)| Base::Stamped(Stamp { eff, replica, first })).ok_or(malformed)
        }
    }
}

/// A stamp as text, the other way round.
pub fn stamp_text(stamp: &Stamp) -> String {
    let Stamp { eff, replica, first } = stamp;
    format!("{eff}-{replica}-{first}")
}

fn parse_given(text: &str) -> Result<Given, TranslateError> {
    serde_json::from_str(text).map_err(|_| TranslateError::Malformed("place"))
}

pub fn given_text(given: &Given) -> String {
    serde_json::to_string(given).expect("a place is plain data")
}

/// The file names a partition by its kind; whose it is stands beside it.
pub fn partition_of(name: &str, station: Id) -> Result<Partition, TranslateError> {
    match name {
        "station" => Ok(Partition::Station(station)),
        "board" => Ok(Partition::Board(station)),
        "party" => Ok(Partition::Party(station)),
        "shared" => Ok(Partition::Shared),
        _ => Err(TranslateError::Malformed("partition")),
    }
}

/// The name and the station of a partition, the other way round.
pub fn partition_name(partition: Partition) -> &'static str {
    match partition {
        Partition::Station(_) => "station",
        Partition::Board(_) => "board",
        Partition::Party(_) => "party",
        Partition::Shared => "shared",
    }
}

pub fn id_of(text: &str) -> Result<Id, TranslateError> {
    Uuid::parse_str(text).map(|id| Id(*id.as_bytes())).map_err(|_| TranslateError::Malformed("id"))
}

pub fn uuid_text(id: Id) -> String {
    Uuid::from_bytes(id.0).to_string()
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
