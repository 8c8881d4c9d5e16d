//! A server plans each statement anew: asked for a hundred keys it must look up a hundred rows, however many lie beside them.

use fengxiang_hub::exchange::{Asking, Rules, take_push};
use fengxiang_hub::store::postgres::PostgresStore;
use fengxiang_hub::store::{Store, transact};
use fengxiang_tests::cluster;
use fengxiang_wire::device::Grant;
use fengxiang_wire::exchange::{Entry, EntryField, Push, PushAnswer};
use fengxiang_wire::{Hash, Id, Partition, ReplicaId, Sealed, Shape};
use postgres::{Client, NoTls};
use std::time::Duration;

const STATION: Partition = Partition::Station(Id([7; 16]));
const BEFORE: u64 = 5_000;
const MORE: u64 = 100;
/// A server tells its figures a little later.
const LOOKS_MAX: u32 = 100;

fn entry(number: u64) -> Entry {
    let hash = *blake3::hash(&number.to_le_bytes()).as_bytes();
    let id = Id(std::array::from_fn(|at| hash[at]));
    let value = Some(Sealed(vec![7; 40]));
    Entry {
        number,
        partition: STATION,
        kind: "visitor".into(),
        id,
        shape: Shape::Record,
        subject: Some(id),
        h: number << 16,
        hash: Hash(hash),
        origin: None,
        given: None,
        fields: vec![EntryField { field: 1, value, base: None, is_personal: true }],
    }
}

fn push(store: &dyn Store, from: u64, count: u64) {
    let grants =
        [Grant { partition: STATION, may_read: true, writes: vec!["*".into()], may_only_add: false, may_grant: true }];
    let asking = Asking { grants: &grants, now_ms: 1_000_000, rules: Rules::default() };
    let push = Push {
        epoch: 1,
        replica: ReplicaId([1; 16]),
        confirmed: from - 1,
        orders_taken: 0,
        wall_ms: 1_000_000,
        entries: (from..from + count).map(entry).collect(),
    };
    let answer = transact(store, &mut |tx| take_push(tx, &asking, &push)).unwrap();
    assert!(matches!(answer, PushAnswer::Taken { .. }), "{answer:?}");
}

/// Rows of the large tables that were read so far, once so many were added.
fn rows_read(client: &mut Client, added: u64) -> i64 {
    let sql = "SELECT (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'receipt'),
                   sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint
               FROM pg_stat_user_tables WHERE relname IN ('stored_row', 'edit', 'receipt')";
    for _ in 0..LOOKS_MAX {
        let row = client.query_one(sql, &[]).unwrap();
        if row.get::<_, i64>(0) == i64::try_from(added).unwrap() {
            return row.get(1);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the server never told of {added} receipts");
}

#[test]
fn a_push_reads_what_it_asks_for_and_nothing_beside() {
    Client::connect(&cluster::address(), NoTls).unwrap().batch_execute("CREATE DATABASE plans").unwrap();
    let address = cluster::address_of("plans");
    let store = PostgresStore::open(&address, "made-up").unwrap();
    (0..BEFORE / 1_000).for_each(|n| push(&store, n * 1_000 + 1, 1_000));
    let mut client = Client::connect(&address, NoTls).unwrap();
    // A connection tells what it read at its end.
    drop(store);
    let before = rows_read(&mut client, BEFORE);
    let store = PostgresStore::open(&address, "made-up").unwrap();
    push(&store, BEFORE + 1, MORE);
    drop(store);
    let read = rows_read(&mut client, BEFORE + MORE) - before;
    assert!(read < 1_000, "{read} rows were read for {MORE}");
}
