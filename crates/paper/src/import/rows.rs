//! Rows of a table as visitors, each row either taken or faulted.

use super::cells::Table;
use super::{COLUMNS, FileFault};
use crate::words::{Labels, of};
use fengxiang_domain::rules::{LABEL_MAX_CHARS, TextFault, clean, phone};
use std::collections::{BTreeMap, HashSet};

/// The column names stand in one of the first rows: some have a title above them.
const HEADER_WITHIN: usize = 5;

/// A person as a row names them; the codes are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    pub row: u32,
    pub alias: String,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub work_area: Option<String>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    pub row: u32,
    pub field: &'static str,
    pub code: &'static str,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Visitors {
    pub rows: Vec<ImportedRow>,
    pub faults: Vec<RowFault>,
}

type Cells = BTreeMap<u32, String>;
type Columns = BTreeMap<&'static str, u32>;

pub(super) fn read(table: &Table, labels: &Labels) -> Result<Visitors, FileFault> {
    let (header, columns) = table
        .iter()
        .take(HEADER_WITHIN)
        .find_map(|(row, cells)| columns(cells).map(|c| (*row, c)))
        .ok_or(FileFault::NoHeader)?;
    let (mut visitors, mut phones) = (Visitors::default(), HashSet::new());
    for (row, cells) in table.range(header + 1..).filter(|(_, c)| !is_note(c, &columns) && !is_blank(c, &columns)) {
        match visitor(*row, cells, &columns, labels) {
            Ok(one) if one.phone.as_ref().is_some_and(|p| !phones.insert(p.clone())) => {
                visitors.faults.push(RowFault { row: *row, field: "phone", code: "import_twice" });
            }
            Ok(one) => visitors.rows.push(one),
            Err(fault) => visitors.faults.push(fault),
        }
    }
    if visitors == Visitors::default() { Err(FileFault::Empty) } else { Ok(visitors) }
}

/// Which column holds which field; `None` when the needed ones are not there.
fn columns(cells: &Cells) -> Option<Columns> {
    let bare = |text: &str| text.trim_end_matches('*').trim().to_lowercase();
    let field = |text: &str| {
        let is_it =
            |f: &&str| bare(text) == *f || of("import")["columns"][f].as_str().is_some_and(|n| bare(n) == bare(text));
        COLUMNS.into_iter().find(|f| is_it(f))
    };
    let mut columns = Columns::new();
    for (column, text) in cells {
        if let Some(field) = field(text) {
            columns.entry(field).or_insert(*column);
        }
    }
    (columns.contains_key("alias") && columns.contains_key("visitor_type")).then_some(columns)
}

/// The template's second row.
fn is_note(cells: &Cells, columns: &Columns) -> bool {
    let note = of("import")["notes"]["alias"].as_str();
    columns.get("alias").and_then(|c| cells.get(c)).map(String::as_str) == note
}

fn is_blank(cells: &Cells, columns: &Columns) -> bool {
    columns.values().all(|c| !cells.contains_key(c))
}

fn visitor(row: u32, cells: &Cells, columns: &Columns, labels: &Labels) -> Result<ImportedRow, RowFault> {
    let cell = |field: &str| columns.get(field).and_then(|c| cells.get(c)).map(String::as_str);
    let fault = |field, code| RowFault { row, field, code };
    let text = |field: &'static str| {
        let given = cell(field).map(|t| clean(t, LABEL_MAX_CHARS));
        given.transpose().map_err(|f| fault(field, if f == TextFault::Long { "too_long" } else { "invalid_field" }))
    };
    let code = |field: &'static str| {
        let given = cell(field).map(|t| labels.code(field, t).ok_or_else(|| fault(field, "import_unknown_word")));
        given.transpose()
    };
    let needed = |field| move || fault(field, "import_missing");
    let digits = cell("phone").map(|t| phone(t).ok_or_else(|| fault("phone", "invalid_field")));
    Ok(ImportedRow {
        row,
        alias: text("alias")?.ok_or_else(needed("alias"))?,
        visitor_type: code("visitor_type")?.ok_or_else(needed("visitor_type"))?,
        platform: code("platform")?,
        name: text("name")?,
        phone: digits.transpose()?,
        work_area: text("work_area")?,
    })
}
