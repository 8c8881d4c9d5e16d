//! Rows, receipts and orders that were made up.

use fengxiang_hub::store::{Store, StoredReceipt, Tx, transact};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Given, GivenField, Outcome, PageRow, Receipt};
use fengxiang_wire::row::TrayOf;
use fengxiang_wire::{Hash, Id, Partition, Register, ReplicaId, Row, RowKey, Sealed, Shape, Stamp};

pub const OURS: Partition = Partition::Station(Id([7; 16]));
pub const THEIRS: Partition = Partition::Station(Id([8; 16]));

pub fn id(number: u64) -> Id {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    // Spread over the buckets.
    id[0] = u8::try_from(number % 5).unwrap() * 51;
    Id(id)
}

pub fn key(partition: Partition, kind: &str, number: u64) -> RowKey {
    RowKey { partition, kind: kind.into(), id: id(number) }
}

pub fn stamp(eff: u64) -> Stamp {
    Stamp { eff, replica: ReplicaId([2; 16]), first: Hash([u8::try_from(eff % 251).unwrap(); 32]) }
}

pub fn row(key: RowKey, value: &str) -> Row {
    let mut row = Row::new(key, Shape::Record, None);
    let value = Some(Sealed(value.as_bytes().into()));
    let register = Register { value, stamp: stamp(9), base: Some(stamp(3)), epoch: 1, is_personal: true };
    row.fields.insert(1, register.clone());
    row.fields.insert(900, Register { value: None, base: None, epoch: u64::MAX, is_personal: false, ..register });
    row
}

pub fn tray(of: &RowKey, number: u64) -> Row {
    let mut tray = row(key(of.partition, "tray", number), "both");
    tray.shape = Shape::Tray;
    tray.tray_of = Some(TrayOf { kind: of.kind.clone(), id: of.id, field: 4 });
    tray
}

pub fn receipt(number: u64, outcome: Outcome) -> StoredReceipt {
    let field = GivenField { field: 3, base: Some(stamp(4)), epoch: 2 };
    let given = Given { stamp: stamp(number), fields: vec![field] };
    let given = (!matches!(outcome, Outcome::Refused(_))).then_some(given);
    let hash = Hash([u8::try_from(number).unwrap(); 32]);
    StoredReceipt { receipt: Receipt { number, hash, outcome, given }, key: key(OURS, "visit", number) }
}

pub fn order(number: u8, partition: Partition, subjects: &[Id]) -> EraseOrder {
    EraseOrder {
        id: Id([number; 16]),
        partition,
        subjects: subjects.to_vec(),
        ordered_at: 5,
        device: Id([1; 16]),
        signature: vec![9; 64],
    }
}

pub fn put(store: &dyn Store, rows: &[Row]) {
    transact(store, &mut |tx| {
        let rows: Vec<&Row> = rows.iter().collect();
        tx.put_rows(&rows)
    })
    .unwrap();
}

pub fn page(tx: &mut dyn Tx, partition: Partition) -> Vec<PageRow> {
    tx.list_page(partition, 0, usize::MAX).unwrap()
}

pub fn sequences(store: &dyn Store, partition: Partition) -> Vec<u64> {
    fengxiang_hub::store::read(store, &mut |tx| Ok(page(tx, partition).iter().map(|r| r.sequence).collect())).unwrap()
}
