//! An open transaction on the file. Each table has its own module; here stands only which call goes where.

use super::{card, digest, edit, feed, order, replica, row};
use crate::store::{CardTx, Drawer, Edit, EditName, Failed, Replica, StoredReceipt, Tx};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Bucket, PageRow, Sum};
use fengxiang_wire::{Id, Partition, ReplicaId, Row, RowKey};
use rusqlite::{Connection, OptionalExtension, Params, Row as Columns};

pub(super) struct SqliteTx<'a> {
    pub connection: &'a Connection,
    pub district: &'a str,
    #[cfg(feature = "breaks")]
    pub breaks: &'a crate::store::breaks::Breaks,
}

impl SqliteTx<'_> {
    pub fn run(&self, sql: &str, params: impl Params) -> Result<usize, Failed> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    pub fn find<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Columns) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Failed> {
        Ok(self.connection.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    pub fn list<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Columns) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Failed> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Tx for SqliteTx<'_> {
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

impl CardTx for SqliteTx<'_> {
    fn find_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        card::find(self, drawer, key)
    }

    /// There is one writer: whoever is inside keeps the others out.
    fn lock_card(&mut self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        card::find(self, drawer, key)
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
