//! How rows, receipts, edits and orders lie in the columns of a database. Both databases write the same bytes; what they
//! read again was written by a hub, and anything else is damage.

use super::{Edit, Failed, StoredReceipt};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Outcome, PageRow, Receipt, Refusal};
use fengxiang_wire::row::TrayOf;
use fengxiang_wire::{Form, Hash, Id, Partition, Row, RowKey, Shape, decode, encode};
use serde::de::DeserializeOwned;

/// Columns that name a row: partition, kind, id.
pub(super) struct KeyColumns {
    pub partition: String,
    pub kind: String,
    pub id: Vec<u8>,
}

/// The other columns of a row.
pub(super) struct RowColumns {
    pub key: KeyColumns,
    pub sequence: i64,
    pub shape: String,
    pub subject: Option<Vec<u8>>,
    pub tray_kind: Option<String>,
    pub tray_id: Option<Vec<u8>>,
    pub tray_field: Option<i64>,
    pub fields: Vec<u8>,
}

pub(super) struct ReceiptColumns {
    pub number: i64,
    pub entry_hash: Vec<u8>,
    pub outcome: String,
    pub given: Option<Vec<u8>>,
    pub key: KeyColumns,
}

impl KeyColumns {
    pub fn read(self) -> Result<RowKey, Failed> {
        Ok(RowKey { partition: partition(&self.partition)?, kind: self.kind, id: id(&self.id)? })
    }
}

impl RowColumns {
    pub fn read(self) -> Result<PageRow, Failed> {
        let tray_of = match (self.tray_kind, self.tray_id, self.tray_field) {
            (Some(kind), Some(of), Some(field)) => {
                Some(TrayOf { kind, id: id(&of)?, field: u32::try_from(field).map_err(|_| damaged("tray_field"))? })
            }
            _ => None,
        };
        let row = Row {
            key: self.key.read()?,
            shape: shape(&self.shape)?,
            subject: self.subject.as_deref().map(id).transpose()?,
            fields: body(&self.fields)?,
            tray_of,
        };
        Ok(PageRow { sequence: unsigned(self.sequence), row })
    }
}

impl ReceiptColumns {
    pub fn read(self) -> Result<StoredReceipt, Failed> {
        let receipt = Receipt {
            number: unsigned(self.number),
            hash: hash(&self.entry_hash)?,
            outcome: outcome(&self.outcome)?,
            given: self.given.as_deref().map(body).transpose()?,
        };
        Ok(StoredReceipt { receipt, key: self.key.read()? })
    }
}

pub(super) fn fields_of(row: &Row) -> Vec<u8> {
    encode(&row.fields, Form::Plain)
}

pub(super) fn given_of(receipt: &Receipt) -> Option<Vec<u8>> {
    receipt.given.as_ref().map(|given| encode(given, Form::Plain))
}

pub(super) fn edit_body(edit: &Edit) -> Vec<u8> {
    encode(&(edit.stamp, &edit.fields), Form::Plain)
}

pub(super) fn edit(bytes: &[u8]) -> Result<Edit, Failed> {
    let (stamp, fields) = body(bytes)?;
    Ok(Edit { stamp, fields })
}

pub(super) fn order_body(order: &EraseOrder) -> Vec<u8> {
    encode(order, Form::Plain)
}

pub(super) fn order(bytes: &[u8]) -> Result<EraseOrder, Failed> {
    body(bytes)
}

pub(super) fn shape_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Fact => "fact",
        Shape::Act => "act",
        Shape::Record => "record",
        Shape::Tray => "tray",
        Shape::Derived => "derived",
    }
}

fn shape(name: &str) -> Result<Shape, Failed> {
    let every = [Shape::Fact, Shape::Act, Shape::Record, Shape::Tray, Shape::Derived];
    every.into_iter().find(|s| shape_name(*s) == name).ok_or_else(|| damaged("shape"))
}

pub(super) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Superseded => "superseded",
        Outcome::Conflict => "conflict",
        Outcome::Scrubbed => "scrubbed",
        Outcome::Refused(Refusal::NotAllowed) => "refused/not_allowed",
        Outcome::Refused(Refusal::RowTooLarge) => "refused/row_too_large",
        Outcome::Refused(Refusal::IdTaken) => "refused/id_taken",
        Outcome::Refused(Refusal::Malformed) => "refused/malformed",
    }
}

fn outcome(name: &str) -> Result<Outcome, Failed> {
    let refused = [Refusal::NotAllowed, Refusal::RowTooLarge, Refusal::IdTaken, Refusal::Malformed];
    let mut every = [Outcome::Applied, Outcome::Superseded, Outcome::Conflict, Outcome::Scrubbed]
        .into_iter()
        .chain(refused.map(Outcome::Refused));
    every.find(|o| outcome_name(*o) == name).ok_or_else(|| damaged("outcome"))
}

pub(super) fn partition(text: &str) -> Result<Partition, Failed> {
    Partition::parse(text).ok_or_else(|| damaged("partition"))
}

pub(super) fn id(bytes: &[u8]) -> Result<Id, Failed> {
    bytes.try_into().map(Id).map_err(|_| damaged("id"))
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, Failed> {
    bytes.try_into().map(Hash).map_err(|_| damaged("hash"))
}

fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failed> {
    decode(bytes, Form::Plain).map_err(|e| Failed::Broken(format!("reading what was stored: {e}")))
}

fn damaged(column: &str) -> Failed {
    Failed::Broken(format!("{column} holds what no hub wrote"))
}

/// A number as a column takes it. None of ours comes near the end.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

pub(super) fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The first key behind all that begin so; `None` when they are the last ones.
pub(super) fn beyond(beginning: &[u8]) -> Option<Vec<u8>> {
    let last = beginning.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut beyond = beginning[..=last].to_vec();
    beyond[last] += 1;
    Some(beyond)
}
