//! The open transaction: each statement is compiled once per connection. Only the write door begins and ends one.

use rusqlite::{Connection, Params, Row, Transaction};
use std::ops::Deref;

/// The open transaction.
pub(crate) struct Tx<'a>(pub(super) Transaction<'a>);

impl Tx<'_> {
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.0.prepare_cached(sql)?.execute(params)
    }

    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.0.prepare_cached(sql)?.query_row(params, read)
    }

    pub(crate) fn commit(self) -> rusqlite::Result<()> {
        self.0.commit()
    }
}

impl Deref for Tx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}
