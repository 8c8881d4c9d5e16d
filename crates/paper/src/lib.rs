//! Everything that prints or is read from a sheet: PDF by typst, Excel out and in. Knows the domain and the words on
//! paper; knows no database, no window and no path: it takes what is to stand there and gives bytes.

mod error;
pub mod excel;
pub mod import;
mod press;
pub mod words;

pub use error::PaperError;
pub use press::{Card, CardLayout, blank_register, operating_card, qr_svg, recovery_sheet, visitor_cards};
