//! Visitors from a table: a template, a look at what a file holds, and taking all of it or nothing.

use crate::api::*;
use crate::app::{Call, Context};
use crate::file_commands::{labels, save};
use crate::host::FileKind;
use fengxiang_desk::DeskError;
use fengxiang_desk::store::{NewVisitor, Reader, VisitorEdit};
use fengxiang_domain::codes::{CodeList, NO_PLATFORM, PLATFORMS, VISITOR_TYPES};
use fengxiang_domain::rules::needs_consent;
use fengxiang_paper::import::{self, FILE_MAX_BYTES, FileFault, ImportedRow, RowFault, Visitors};
use fengxiang_paper::words::Labels;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Rows that are shown before they are taken.
const PREVIEW_ROWS: usize = 100;
/// More faults than this help nobody to mend a file.
const FAULTS_MAX: usize = 200;

pub(crate) fn visitor_import_template(context: &Context, (): ()) -> Result<Call<Option<FileSaved>>, Failure> {
    let reader = context.desk()?.reader();
    let (station, labels) = (reader.get_station()?, labels(&reader)?);
    let types = offered(&reader, CodeList::VisitorType, &VISITOR_TYPES)?;
    let platforms = offered(&reader, CodeList::Platform, &PLATFORMS)?;
    drop(reader);
    save(context, &format!("{}-visitors-template.xlsx", station.code), "save_template", &[], || {
        Ok(fengxiang_paper::excel::visitor_template(&types, &platforms, &labels)?)
    })
}

/// The codes of a list that are still offered, a station's own behind the built-in ones.
fn offered(reader: &Reader, list: CodeList, built_in: &[&str]) -> Result<Vec<String>, Failure> {
    let own = reader.list_codes(list)?;
    let mut codes: Vec<String> = built_in.iter().map(|c| (*c).to_owned()).collect();
    codes.extend(own.iter().filter(|row| !built_in.contains(&row.code.as_str())).map(|row| row.code.clone()));
    codes.retain(|code| !own.iter().any(|row| row.code == *code && row.is_retired));
    Ok(codes)
}

pub(crate) fn visitor_import_choose(context: &Context, (): ()) -> Result<Call<Option<ImportPreview>>, Failure> {
    let Some(path) = context.choose_open(FileKind::Table)? else { return Ok(Call::read(None)) };
    let bytes = read_limited(&path)?;
    let labels = labels(&context.desk()?.reader())?;
    let visitors = import::visitors(&bytes, &labels).map_err(|f| Failure::new(f.code()))?;
    let reader = context.desk()?.reader();
    let visitors = without_retired(&reader, visitors)?;
    let rows = visitors.rows.iter().take(PREVIEW_ROWS).map(|row| preview(&reader, row)).collect::<Result<_, _>>()?;
    let preview = ImportPreview {
        file_name: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        row_count: i64::try_from(visitors.rows.len() + visitors.faults.len()).unwrap_or(i64::MAX),
        rows,
        faults: visitors.faults.iter().take(FAULTS_MAX).map(fault).collect(),
        token: context.keep_import(visitors),
    };
    Ok(Call::read(Some(preview)))
}

/// A row whose type or platform is offered no more is a fault, as it is at the counter.
fn without_retired(reader: &Reader, visitors: Visitors) -> Result<Visitors, Failure> {
    let types = offered(reader, CodeList::VisitorType, &VISITOR_TYPES)?;
    let platforms = offered(reader, CodeList::Platform, &PLATFORMS)?;
    let Visitors { rows, mut faults } = visitors;
    let retired = |row: &ImportedRow| match &row.platform {
        _ if !types.contains(&row.visitor_type) => Some("visitor_type"),
        Some(platform) if !platforms.contains(platform) => Some("platform"),
        _ => None,
    };
    let (bad, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| retired(row).is_some());
    let fault = |row: &ImportedRow| Some(RowFault { row: row.row, field: retired(row)?, code: "import_retired" });
    faults.extend(bad.iter().filter_map(fault));
    faults.sort_by_key(|fault| fault.row);
    Ok(Visitors { rows, faults })
}

/// Reads no more than may be: a file is measured while it is read, whatever the directory says.
fn read_limited(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(DeskError::from)?.take(FILE_MAX_BYTES + 1);
    file.read_to_end(&mut bytes).map_err(DeskError::from)?;
    if bytes.len() as u64 > FILE_MAX_BYTES { Err(Failure::new(FileFault::TooLarge.code())) } else { Ok(bytes) }
}

fn preview(reader: &Reader, row: &ImportedRow) -> Result<ImportRow, Failure> {
    let lookalikes = reader.list_lookalikes(&edit(row), None)?;
    let tail = row.phone.as_ref().map(|p| p[p.len().saturating_sub(4)..].to_owned());
    Ok(ImportRow {
        row: i64::from(row.row),
        alias: row.alias.clone(),
        visitor_type: row.visitor_type.clone(),
        platform: row.platform.clone(),
        phone_tail: tail,
        has_lookalike: !lookalikes.is_empty(),
    })
}

fn edit(row: &ImportedRow) -> VisitorEdit {
    let ImportedRow { row: _, alias, visitor_type, platform, name, phone, work_area } = row.clone();
    VisitorEdit { alias, visitor_type, platform, name, phone, work_area }
}

fn fault(fault: &RowFault) -> ImportFault {
    let RowFault { row, field, code } = fault;
    ImportFault { row: i64::from(*row), field: Some((*field).to_owned()), code: (*code).to_owned() }
}

pub(crate) fn visitor_import_commit(context: &Context, request: ImportCommit) -> Result<Call<ImportDone>, Failure> {
    let visitors = context.take_import(&request.token).ok_or_else(|| Failure::new("import_again"))?;
    let visitors = without_retired(&context.desk()?.reader(), visitors)?;
    if let Some(refusal) = refusal(&visitors, request.consent_on_paper) {
        // The file stays chosen: the box may still be ticked.
        context.put_import_back(request.token, visitors);
        return Err(refusal);
    }
    let labels = labels(&context.desk()?.reader())?;
    let new = visitors.rows.into_iter().map(|row| new_visitor(row, &labels, request.consent_on_paper)).collect();
    let written = context.write("import_visitors", |w| w.import_visitors(new))?;
    Ok(written.map(|added| ImportDone { added: i64::try_from(added).unwrap_or(i64::MAX) }))
}

fn refusal(visitors: &Visitors, consent_on_paper: bool) -> Option<Failure> {
    if !visitors.faults.is_empty() {
        return Some(Failure::new("import_has_faults").with("count", visitors.faults.len()));
    }
    let is_personal = visitors.rows.iter().any(|r| needs_consent(r.name.as_deref(), r.phone.as_deref()));
    (is_personal && !consent_on_paper).then(|| Failure::invalid("consent_on_paper"))
}

fn new_visitor(row: ImportedRow, labels: &Labels, consent_on_paper: bool) -> NewVisitor {
    let ImportedRow { row: _, alias, visitor_type, platform, name, phone, work_area } = row;
    let platform_word = platform.as_deref().filter(|p| *p != NO_PLATFORM).map(|p| labels.of("platform", p));
    // Who left neither name nor phone gave nothing to agree to.
    let consent_given = consent_on_paper && needs_consent(name.as_deref(), phone.as_deref());
    NewVisitor { alias, visitor_type, platform, platform_word, name, phone, work_area, consent_given }
}
