//! Sheets as officials expect them: merged title, unit and date line, header, body, total, notes, signatures; A4.

mod register;
mod sheet;
mod table;
mod template;

pub use register::{RegisterEntry, register};
pub use table::{VisitTable, visit_table};
pub use template::visitor_template;

use chrono::NaiveDate;

/// The line under the title.
#[derive(Debug, Clone)]
pub struct Head {
    pub station: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub filled_on: NaiveDate,
}
