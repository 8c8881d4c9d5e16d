//! `meta`: the settings of this file, by key.

use super::Reader;
use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension, named_params};

/// A setting of this file.
pub(crate) fn find_meta(connection: &Connection, key: &str) -> Result<Option<String>, DeskError> {
    let sql = "SELECT value FROM meta WHERE key = :key";
    Ok(connection.prepare_cached(sql)?.query_row(named_params! { ":key": key }, |r| r.get(0)).optional()?)
}

impl Reader<'_> {
    pub(crate) fn find_meta(&self, key: &str) -> Result<Option<String>, DeskError> {
        find_meta(&self.0, key)
    }
}

impl crate::Writer<'_> {
    pub(crate) fn put_meta(&mut self, key: &str, value: &str) -> Result<(), DeskError> {
        let sql = "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.tx.execute(sql, named_params! { ":key": key, ":value": value })?;
        Ok(())
    }
}
