//! Every message as it was first released, in both forms. The files in `fixtures/messages-1` are never written anew: a program
//! that cannot read them cannot speak to the desks and hubs that are out there.

mod made;

use fengxiang_wire::{Form, decode, encode};
use made::Message;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// What a newer program might add.
const ADDED: &str = "from_a_newer_program";
/// Objects with one of these alone are a variant with its content: nothing can stand beside it.
const VARIANTS: [&str; 15] = [
    "taken",
    "gap",
    "epoch_changed",
    "page",
    "sums",
    "enrolled",
    "recovered",
    "refused",
    "stamped",
    "own",
    "device",
    "recovery",
    "office",
    "invited",
    "not_found",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/messages-1")
}

fn golden(name: &str, form: &str) -> String {
    let path = folder().join(format!("{name}.{form}"));
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let text = text.trim_end();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[derive(Default)]
struct Written;

impl made::Visit for Written {
    fn visit<T: Message>(&mut self, name: &str, message: &T) {
        assert_eq!(String::from_utf8(encode(message, Form::Json)).unwrap(), golden(name, "json").trim_end(), "{name}");
        assert_eq!(hex(&encode(message, Form::Plain)), golden(name, "cbor.hex").trim_end(), "{name}");
    }
}

#[test]
fn every_message_is_written_as_it_was_released() {
    made::every_message(&mut Written);
}

struct Read;

impl made::Visit for Read {
    fn visit<T: Message>(&mut self, name: &str, message: &T) {
        let (json, cbor) = (golden(name, "json"), from_hex(&golden(name, "cbor.hex")));
        assert_eq!(&decode::<T>(json.as_bytes(), Form::Json).unwrap(), message, "{name}");
        assert_eq!(&decode::<T>(&cbor, Form::Plain).unwrap(), message, "{name}");
        assert_eq!(&decode::<T>(&encode(message, Form::Packed), Form::Packed).unwrap(), message, "{name}");
    }
}

#[test]
fn every_message_that_was_released_is_read() {
    made::every_message(&mut Read);
}

/// Every file stands for a message that is still made, so that none is left out in silence.
#[test]
fn every_golden_file_is_compared() {
    #[derive(Default)]
    struct Names(BTreeSet<String>);
    impl made::Visit for Names {
        fn visit<T: Message>(&mut self, name: &str, _message: &T) {
            assert!(self.0.insert(name.to_owned()), "{name} is made twice");
        }
    }
    let mut made = Names::default();
    made::every_message(&mut made);
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap().split('.').next().unwrap().to_owned())
        .collect();
    assert_eq!(made.0, files);
}

struct Newer(usize);

impl made::Visit for Newer {
    fn visit<T: Message>(&mut self, name: &str, message: &T) {
        let value: Value = serde_json::from_str(&golden(name, "json")).unwrap();
        for path in objects(&value, String::new(), T::IS_VARIANT) {
            let mut newer = value.clone();
            newer.pointer_mut(&path).unwrap()[ADDED] = json!({ "a": [1, "b"] });
            let read = decode::<T>(newer.to_string().as_bytes(), Form::Json);
            assert_eq!(read.as_ref(), Ok(message), "{name}, added at {path:?}");
            self.0 += 1;
        }
        if let Some(newer) = with_added(from_hex(&golden(name, "cbor.hex")), T::IS_VARIANT) {
            assert_eq!(decode::<T>(&newer, Form::Plain).as_ref(), Ok(message), "{name}");
            self.0 += 1;
        }
    }
}

#[test]
fn what_a_newer_program_adds_is_passed_over_wherever_it_stands() {
    let mut newer = Newer(0);
    made::every_message(&mut newer);
    assert!(newer.0 > 100, "only {} places were tried", newer.0);
}

/// Where something could be added: objects, but for variants and for fields by their numbers, which are not passed over but kept.
fn objects(value: &Value, path: String, is_variant: bool) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.replace('/', "~1"), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let is_taken = |map: &serde_json::Map<String, Value>| {
        is_variant
            || path.contains('/') && map.len() == 1 && VARIANTS.contains(&map.keys().next().unwrap().as_str())
            || map.keys().any(|key| key.parse::<u32>().is_ok())
    };
    let here = value.as_object().filter(|map| !is_taken(map)).map(|_| path.clone());
    let below = inner.into_iter().flat_map(|(key, value)| objects(value, format!("{path}/{key}"), false));
    here.into_iter().chain(below).collect()
}

/// The same in CBOR: the map that ends the message gets one more pair. `None`: the message ends with no map.
fn with_added(mut cbor: Vec<u8>, is_variant: bool) -> Option<Vec<u8>> {
    const SMALL_MAP: std::ops::Range<u8> = 0xa0..0xb7;
    let map = if is_variant { 2 + usize::from(cbor.get(1)?.checked_sub(0x60)?) } else { 0 };
    if !cbor.get(map).is_some_and(|byte| SMALL_MAP.contains(byte)) {
        return None;
    }
    cbor[map] += 1;
    cbor.extend(encode(&ADDED, Form::Plain));
    cbor.extend(encode(&vec![1, 2], Form::Plain));
    Some(cbor)
}
