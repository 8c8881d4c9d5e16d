//! What a write leaves behind besides its rows: numbered entries for a hub and one line of the trail.

use serde::{Deserialize, Serialize};

/// One changed field of an entry: its number, what its author had seen, its new value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub field: u32,
    pub base: Option<String>,
    pub value: serde_json::Value,
}

/// One change for the hub. Field 1 of a fact is its countable part, field 2 its personal part.
#[derive(Debug, Clone)]
pub struct Entry {
    pub partition: String,
    /// Whose partition it is; `None`: the desk's own station's.
    pub station: Option<String>,
    pub kind: String,
    pub id: String,
    pub subject: Option<String>,
    pub fields: Vec<Field>,
}

/// What an entry is about decides what is remembered of it beside the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Insert-only: nothing is ever merged, so nothing is kept per field.
    Fact,
    /// A record with all its fields at once.
    NewRecord,
    /// Single fields of a record; each says what its author had on screen.
    Edit,
    /// A field whose author had something on screen that is not there any more: it names nothing, so that the hub files both.
    LateEdit,
}

/// One line of the trail: ids only.
#[derive(Debug)]
pub(crate) struct TrailLine {
    pub at: i64,
    pub actor: Option<String>,
    pub act: String,
    pub object: Option<String>,
}
