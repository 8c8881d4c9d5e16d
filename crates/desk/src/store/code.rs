//! A station's own words and entries in the code lists; the built-in ones live in `domain::codes`.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::codes::{self, CodeList, Dimension};
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

/// A renamed, retired or added entry.
#[derive(Debug, Clone)]
pub struct CodeRow {
    pub list: CodeList,
    pub code: String,
    pub label: Option<String>,
    pub is_retired: bool,
    /// Of a service item: its uses are tied to nobody. It stays as it was made, for what was written with it stays too.
    pub is_sensitive: bool,
}

/// An entry of the station's own.
#[derive(Debug, Clone)]
pub struct NewCode {
    pub list: CodeList,
    /// Of a service item.
    pub dimension: Option<Dimension>,
    pub label: String,
    pub is_sensitive: bool,
}

impl Reader<'_> {
    /// The station's own words and entries, and those of the district; what the station says of one of these counts here.
    pub fn list_codes(&self, list: CodeList) -> Result<Vec<CodeRow>, DeskError> {
        let sql = "SELECT code, label, is_retired, is_sensitive FROM own_or_shared_code WHERE list = :list
                   ORDER BY length(code), code";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":list": list.name() }, |r| {
            Ok(CodeRow { list, code: r.get(0)?, label: r.get(1)?, is_retired: r.get(2)?, is_sensitive: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn find_code(&self, list: CodeList, code: &str) -> Result<Option<CodeRow>, DeskError> {
        let sql = "SELECT label, is_retired, is_sensitive FROM own_or_shared_code WHERE list = :list AND code = :code";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement.query_row(named_params! { ":list": list.name(), ":code": code }, |r| {
            let code = code.to_owned();
            Ok(CodeRow { list, code, label: r.get(0)?, is_retired: r.get(1)?, is_sensitive: r.get(2)? })
        });
        Ok(found.optional()?)
    }

    /// What the station itself said of an entry.
    fn find_own_code(&self, list: CodeList, code: &str) -> Result<Option<CodeRow>, DeskError> {
        let sql = "SELECT label, is_retired, is_sensitive FROM code_item WHERE list = :list AND code = :code";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement.query_row(named_params! { ":list": list.name(), ":code": code }, |r| {
            let code = code.to_owned();
            Ok(CodeRow { list, code, label: r.get(0)?, is_retired: r.get(1)?, is_sensitive: r.get(2)? })
        });
        Ok(found.optional()?)
    }

    /// Whether a new entry may carry this code: known here and not retired.
    pub fn offers_code(&self, list: CodeList, code: &str) -> Result<bool, DeskError> {
        let own = self.find_code(list, code)?;
        Ok(own.map_or_else(|| list.built_in().contains(&code), |row| !row.is_retired))
    }

    /// Whether no row may tie this item to a person.
    pub fn is_sensitive(&self, item: &str) -> Result<bool, DeskError> {
        let own = || self.find_code(CodeList::ServiceItem, item);
        Ok(codes::is_sensitive(item) || own()?.is_some_and(|row| row.is_sensitive))
    }
}

impl Writer<'_> {
    /// Adds an entry of the station's own under the next free code.
    pub fn add_code(&mut self, new: NewCode) -> Result<String, DeskError> {
        let NewCode { list, dimension, label, is_sensitive } = new;
        if is_sensitive && list != CodeList::ServiceItem {
            return Err(DeskError::InvalidField("is_sensitive"));
        }
        let own: Vec<String> = self.reader().list_codes(list)?.into_iter().map(|row| row.code).collect();
        let code = list.next_code(dimension, &own).ok_or(DeskError::InvalidField("dimension"))?;
        let row = CodeRow { list, code: code.clone(), label: Some(label), is_retired: false, is_sensitive };
        self.put_code(&row)?;
        Ok(code)
    }

    /// Renames an entry, retires it or brings it back. Nothing is ever deleted, used entries keep their meaning.
    pub fn edit_code(&mut self, row: &CodeRow) -> Result<(), DeskError> {
        let is_built_in = row.list.built_in().contains(&row.code.as_str());
        let own = self.reader().find_code(row.list, &row.code)?;
        let was_sensitive = row.list == CodeList::ServiceItem && self.reader().is_sensitive(&row.code)?;
        match own {
            None if !is_built_in => Err(DeskError::NotFound),
            _ if row.is_sensitive != was_sensitive => Err(DeskError::InvalidField("is_sensitive")),
            // Only a built-in entry has another word to fall back on.
            Some(_) if !is_built_in && row.label.is_none() => Err(DeskError::InvalidField("label")),
            _ => self.put_code(row),
        }
    }

    fn put_code(&mut self, row: &CodeRow) -> Result<(), DeskError> {
        let before = self.reader().find_own_code(row.list, &row.code)?;
        let id = self.computed_id(&format!("code_item {} {}", row.list.name(), row.code));
        self.tx.execute(
            "INSERT INTO code_item (id, list, code, station_id, label, is_retired, is_sensitive)
             VALUES (:id, :list, :code, :station_id, :label, :is_retired, :is_sensitive)
             ON CONFLICT (id) DO UPDATE SET label = excluded.label, is_retired = excluded.is_retired",
            named_params! {
                ":id": id, ":list": row.list.name(), ":code": row.code, ":station_id": self.station.to_string(),
                ":label": row.label, ":is_retired": row.is_retired, ":is_sensitive": row.is_sensitive,
            },
        )?;
        let (label, is_retired) = (json!(row.label), json!(row.is_retired));
        match before {
            None => {
                let (list, code, is_sensitive) = (json!(row.list.name()), json!(row.code), json!(row.is_sensitive));
                let values = vec![label, is_retired, list, code, is_sensitive];
                self.record_new("code_item", &id, None, values);
            }
            Some(before) => {
                if before.label != row.label {
                    self.record_edit("code_item", &id, None, 1, label);
                }
                if before.is_retired != row.is_retired {
                    self.record_edit("code_item", &id, None, 2, is_retired);
                }
            }
        }
        self.touch(Kind::Station, Some(&id));
        Ok(())
    }
}
