//! A station's own words and entries in the code lists; the built-in ones live in `domain::codes`.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

/// A renamed, retired or added entry.
#[derive(Debug, Clone)]
pub struct CodeRow {
    pub list: String,
    pub code: String,
    pub label: Option<String>,
    pub is_retired: bool,
}

impl Reader<'_> {
    pub fn list_codes(&self) -> Result<Vec<CodeRow>, DeskError> {
        let mut statement =
            self.0.prepare_cached("SELECT list, code, label, is_retired FROM code_item ORDER BY list, code")?;
        let rows = statement.query_map([], |r| {
            Ok(CodeRow { list: r.get(0)?, code: r.get(1)?, label: r.get(2)?, is_retired: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn find_code(&self, list: &str, code: &str) -> Result<Option<CodeRow>, DeskError> {
        let sql = "SELECT label, is_retired FROM code_item WHERE list = :list AND code = :code";
        let found = self.0.query_row(sql, named_params! { ":list": list, ":code": code }, |r| {
            Ok(CodeRow { list: list.to_owned(), code: code.to_owned(), label: r.get(0)?, is_retired: r.get(1)? })
        });
        Ok(found.optional()?)
    }
}

impl Writer<'_> {
    /// Adds an entry, renames one or retires one; nothing is ever deleted, used entries keep their meaning.
    pub fn put_code(&mut self, row: &CodeRow) -> Result<(), DeskError> {
        self.tx.execute(
            "INSERT INTO code_item (list, code, station_id, label, is_retired) VALUES (:list, :code, :station_id, :label, :is_retired)
             ON CONFLICT (list, code) DO UPDATE SET label = excluded.label, is_retired = excluded.is_retired",
            named_params! {
                ":list": row.list, ":code": row.code, ":station_id": self.station.to_string(), ":label": row.label,
                ":is_retired": row.is_retired,
            },
        )?;
        let id = format!("{}/{}", row.list, row.code);
        self.record_edit("code_item", &id, None, 1, json!(row.label));
        self.record_edit("code_item", &id, None, 2, json!(row.is_retired));
        self.touch(Kind::Station, Some(&id));
        Ok(())
    }
}
