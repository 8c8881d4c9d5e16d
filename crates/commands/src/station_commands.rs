//! The station's own page: what can be edited of it, and its opening balances.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::{label, optional, optional_phone};
use fengxiang_desk::store::{BalanceRow as StoredBalance, NewBalance, StationEdit as StoredEdit};
use fengxiang_domain::number::is_station_code;
use fengxiang_domain::opening::{OpeningRule, are_legal};
use fengxiang_domain::rules::{LABEL_MAX_CHARS, TEXT_MAX_CHARS};
use fengxiang_domain::time::is_date;

pub(crate) fn station_detail(context: &Context, (): ()) -> Result<Call<StationDetail>, Failure> {
    let reader = context.desk()?.reader();
    let (row, is_code_fixed) = (reader.get_station()?, reader.has_issued_numbers()?);
    Ok(Call::read(StationDetail {
        code: row.code,
        is_code_fixed,
        name: row.name,
        level: StationLevel::from_code(&row.level),
        address: row.address,
        phone: row.phone,
        manager_phone: row.manager_phone,
        aed_place: row.aed_place,
        opening_rules: serde_json::from_str(&row.opening_rules).unwrap_or_default(),
    }))
}

pub(crate) fn station_edit(context: &Context, request: StationEdit) -> Result<Call<()>, Failure> {
    let StationEdit { code, name, level, address, phone, manager_phone, aed_place, opening_rules, opened } = request;
    let opened = opened.map(seen).transpose()?;
    let edit = StoredEdit {
        code: station_code(&code)?,
        name: label(&name, "name", LABEL_MAX_CHARS)?,
        level: level.code().to_owned(),
        address: label(&address, "address", TEXT_MAX_CHARS)?,
        opening_rules: stored_rules(&opening_rules)?,
        phone: optional_phone(phone.as_deref(), "phone")?,
        manager_phone: optional_phone(manager_phone.as_deref(), "manager_phone")?,
        aed_place: optional(aed_place.as_deref(), "aed_place", TEXT_MAX_CHARS)?,
    };
    context.write("edit_station", |w| match &opened {
        Some(opened) => w.save_station(opened, &edit),
        None => w.edit_station(&edit),
    })
}

fn seen(seen: StationSeen) -> Result<StoredEdit, Failure> {
    let StationSeen { code, name, level, address, phone, manager_phone, aed_place, opening_rules } = seen;
    let (level, opening_rules) = (level.code().to_owned(), stored_rules(&opening_rules)?);
    Ok(StoredEdit { code, name, level, address, opening_rules, phone, manager_phone, aed_place })
}

pub(crate) fn station_code(code: &str) -> Result<String, Failure> {
    if is_station_code(code) { Ok(code.to_owned()) } else { Err(Failure::invalid("code")) }
}

/// Opening rules as they are stored, once they can be kept.
pub(crate) fn stored_rules(rules: &[OpeningRule]) -> Result<String, Failure> {
    let stored = are_legal(rules).then(|| serde_json::to_string(rules).ok()).flatten();
    stored.ok_or_else(|| Failure::invalid("opening_rules"))
}

pub(crate) fn balance_list(context: &Context, (): ()) -> Result<Call<Vec<BalanceRow>>, Failure> {
    let shown = |row: StoredBalance| {
        let StoredBalance { id, indicator, as_of_on, value, source } = row;
        BalanceRow { id, indicator, as_of_on, value, source }
    };
    let rows = context.desk()?.reader().list_balances()?;
    Ok(Call::read(rows.into_iter().map(shown).collect()))
}

pub(crate) fn balance_add(context: &Context, request: OpeningBalance) -> Result<Call<()>, Failure> {
    let new = new_balance(&request)?;
    context.write("add_balance", |w| w.add_balance(&new))
}

/// Figures that may be brought along from the time before this program.
const INDICATORS: [&str; 2] = ["visit_count", "problem_count"];

pub(crate) fn new_balance(request: &OpeningBalance) -> Result<NewBalance, Failure> {
    let OpeningBalance { indicator, as_of_on, value, source } = request;
    match () {
        () if !INDICATORS.contains(&indicator.as_str()) => Err(Failure::invalid("indicator")),
        () if !is_date(as_of_on) => Err(Failure::invalid("as_of_on")),
        () if *value < 0 => Err(Failure::invalid("value")),
        () => Ok(NewBalance {
            indicator: indicator.clone(),
            as_of_on: as_of_on.clone(),
            value: *value,
            source: label(source, "source", TEXT_MAX_CHARS)?,
        }),
    }
}

pub(crate) fn balance_remove(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    context.write("remove_balance", |w| w.remove_balance(&request.id))
}
