//! Messages as bytes: CBOR in zstd, or JSON of the same model for people. Refuses what is too large before reading it.

use crate::limits::{BODY_BYTES, PACKED_BYTES};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

/// Bytes that unpacking may look back, as a power of two: no body of ours is longer, and a stranger's frame could ask for gigabytes.
const WINDOW_LOG: u32 = 23;
/// A fast level: a desk is an old PC.
const LEVEL: i32 = 3;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `application/cbor`, in zstd.
    Packed,
    /// `application/cbor` as it is.
    Plain,
    /// `application/json`, for people.
    Json,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WireError {
    #[error("body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("body does not unpack")]
    NotPacked,
    #[error("body is no such message: {0}")]
    NotAMessage(String),
}

/// The bytes of a message.
pub fn encode(message: &impl Serialize, form: Form) -> Vec<u8> {
    let plain = || minicbor_serde::to_vec(message).expect("a message is plain data");
    match form {
        Form::Plain => plain(),
        Form::Packed => zstd::bulk::compress(&plain(), LEVEL).expect("memory takes any bytes"),
        Form::Json => serde_json::to_vec_pretty(message).expect("a message is plain data"),
    }
}

/// Reads a message whole, or says why not. Unpacks at most [`BODY_BYTES`].
pub fn decode<T: DeserializeOwned>(body: &[u8], form: Form) -> Result<T, WireError> {
    if body.len() > PACKED_BYTES {
        return Err(WireError::TooLarge(PACKED_BYTES));
    }
    match form {
        Form::Plain => parse(body),
        Form::Packed => parse(&unpack(body)?),
        Form::Json => serde_json::from_slice(body).map_err(|e| WireError::NotAMessage(e.to_string())),
    }
}

fn parse<T: DeserializeOwned>(plain: &[u8]) -> Result<T, WireError> {
    let mut reader = minicbor_serde::Deserializer::new(plain);
    let message = T::deserialize(&mut reader).map_err(|e| WireError::NotAMessage(e.to_string()))?;
    let end = reader.decoder().position();
    if end == plain.len() { Ok(message) } else { Err(WireError::NotAMessage("bytes behind the message".into())) }
}

fn unpack(body: &[u8]) -> Result<Vec<u8>, WireError> {
    let mut reader = zstd::stream::read::Decoder::new(body).map_err(|_| WireError::NotPacked)?;
    reader.window_log_max(WINDOW_LOG).map_err(|_| WireError::NotPacked)?;
    let mut plain = Vec::new();
    let most = u64::try_from(BODY_BYTES).expect("a limit is a small number") + 1;
    reader.take(most).read_to_end(&mut plain).map_err(|_| WireError::NotPacked)?;
    if plain.len() > BODY_BYTES { Err(WireError::TooLarge(BODY_BYTES)) } else { Ok(plain) }
}

/// Reads a map and refuses one that says something twice: which of the two would count?
pub(crate) fn unique<'de, D, V>(deserializer: D) -> Result<BTreeMap<u32, V>, D::Error>
where
    D: serde::Deserializer<'de>,
    V: serde::Deserialize<'de>,
{
    deserializer.deserialize_map(Unique(PhantomData))
}

struct Unique<V>(PhantomData<V>);

impl<'de, V: serde::Deserialize<'de>> Visitor<'de> for Unique<V> {
    type Value = BTreeMap<u32, V>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("fields by number")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((number, value)) = map.next_entry()? {
            if fields.insert(number, value).is_some() {
                return Err(A::Error::custom("a field stands there twice"));
            }
        }
        Ok(fields)
    }
}
