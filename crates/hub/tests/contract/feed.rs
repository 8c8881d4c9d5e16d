//! Rows, their sequences, the pages that follow them, and the sums.

use crate::made::{OURS, THEIRS, id, key, page, put, row, sequences, stamp, tray};
use crate::stores::on_every_store;
use fengxiang_hub::store::{Store, Tx, read, transact};
use fengxiang_wire::exchange::{Bucket, PageRow, Sum};
use fengxiang_wire::{Id, Partition, Row};
use std::collections::BTreeMap;

#[test]
fn a_row_comes_back_as_it_was_put() {
    on_every_store(|store| {
        let mut first = row(key(OURS, "visitor", 1), "a");
        first.subject = Some(Id([5; 16]));
        let of = tray(&first.key, 2);
        put(store, &[first.clone(), of.clone()]);
        let rows = read(store, &mut |tx| tx.list_rows(&[first.key.clone(), key(OURS, "visitor", 3), of.key.clone()]));
        assert_eq!(rows.unwrap(), [first, of]);
    });
}

#[test]
fn sequences_are_dense_in_the_order_given_and_each_partition_has_its_own() {
    on_every_store(|store| {
        put(
            store,
            &[row(key(OURS, "visit", 9), "a"), row(key(THEIRS, "visit", 9), "b"), row(key(OURS, "visit", 3), "c")],
        );
        put(store, &[row(key(OURS, "visit", 9), "d")]);
        let (ours, theirs, heads) = read(store, &mut |tx| {
            let heads = (tx.find_head(OURS)?, tx.find_head(THEIRS)?, tx.find_head(Partition::Shared)?);
            Ok((page(tx, OURS), page(tx, THEIRS), heads))
        })
        .unwrap();
        let told = |rows: &[PageRow]| rows.iter().map(|r| (r.sequence, r.row.key.id)).collect::<Vec<_>>();
        assert_eq!(told(&ours), [(2, id(3)), (3, id(9))]);
        assert_eq!(told(&theirs), [(1, id(9))]);
        assert_eq!(heads, (3, 1, 0));
    });
}

#[test]
fn pages_follow_each_other_without_a_gap() {
    on_every_store(|store| {
        let rows: Vec<Row> = (0..25).map(|n| row(key(OURS, "visit", n), "a")).collect();
        put(store, &rows);
        let (mut seen, mut cursor) = (Vec::new(), 0);
        loop {
            let page = read(store, &mut |tx| tx.list_page(OURS, cursor, 4)).unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 4 && page.is_sorted_by_key(|r| r.sequence));
            cursor = last.sequence;
            seen.extend(page.into_iter().map(|r| r.row));
        }
        assert_eq!(seen, rows);
        assert!(read(store, &mut |tx| tx.list_page(OURS, u64::MAX, 4)).unwrap().is_empty());
    });
}

#[test]
fn a_row_without_a_sequence_is_in_the_sums_but_on_no_page() {
    on_every_store(|store| {
        let silent = row(key(OURS, "visit", 1), "a");
        transact(store, &mut |tx| tx.put_silent_rows(&[&silent])).unwrap();
        assert!(sequences(store, OURS).is_empty());
        assert_eq!(read(store, &mut |tx| tx.sum_root(OURS)).unwrap().rows, 1);
    });
}

#[test]
fn trays_and_rows_of_a_person_are_found_in_their_partition_alone() {
    on_every_store(|store| {
        let subject = Some(Id([5; 16]));
        let about = |row: Row| Row { subject, ..row };
        let (ours, theirs) = (about(row(key(OURS, "visitor", 1), "a")), about(row(key(THEIRS, "visitor", 1), "a")));
        let tray = about(tray(&ours.key, 4));
        put(store, &[ours.clone(), theirs, tray.clone(), row(key(OURS, "visitor", 2), "b")]);
        let trays = read(store, &mut |tx| tx.list_trays_of(&[ours.key.clone(), key(OURS, "visitor", 2)])).unwrap();
        assert_eq!(trays, std::slice::from_ref(&tray));
        let mut of = read(store, &mut |tx| tx.list_rows_of(OURS, &[Id([5; 16]), Id([6; 16])])).unwrap();
        of.sort_by(|a, b| a.key.cmp(&b.key));
        assert_eq!(of, [tray, ours]);
    });
}

#[test]
fn a_bucket_is_read_in_the_order_of_its_ids() {
    on_every_store(|store| {
        let rows: Vec<Row> = (0..30).rev().map(|n| row(key(OURS, "visit", n), "a")).collect();
        put(store, &rows);
        put(store, &[row(key(OURS, "visitor", 5), "b"), row(key(THEIRS, "visit", 5), "c")]);
        let list = |after, limit| {
            let rows = read(store, &mut |tx| tx.list_bucket(OURS, "visit", id(2).0[0], after, limit)).unwrap();
            rows.into_iter().map(|r| r.row.key.id).collect::<Vec<_>>()
        };
        assert_eq!(list(None, 3), [2, 7, 12].map(id));
        assert_eq!(list(Some(id(12)), 9), [17, 22, 27].map(id));
    });
}

fn recounted(tx: &mut dyn Tx) -> (Sum, Vec<Bucket>) {
    let (mut root, mut buckets) = (Sum::default(), BTreeMap::<(String, u8), Sum>::new());
    for PageRow { row, .. } in page(tx, OURS) {
        root.add(row.hash());
        buckets.entry((row.key.kind.clone(), row.key.id.0[0])).or_default().add(row.hash());
    }
    (root, buckets.into_iter().map(|((kind, byte), sum)| Bucket { kind, byte, sum }).collect())
}

/// A small generator of its own: the same histories for every store.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn write_history(store: &dyn Store, seed: u64) {
    let mut state = seed;
    for step in 0..40 {
        let kinds = ["visit", "visitor", "tray"];
        let kind = kinds[usize::try_from(next(&mut state) % 3).unwrap()];
        let from = next(&mut state) % 40;
        let mut rows: Vec<Row> = (from..from + next(&mut state) % 6)
            .map(|n| row(key(OURS, kind, n), &format!("{step}-{}", next(&mut state))))
            .collect();
        rows.iter_mut().for_each(|r| r.fields.get_mut(&1).unwrap().stamp = stamp(step));
        put(store, &rows);
    }
}

#[test]
fn sums_equal_a_recount_after_any_history() {
    on_every_store(|store| {
        for seed in 0..6 {
            write_history(store, seed);
            let (kept, counted) =
                read(store, &mut |tx| Ok(((tx.sum_root(OURS)?, tx.list_buckets(OURS)?), recounted(tx)))).unwrap();
            assert_eq!(kept, counted, "seed {seed}");
            assert!(kept.0.rows > 20);
        }
    });
}

#[test]
fn the_place_of_the_last_act_stays_with_its_partition() {
    on_every_store(|store| {
        let lock = |partition| transact(store, &mut |tx| tx.lock_partition(partition)).unwrap();
        assert_eq!(lock(OURS), 0);
        transact(store, &mut |tx| tx.put_issued(OURS, 1 << 62)).unwrap();
        assert_eq!((lock(OURS), lock(THEIRS)), (1 << 62, 0));
    });
}
