//! A field's value as few bytes, and back: what columns a kind has is known on both sides, so only their values travel.
//! Knows no key.

use fengxiang_desk::kinds::{Column, FieldSpec, Form};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use serde_json::{Map, Value};
use std::convert::Infallible;
use uuid::Uuid;

/// Values inside a value; what is deeper is no value of ours.
const DEPTH_MAX: usize = 16;

#[derive(Debug, thiserror::Error)]
#[error("a value does not unpack: {0}")]
pub struct NotAValue(String);

impl From<minicbor::decode::Error> for NotAValue {
    fn from(error: minicbor::decode::Error) -> Self {
        Self(error.to_string())
    }
}

type Out = Encoder<Vec<u8>>;
type Packed = Result<(), minicbor::encode::Error<Infallible>>;

/// The bytes of a value. A field of a fact is a list of its columns' values, in their order and without the empty ones at the
/// end; members that no column is named for stand behind all of them.
pub fn pack(field: Option<&FieldSpec>, value: &Value) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    let packed = match (field, value) {
        (Some(field), Value::Object(members)) if is_object(field) => pack_columns(&mut out, field.columns, members),
        (Some(field), value) => pack_one(&mut out, form_of(field), value),
        (None, value) => pack_any(&mut out, value),
    };
    packed.expect("memory takes any bytes");
    out.into_writer()
}

/// The value of these bytes.
pub fn unpack(field: Option<&FieldSpec>, bytes: &[u8]) -> Result<Value, NotAValue> {
    let mut input = Decoder::new(bytes);
    match field {
        Some(field) if is_object(field) && input.datatype()? == Type::Array => {
            unpack_columns(&mut input, field.columns)
        }
        Some(field) => unpack_one(&mut input, form_of(field), 0),
        None => unpack_one(&mut input, Form::Json, 0),
    }
}

fn is_object(field: &FieldSpec) -> bool {
    field.columns.iter().any(|column| !column.key.is_empty())
}

fn form_of(field: &FieldSpec) -> Form {
    field.columns.first().map_or(Form::Json, |column| column.form)
}

fn pack_columns(out: &mut Out, columns: &[Column], members: &Map<String, Value>) -> Packed {
    let value = |column: &Column| members.get(column.key).unwrap_or(&Value::Null);
    let is_known = |key: &str| columns.iter().any(|column| column.key == key);
    let more: Vec<(&String, &Value)> = members.iter().filter(|(key, _)| !is_known(key)).collect();
    let filled = columns.iter().rposition(|column| !value(column).is_null()).map_or(0, |last| last + 1);
    let written = if more.is_empty() { filled } else { columns.len() };
    out.array((written + usize::from(!more.is_empty())) as u64)?;
    for column in &columns[..written] {
        pack_one(out, column.form, value(column))?;
    }
    if !more.is_empty() {
        out.map(more.len() as u64)?;
        for (key, value) in more {
            out.str(key)?;
            pack_any(out, value)?;
        }
    }
    Ok(())
}

fn unpack_columns(input: &mut Decoder, columns: &[Column]) -> Result<Value, NotAValue> {
    let count = usize::try_from(input.array()?.unwrap_or_default()).map_err(|e| NotAValue(e.to_string()))?;
    let mut members = Map::new();
    for (at, column) in columns.iter().enumerate() {
        let value = if at < count { unpack_one(input, column.form, 0)? } else { Value::Null };
        members.insert(column.key.to_owned(), value);
    }
    if count > columns.len()
        && let Value::Object(more) = unpack_one(input, Form::Json, 0)?
    {
        members.extend(more);
    }
    Ok(Value::Object(members))
}

fn pack_one(out: &mut Out, form: Form, value: &Value) -> Packed {
    match (form, value) {
        (Form::Id | Form::Subject, Value::String(text)) => pack_id(out, text),
        (Form::Bytes, Value::Array(bytes)) => {
            let bytes: Vec<u8> = bytes.iter().filter_map(|b| u8::try_from(b.as_u64()?).ok()).collect();
            out.bytes(&bytes).map(drop)
        }
        (_, value) => pack_any(out, value),
    }
}

/// A UUID as its sixteen bytes; another text as it is.
fn pack_id(out: &mut Out, text: &str) -> Packed {
    match Uuid::parse_str(text).ok().filter(|id| id.to_string() == text) {
        Some(id) => out.bytes(id.as_bytes()).map(drop),
        None => out.str(text).map(drop),
    }
}

