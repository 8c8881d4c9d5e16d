//! Reads a table of visitors from a file somebody chose. Size and shape are checked before anything is parsed; nothing is
//! evaluated; a fault names its row and field, never what stands there.

mod cells;
mod gate;
mod rows;

pub use rows::{ImportedRow, RowFault, Visitors};

use crate::words::Labels;

/// The fields of a row, in the order of the template's columns.
pub const COLUMNS: [&str; 6] = ["alias", "visitor_type", "platform", "name", "phone", "work_area"];

/// Bytes of a file that is read at all.
pub const FILE_MAX_BYTES: u64 = 10 * 1024 * 1024;
/// Bytes it may unpack to.
pub const UNPACKED_MAX_BYTES: u64 = 100 * 1024 * 1024;
/// Cells that hold something.
pub const CELLS_MAX: usize = 200_000;

/// Why a whole file cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    #[error("the file is larger than 10 MB")]
    TooLarge,
    #[error("the file unpacks to more than 100 MB")]
    UnpacksTooLarge,
    #[error("the file holds more than 200,000 cells")]
    TooManyCells,
    #[error("an .xls, or a workbook with a password")]
    OldExcel,
    #[error("neither a workbook nor a table of text")]
    NotTable,
    #[error("the text is neither UTF-8 nor GBK")]
    UnknownEncoding,
    #[error("there is no row of column names with the needed columns")]
    NoHeader,
    #[error("there are no rows")]
    Empty,
}

impl FileFault {
    /// The stable code of the fault.
    pub fn code(self) -> &'static str {
        match self {
            FileFault::TooLarge => "import_too_large",
            FileFault::UnpacksTooLarge => "import_unpacks_too_large",
            FileFault::TooManyCells => "import_too_many_cells",
            FileFault::OldExcel => "import_old_excel",
            FileFault::NotTable => "import_not_table",
            FileFault::UnknownEncoding => "import_unknown_encoding",
            FileFault::NoHeader => "import_no_header",
            FileFault::Empty => "import_empty",
        }
    }
}

/// What a file holds, by its bytes; its name tells nothing that is believed.
pub fn visitors(file: &[u8], labels: &Labels) -> Result<Visitors, FileFault> {
    let table = match gate::kind(file)? {
        gate::Kind::Workbook => cells::of_workbook(file)?,
        gate::Kind::Text => cells::of_text(file)?,
    };
    rows::read(&table, labels)
}
