//! The reading door: a connection that can only read, or what the open transaction sees. Holds no SQL: that of a noun
//! stands in the noun's file.

use rusqlite::{Connection, Params, Row};
use std::ops::Deref;
use std::sync::MutexGuard;

/// The reading door: SQL for one noun stands in that noun's file.
pub struct Reader<'a>(pub(super) Reading<'a>);

pub(super) enum Reading<'a> {
    Own(MutexGuard<'a, Connection>),
    /// What the open transaction sees, its own writes included.
    Within(&'a Connection),
}

impl Reading<'_> {
    pub(super) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Reading::Own(guard) => guard,
            Reading::Within(connection) => connection,
        }
    }
}

impl crate::Writer<'_> {
    /// What the open transaction sees, its own writes included.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader(Reading::Within(&self.tx))
    }
}
