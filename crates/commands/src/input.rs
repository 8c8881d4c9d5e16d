//! What a request may hold: texts, phones, codes, ids. Parsed here once, trusted behind.

use crate::api::Failure;
use crate::app::Context;
pub(crate) use crate::session_commands::label;
use fengxiang_domain::codes::CodeList;
use fengxiang_domain::ids::{VisitId, VisitorId};
use fengxiang_domain::rules::phone;
use fengxiang_domain::time::is_date;

/// A text that may be left out: blank counts as left out.
pub(crate) fn optional(text: Option<&str>, field: &'static str, max_chars: usize) -> Result<Option<String>, Failure> {
    let given = text.filter(|t| !t.trim().is_empty());
    given.map(|t| label(t, field, max_chars)).transpose()
}

pub(crate) fn optional_phone(text: Option<&str>, field: &'static str) -> Result<Option<String>, Failure> {
    let given = text.filter(|t| !t.trim().is_empty());
    given.map(|t| phone(t).ok_or_else(|| Failure::invalid(field))).transpose()
}

/// A date that may be left out.
pub(crate) fn optional_date(text: Option<&str>, field: &'static str) -> Result<Option<String>, Failure> {
    let given = text.filter(|t| !t.trim().is_empty());
    given.map(|t| if is_date(t) { Ok(t.to_owned()) } else { Err(Failure::invalid(field)) }).transpose()
}

/// A code that this station offers for new entries.
pub(crate) fn offered(context: &Context, list: CodeList, code: &str, field: &'static str) -> Result<String, Failure> {
    let is_offered = context.desk()?.reader().offers_code(list, code)?;
    if is_offered { Ok(code.to_owned()) } else { Err(Failure::invalid(field)) }
}

/// A code that this station offers, or one that the entry has had.
pub(crate) fn offered_or(
    context: &Context,
    list: CodeList,
    code: &str,
    had: Option<&str>,
    field: &'static str,
) -> Result<String, Failure> {
    if had == Some(code) { Ok(code.to_owned()) } else { offered(context, list, code, field) }
}

/// Items that this station offers or that the visit has had, each once.
pub(crate) fn offered_items(context: &Context, items: &[String], had: &[String]) -> Result<Vec<String>, Failure> {
    let mut known: Vec<String> = Vec::new();
    for item in items {
        let had = had.iter().find(|h| *h == item).map(String::as_str);
        let item = offered_or(context, CodeList::ServiceItem, item, had, "items")?;
        if !known.contains(&item) {
            known.push(item);
        }
    }
    Ok(known)
}

pub(crate) fn visit_id(text: &str) -> Result<VisitId, Failure> {
    VisitId::parse(text).ok_or_else(|| Failure::new("not_found"))
}

pub(crate) fn visitor_id(text: &str) -> Result<VisitorId, Failure> {
    VisitorId::parse(text).ok_or_else(|| Failure::new("not_found"))
}

/// The `next` of a page, taken apart again: what its rows are ordered by, and the last row's id.
pub(crate) fn cursor(text: Option<&str>, field: &'static str) -> Result<Option<(String, String)>, Failure> {
    let parts = text.map(|t| t.split_once(':').ok_or_else(|| Failure::invalid(field)));
    Ok(parts.transpose()?.map(|(id, order)| (order.to_owned(), id.to_owned())))
}

/// What `cursor` takes apart.
pub(crate) fn next(id: &str, order: impl std::fmt::Display) -> String {
    format!("{id}:{order}")
}
