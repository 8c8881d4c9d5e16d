//! The code lists: what is built in, and a station's own words and entries.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::{label, optional};
use fengxiang_desk::store::{CodeRow, NewCode, Reader};
use fengxiang_domain::codes::{self, CodeList};
use fengxiang_domain::rules::LABEL_MAX_CHARS;

pub(crate) fn code_lists(context: &Context, (): ()) -> Result<Call<CodeLists>, Failure> {
    let reader = context.desk()?.reader();
    Ok(Call::read(CodeLists {
        visitor_types: items(&reader, CodeList::VisitorType)?,
        platforms: items(&reader, CodeList::Platform)?,
        service_items: service_items(&reader)?,
        ticket_categories: items(&reader, CodeList::TicketCategory)?,
    }))
}

/// The built-in entries in their order, then the station's own.
fn items(reader: &Reader, list: CodeList) -> Result<Vec<CodeItem>, Failure> {
    let mut own = reader.list_codes(list)?;
    let mut all = Vec::new();
    for code in list.built_in() {
        let changed = own.iter().position(|row| row.code == *code).map(|at| own.remove(at));
        let (label, retired) = changed.map_or((None, false), |row| (row.label, row.is_retired));
        all.push(CodeItem { code: (*code).to_owned(), label, retired });
    }
    all.extend(own.into_iter().map(|row| CodeItem { code: row.code, label: row.label, retired: row.is_retired }));
    Ok(all)
}

fn service_items(reader: &Reader) -> Result<Vec<ServiceItem>, Failure> {
    let mut all = Vec::new();
    for CodeItem { code, label, retired } in items(reader, CodeList::ServiceItem)? {
        let is_sensitive = reader.is_sensitive(&code)?;
        let dimension = codes::dimension(&code);
        all.extend(dimension.map(|dimension| ServiceItem { code, label, dimension, is_sensitive, retired }));
    }
    Ok(all)
}

/// Adds an entry, renames one, retires one or brings it back.
pub(crate) fn code_put(context: &Context, request: CodePut) -> Result<Call<CodeEntry>, Failure> {
    let CodePut { list, code, label: text, dimension, is_retired, is_sensitive } = request;
    let written = match code {
        None => {
            let label = label(text.as_deref().unwrap_or(""), "label", LABEL_MAX_CHARS)?;
            context.write("add_code", |w| w.add_code(NewCode { list, dimension, label, is_sensitive }))?
        }
        Some(code) => {
            let label = optional(text.as_deref(), "label", LABEL_MAX_CHARS)?;
            let row = CodeRow { list, code, label, is_retired, is_sensitive };
            context.write("edit_code", |w| w.edit_code(&row).map(|()| row.code.clone()))?
        }
    };
    Ok(written.map(|code| CodeEntry { code }))
}
