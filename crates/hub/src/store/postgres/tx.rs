//! An open transaction on the server. Each table has its own module; here stands only which call goes where.

use super::pool::Statements;
use super::{PostgresStore, card, digest, edit, feed, order, replica, row};
use crate::store::{CardTx, Drawer, Edit, EditName, Failed, Replica, StoredReceipt, Tx};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Bucket, PageRow, Sum};
use fengxiang_wire::{Id, Partition, ReplicaId, Row, RowKey};
use postgres::types::ToSql;
use postgres::{Row as Columns, Statement, Transaction};

pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

pub struct PostgresTx<'a> {
    pub store: &'a PostgresStore,
    transaction: Transaction<'a>,
    statements: &'a mut Statements,
    /// A statement failed. The server would answer a commit by rolling back, and call that done.
    has_failed: bool,
}

impl<'a> PostgresTx<'a> {
    pub fn new(store: &'a PostgresStore, transaction: Transaction<'a>, statements: &'a mut Statements) -> Self {
        Self { store, transaction, statements, has_failed: false }
    }

    pub fn commit(self) -> Result<(), Failed> {
        if self.has_failed {
            return Err(Failed::Broken("a statement before the commit failed".into()));
        }
        Ok(self.transaction.commit()?)
    }

    pub fn district(&self) -> &'a str {
        &self.store.district
    }

    pub fn run(&mut self, sql: &str, params: Params) -> Result<(), Failed> {
        self.list(sql, params).map(|_| ())
    }

    pub fn find(&mut self, sql: &str, params: Params) -> Result<Option<Columns>, Failed> {
        Ok(self.list(sql, params)?.into_iter().next())
    }

    pub fn list(&mut self, sql: &str, params: Params) -> Result<Vec<Columns>, Failed> {
        let listed = self.prepared(sql).and_then(|statement| self.transaction.query(&statement, params));
        self.has_failed |= listed.is_err();
        Ok(listed?)
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.transaction.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Tx for PostgresTx<'_> {
    fn epoch(&mut self) -> Result<u64, Failed> {
        order::epoch(self)
    }

    fn put_epoch(&mut self, epoch: u64) -> Result<(), Failed> {
        order::put_epoch(self, epoch)
    }

    fn lock_partition(&mut self, partition: Partition) -> Result<u64, Failed> {
        feed::lock_partition(self, partition)
    }

    fn put_issued(&mut self, partition: Partition, issued: u64) -> Result<(), Failed> {
        feed::put_issued(self, partition, issued)
    }

    fn find_replica(&mut self, id: ReplicaId) -> Result<Option<Replica>, Failed> {
        replica::find(self, id)
    }

    fn lock_replica(&mut self, id: ReplicaId) -> Result<Replica, Failed> {
        replica::lock(self, id)
    }

    fn put_replica(&mut self, id: ReplicaId, replica: Replica) -> Result<(), Failed> {
        replica::put(self, id, replica)
    }

    fn list_receipts(&mut self, id: ReplicaId, from: u64, to: u64) -> Result<Vec<StoredReceipt>, Failed> {
        replica::list_receipts(self, id, from, to)
    }

    fn add_receipts(&mut self, id: ReplicaId, receipts: &[StoredReceipt], received_at: i64) -> Result<(), Failed> {
        replica::add_receipts(self, id, receipts, received_at)
    }

    fn purge_receipts(&mut self, id: ReplicaId, below: u64, before: i64) -> Result<(), Failed> {
        replica::purge_receipts(self, id, below, before)
    }

    fn list_rows(&mut self, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
        row::list(self, keys)
    }

    fn list_trays_of(&mut self, keys: &[RowKey]) -> Result<Vec<Row>, Failed> {
        row::list_trays_of(self, keys)
    }

    fn list_rows_of(&mut self, partition: Partition, subjects: &[Id]) -> Result<Vec<Row>, Failed> {
        row::list_of(self, partition, subjects)
    }

    fn put_rows(&mut self, rows: &[&Row]) -> Result<(), Failed> {
        row::put(self, rows, true)
    }

    fn put_silent_rows(&mut self, rows: &[&Row]) -> Result<(), Failed> {
        row::put(self, rows, false)
    }

    fn list_edits(&mut self, names: &[EditName]) -> Result<Vec<(EditName, Edit)>, Failed> {
        edit::list(self, names)
    }

    fn put_edits(&mut self, edits: &[(EditName, Edit)]) -> Result<(), Failed> {
        edit::put(self, edits)
    }

    fn list_erased(&mut self, subjects: &[(Partition, Id)]) -> Result<Vec<(Partition, Id)>, Failed> {
        order::list_erased(self, subjects)
    }

    fn add_order(&mut self, order: &EraseOrder) -> Result<(), Failed> {
        order::add(self, order)
    }

    fn has_order(&mut self, id: Id) -> Result<bool, Failed> {
        order::has(self, id)
    }

    fn list_orders(&mut self, after: u64) -> Result<Vec<EraseOrder>, Failed> {
        order::list(self, after)
    }

    fn count_orders(&mut self) -> Result<u64, Failed> {
        order::count(self)
    }

    fn find_head(&mut self, partition: Partition) -> Result<u64, Failed> {
        feed::find_head(self, partition)
    }

    fn list_page(&mut self, partition: Partition, after: u64, limit: usize) -> Result<Vec<PageRow>, Failed> {
        feed::list_page(self, partition, after, limit)
    }

    fn sum_root(&mut self, partition: Partition) -> Result<Sum, Failed> {
        digest::sum_root(self, partition)
    }

    fn list_buckets(&mut self, partition: Partition) -> Result<Vec<Bucket>, Failed> {
        digest::list_buckets(self, partition)
    }

    fn list_bucket(
        &mut self,
        partition: Partition,
        kind: &str,
        byte: u8,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<PageRow>, Failed> {
        row::list_bucket(self, partition, kind, byte, after, limit)
    }
}

impl CardTx for PostgresTx<'_> {
    fn find_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        card::find(self, drawer, key)
    }

    fn lock_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        card::lock(self, drawer, key)
    }

    fn list_cards(&mut self, drawer: Drawer, beginning: &[u8]) -> Result<Vec<Vec<u8>>, Failed> {
        card::list(self, drawer, beginning)
    }

    fn put_card(&mut self, drawer: Drawer, key: &[u8], card: &[u8]) -> Result<(), Failed> {
        card::put(self, drawer, key, card)
    }

    fn purge_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<(), Failed> {
        card::purge(self, drawer, key)
    }
}
