//! What a hub takes at most. It advertises its own figures in every hello; these are what both sides start with.

use serde::{Deserialize, Serialize};

/// Changes of one push.
pub const BATCH_ENTRIES: usize = 1_000;
/// Bytes of one push, unpacked.
pub const BATCH_BYTES: usize = 1 << 20;
/// Rows of one page.
pub const PAGE_ROWS: usize = 2_000;
/// Bytes of one page, unpacked.
pub const PAGE_BYTES: usize = 2 << 20;
/// Bytes of one row's values.
pub const ROW_BYTES: usize = 64 << 10;
/// Bytes that any body may unpack to: a page and its envelope.
pub const BODY_BYTES: usize = 4 << 20;
/// Bytes of a body on the wire.
pub const PACKED_BYTES: usize = 2 << 20;
/// Fields of one entry; more is no record of ours.
pub const ENTRY_FIELDS: usize = 64;
/// Bytes of a kind's name.
pub const KIND_BYTES: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    pub batch_entries: usize,
    pub batch_bytes: usize,
    pub page_rows: usize,
    pub row_bytes: usize,
}

impl Limits {
    /// What both sides take, and one of each at least.
    pub fn within(self, other: Self) -> Self {
        let least = |one: usize, two: usize| one.min(two).max(1);
        Self {
            batch_entries: least(self.batch_entries, other.batch_entries),
            batch_bytes: least(self.batch_bytes, other.batch_bytes),
            page_rows: least(self.page_rows, other.page_rows),
            row_bytes: least(self.row_bytes, other.row_bytes),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch_entries: BATCH_ENTRIES, batch_bytes: BATCH_BYTES, page_rows: PAGE_ROWS, row_bytes: ROW_BYTES }
    }
}
