//! A station's own words and entries in the code lists; the built-in ones live in `domain::codes`.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::codes::{CodeList, Dimension};
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

/// A renamed, retired or added entry.
#[derive(Debug, Clone)]
pub struct CodeRow {
    pub list: CodeList,
    pub code: String,
    pub label: Option<String>,
    pub is_retired: bool,
}

impl Reader<'_> {
    pub fn list_codes(&self, list: CodeList) -> Result<Vec<CodeRow>, DeskError> {
        let sql = "SELECT code, label, is_retired FROM code_item WHERE list = :list ORDER BY length(code), code";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":list": list.name() }, |r| {
            Ok(CodeRow { list, code: r.get(0)?, label: r.get(1)?, is_retired: r.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn find_code(&self, list: CodeList, code: &str) -> Result<Option<CodeRow>, DeskError> {
        let sql = "SELECT label, is_retired FROM code_item WHERE list = :list AND code = :code";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement.query_row(named_params! { ":list": list.name(), ":code": code }, |r| {
            Ok(CodeRow { list, code: code.to_owned(), label: r.get(0)?, is_retired: r.get(1)? })
        });
        Ok(found.optional()?)
    }

    /// Whether a new entry may carry this code: known here and not retired.
    pub fn offers_code(&self, list: CodeList, code: &str) -> Result<bool, DeskError> {
        let own = self.find_code(list, code)?;
        Ok(own.map_or_else(|| list.built_in().contains(&code), |row| !row.is_retired))
    }
}

impl Writer<'_> {
    /// Adds an entry of the station's own under the next free code.
    pub fn add_code(&mut self, list: CodeList, dimension: Option<Dimension>, label: &str) -> Result<String, DeskError> {
        let own: Vec<String> = self.reader().list_codes(list)?.into_iter().map(|row| row.code).collect();
        let code = list.next_code(dimension, &own).ok_or(DeskError::InvalidField("dimension"))?;
        self.put_code(&CodeRow { list, code: code.clone(), label: Some(label.to_owned()), is_retired: false })?;
        Ok(code)
    }

    /// Renames an entry, retires it or brings it back. Nothing is ever deleted, used entries keep their meaning.
    pub fn edit_code(&mut self, row: &CodeRow) -> Result<(), DeskError> {
        let is_built_in = row.list.built_in().contains(&row.code.as_str());
        let own = self.reader().find_code(row.list, &row.code)?;
        match own {
            None if !is_built_in => Err(DeskError::NotFound),
            // Only a built-in entry has another word to fall back on.
            Some(_) if !is_built_in && row.label.is_none() => Err(DeskError::InvalidField("label")),
            _ => self.put_code(row),
        }
    }

    fn put_code(&mut self, row: &CodeRow) -> Result<(), DeskError> {
        let before = self.reader().find_code(row.list, &row.code)?;
        let id = self.computed_id(&format!("code_item {} {}", row.list.name(), row.code));
        self.tx.execute(
            "INSERT INTO code_item (id, list, code, station_id, label, is_retired)
             VALUES (:id, :list, :code, :station_id, :label, :is_retired)
             ON CONFLICT (id) DO UPDATE SET label = excluded.label, is_retired = excluded.is_retired",
            named_params! {
                ":id": id, ":list": row.list.name(), ":code": row.code, ":station_id": self.station.to_string(),
                ":label": row.label, ":is_retired": row.is_retired,
            },
        )?;
        let (label, is_retired) = (json!(row.label), json!(row.is_retired));
        match before {
            None => {
                let values = vec![label, is_retired, json!(row.list.name()), json!(row.code)];
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
