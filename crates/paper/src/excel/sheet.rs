//! One sheet being filled from top to bottom. Texts are only ever written as texts: nothing typed becomes a formula.

use super::Head;
use crate::PaperError;
use crate::words::{date, filled, word};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

/// Paper size 9 of the format is A4.
const A4: u8 = 9;
/// The longest text a cell may hold.
const CELL_MAX_CHARS: usize = 32_767;

pub(super) struct Sheet {
    sheet: Worksheet,
    row: u32,
    columns: u16,
}

pub(super) enum Cell {
    Text(String),
    Count(i64),
    /// Thousandths, shown as a percentage.
    Rate(i64),
}

impl Sheet {
    /// An A4 page, one page wide, with as many columns as there are widths.
    pub fn new(name: &str, widths: &[f64]) -> Result<Self, PaperError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3).set_print_center_horizontally(true);
        sheet.set_footer(format!("&C{}", word("table", "page")));
        for (column, width) in (0..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        let columns = u16::try_from(widths.len()).expect("no report has sixty thousand columns");
        Ok(Self { sheet, row: 0, columns })
    }

    pub fn title(&mut self, text: &str) -> Result<(), PaperError> {
        let format = plain().set_bold().set_font_size(16).set_align(FormatAlign::Center);
        self.sheet.set_row_height(self.row, 30)?;
        self.across(0, self.columns, text, &format)?;
        self.row += 1;
        Ok(())
    }

    /// Unit on the left, period in the middle, date on the right.
    pub fn head(&mut self, head: &Head) -> Result<(), PaperError> {
        let (from, to, on) = (date(head.from), date(head.to), date(head.filled_on));
        let third = self.columns / 3;
        let parts = [
            (0, third, filled("table", "unit", &[("station", &head.station)]), FormatAlign::Left),
            (third, third, filled("table", "period", &[("from", &from), ("to", &to)]), FormatAlign::Center),
            (third * 2, self.columns - third * 2, filled("table", "filled_on", &[("on", &on)]), FormatAlign::Right),
        ];
        for (first, width, text, align) in parts {
            self.across(first, width, &text, &plain().set_align(align))?;
        }
        self.row += 1;
        Ok(())
    }

    /// Column names; they stand on every printed page and stay in view.
    pub fn columns(&mut self, names: &[&str]) -> Result<(), PaperError> {
        let format = boxed().set_bold().set_text_wrap().set_background_color("FBEBC4");
        self.sheet.set_row_height(self.row, 32)?;
        for (column, name) in (0..).zip(names) {
            self.sheet.write_string_with_format(self.row, column, *name, &format)?;
        }
        self.sheet.set_repeat_rows(0, self.row)?.set_freeze_panes(self.row + 1, 1)?;
        self.row += 1;
        Ok(())
    }

    pub fn line(&mut self, cells: &[Cell], is_total: bool) -> Result<(), PaperError> {
        let base = if is_total { boxed().set_bold().set_background_color("FFFAF0") } else { boxed() };
        for (column, cell) in (0..).zip(cells) {
            self.cell(column, cell, &base)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell, base: &Format) -> Result<(), XlsxError> {
        match cell {
            Cell::Text(text) => {
                let format = as_text(base.clone(), text).set_text_wrap();
                self.sheet.write_string_with_format(self.row, column, kept(text), &format)?;
            }
            // A count of people is far below 2^53.
            Cell::Count(n) => {
                self.sheet.write_number_with_format(self.row, column, *n as f64, base)?;
            }
            Cell::Rate(n) => {
                let format = base.clone().set_num_format("+0.0%;-0.0%;0.0%");
                self.sheet.write_number_with_format(self.row, column, *n as f64 / 1000.0, &format)?;
            }
        }
        Ok(())
    }

    pub fn note(&mut self, text: &str) -> Result<(), PaperError> {
        let lines = text.chars().count() / 110 + 1;
        self.sheet.set_row_height(self.row, 16.0 * lines as f64)?;
        self.across(0, self.columns, text, &plain().set_font_color("6D6252").set_text_wrap())?;
        self.row += 1;
        Ok(())
    }

    /// Who filled it in, who checked it, who answers for it: to be signed on paper.
    pub fn signatures(&mut self) -> Result<(), PaperError> {
        self.row += 1;
        self.sheet.set_row_height(self.row, 24)?;
        let third = self.columns / 3;
        for (place, key) in (0..).zip(["filler", "checker", "head"]) {
            self.across(place * third, third, word("table", key), &plain())?;
        }
        Ok(())
    }

    pub fn into_bytes(self) -> Result<Vec<u8>, PaperError> {
        let mut book = Workbook::new();
        book.push_worksheet(self.sheet);
        Ok(book.save_to_buffer()?)
    }

    fn across(&mut self, first: u16, width: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
        let format = as_text(format.clone(), text);
        self.sheet.merge_range(self.row, first, self.row, first + width - 1, kept(text), &format)?;
        Ok(())
    }
}

/// A text stays a text, also when somebody edits the cell: the mark that a leading apostrophe leaves.
pub(super) fn as_text(format: Format, text: &str) -> Format {
    let format = format.set_num_format("@");
    if is_risky(text) { format.set_quote_prefix() } else { format }
}

/// What a spreadsheet might take for a formula, full-width forms included.
fn is_risky(text: &str) -> bool {
    let first = text.trim_start_matches([' ', '\u{3000}', '\u{feff}']).chars().next();
    text.starts_with(['\t', '\r', '\n'])
        || first.is_some_and(|c| {
            matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' | '\u{2212}')
        })
}

fn kept(text: &str) -> &str {
    text.char_indices().nth(CELL_MAX_CHARS).map_or(text, |(end, _)| &text[..end])
}

fn plain() -> Format {
    Format::new().set_font_name("SimSun").set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

fn boxed() -> Format {
    plain().set_border(FormatBorder::Thin).set_align(FormatAlign::Center)
}