fn pack_any(out: &mut Out, value: &Value) -> Packed {
    match value {
        Value::Null => out.null().map(drop),
        Value::Bool(is) => out.bool(*is).map(drop),
        Value::Number(number) => out.i64(number.as_i64().unwrap_or_default()).map(drop),
        Value::String(text) => pack_id(out, text),
        Value::Array(values) => {
            out.array(values.len() as u64)?;
            values.iter().try_for_each(|value| pack_any(out, value))
        }
        Value::Object(members) => {
            out.map(members.len() as u64)?;
            members.iter().try_for_each(|(key, value)| {
                out.str(key)?;
                pack_any(out, value)
            })
        }
    }
}

fn unpack_one(input: &mut Decoder, form: Form, depth: usize) -> Result<Value, NotAValue> {
    if depth > DEPTH_MAX {
        return Err(NotAValue("too deep".into()));
    }
    Ok(match input.datatype()? {
        Type::Null | Type::Undefined => {
            input.skip()?;
            Value::Null
        }
        Type::Bool => Value::Bool(input.bool()?),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            Value::from(input.i64()?)
        }
        Type::Bytes if form == Form::Bytes => Value::from(input.bytes()?.to_vec()),
        Type::Bytes => Value::from(Uuid::from_slice(input.bytes()?).map_err(|e| NotAValue(e.to_string()))?.to_string()),
        Type::String => Value::from(input.str()?),
        Type::Array => {
            let count = input.array()?.unwrap_or_default();
            (0..count).map(|_| unpack_one(input, form, depth + 1)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Type::Map => {
            let count = input.map()?.unwrap_or_default();
            let mut members = Map::new();
            for _ in 0..count {
                let key = input.str()?.to_owned();
                members.insert(key, unpack_one(input, form, depth + 1)?);
            }
            Value::Object(members)
        }
        other => return Err(NotAValue(format!("{other} is none of ours"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fengxiang_desk::kinds::{KINDS, find_kind};
    use serde_json::json;

    const ID: &str = "0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

    fn field(kind: &str, number: u32) -> &'static FieldSpec {
        find_kind(kind).unwrap().find_field(number).unwrap()
    }

    fn again(field: Option<&FieldSpec>, value: &Value) -> Value {
        unpack(field, &pack(field, value)).unwrap()
    }

    #[test]
    fn a_value_comes_back_as_it_was() {
        let visit = json!({ "at": 1_773_622_800_000_i64, "on": "2026-03-16", "type": "01", "people": 1, "channel": "desk",
            "separate": false, "separate_by": null, "replaces": ID });
        assert_eq!(again(Some(field("visit", 1)), &visit), visit);
        let ticket = json!({ "sentence": "𬭎·买买提 \" '", "phone": null, "slip_hash": vec![7_u8; 32] });
        assert_eq!(again(Some(field("ticket_submit", 2)), &ticket), ticket);
        let act = json!({ "at": 5, "shift": ID, "body": { "act": "open", "checks": [{ "item": "power", "is_good": true }], "staff": ID } });
        assert_eq!(again(Some(field("shift_act", 1)), &act), act);
        for value in [json!("王师傅"), json!(null), json!(""), json!(ID)] {
            assert_eq!(again(Some(field("visitor", 2)), &value), value);
        }
    }

    #[test]
    fn members_of_a_newer_program_come_back_too() {
        let newer = json!({ "at": 5, "visit": ID, "mood": { "is_good": true, "words": ["a", ID] } });
        assert_eq!(again(Some(field("visit_leave", 1)), &newer), newer);
        assert_eq!(again(None, &newer), newer);
    }

    #[test]
    fn a_visit_takes_few_bytes() {
        let visit = json!({ "at": 1_773_622_800_000_i64, "on": "2026-03-16", "type": "01", "people": 1, "channel": "desk",
            "separate": false, "separate_by": null, "replaces": null });
        assert!(pack(Some(field("visit", 1)), &visit).len() <= 32);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for kind in KINDS {
            for bytes in [
                &[][..],
                &[0x9f],
                &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                &[0x81; 40],
                &[0x44, 1, 2, 3, 4],
            ] {
                let _ = unpack(kind.fields.first(), bytes);
            }
        }
    }
}
