//! The empty table in which visitors are handed in: names of the columns, a line of notes, lists to choose from.

use super::sheet::as_text;
use crate::PaperError;
use crate::import::COLUMNS;
use crate::words::{Labels, of, word};
use rust_xlsxwriter::{DataValidation, Format, Workbook, Worksheet};

/// As many rows offer their lists.
const LISTED_ROWS: u32 = 20_000;

/// `types` and `platforms`: codes that may be chosen, in order.
pub fn visitor_template(types: &[String], platforms: &[String], labels: &Labels) -> Result<Vec<u8>, PaperError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(word("import", "sheet"))?;
    let header = Format::new().set_bold().set_background_color("FBEBC4");
    let note = Format::new().set_font_color("6D6252").set_text_wrap();
    for (column, field) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, 22)?.set_column_format(column, &Format::new().set_num_format("@"))?;
        let (name, hint) = (own("columns", field), own("notes", field));
        sheet.write_string_with_format(0, column, name, &as_text(header.clone(), name))?;
        sheet.write_string_with_format(1, column, hint, &as_text(note.clone(), hint))?;
        let choices: &[String] = match field {
            "visitor_type" => types,
            "platform" => platforms,
            _ => continue,
        };
        offer(&mut sheet, column, choices.iter().map(|c| labels.of(field, c)).collect())?;
    }
    sheet.set_freeze_panes(2, 0)?;
    let mut book = Workbook::new();
    book.push_worksheet(sheet);
    Ok(book.save_to_buffer()?)
}

fn own(part: &str, field: &str) -> &'static str {
    of("import")[part][field].as_str().unwrap_or_default()
}

/// A list too long for the format (255 characters) is left out: the words may still be typed.
fn offer(sheet: &mut Worksheet, column: u16, words: Vec<String>) -> Result<(), PaperError> {
    if let Ok(list) = DataValidation::new().allow_list_strings(&words) {
        sheet.add_data_validation(2, column, LISTED_ROWS, column, &list)?;
    }
    Ok(())
}
