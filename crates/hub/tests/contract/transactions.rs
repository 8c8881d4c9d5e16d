//! All or nothing, and never a half of it.

use crate::made::{OURS, key, order, page, put, receipt, row, sequences};
use crate::stores::on_every_store;
use fengxiang_hub::store::{Drawer, Failed, Replica, Store, Tx, read, transact};
use fengxiang_wire::exchange::{Outcome, PageRow, Sum};
use fengxiang_wire::{Id, ReplicaId};
use std::panic::{AssertUnwindSafe, catch_unwind};

const REPLICA: ReplicaId = ReplicaId([3; 16]);

fn write_everywhere(tx: &mut dyn Tx) -> Result<(), Failed> {
    tx.lock_partition(OURS)?;
    tx.put_issued(OURS, 77)?;
    tx.put_rows(&[&row(key(OURS, "visit", 1), "a")])?;
    tx.lock_replica(REPLICA)?;
    tx.put_replica(REPLICA, Replica { last_number: 1, last_eff: 2, confirmed: 1 })?;
    tx.add_receipts(REPLICA, &[receipt(1, Outcome::Applied)], 10)?;
    tx.add_order(&order(1, OURS, &[Id([4; 16])]))?;
    tx.put_card(Drawer::Device, b"one", b"card")?;
    tx.put_epoch(9)
}

/// Everything that [`write_everywhere`] leaves.
fn look(store: &dyn Store) -> (u64, u64, Vec<PageRow>, Option<Replica>, u64, usize, Sum) {
    read(store, &mut |tx| {
        let cards = tx.list_cards(Drawer::Device, b"")?.len() + tx.list_erased(&[(OURS, Id([4; 16]))])?.len();
        Ok((
            tx.epoch()?,
            tx.find_head(OURS)?,
            page(tx, OURS),
            tx.find_replica(REPLICA)?,
            tx.count_orders()?,
            cards + tx.list_receipts(REPLICA, 0, 9)?.len(),
            tx.sum_root(OURS)?,
        ))
    })
    .unwrap()
}

#[test]
fn what_fails_leaves_nothing() {
    on_every_store(|store| {
        let before = look(store);
        let failed = store.transact(&mut |tx| {
            write_everywhere(tx)?;
            Err(Failed::Broken("on purpose".into()))
        });
        assert!(matches!(failed, Err(Failed::Broken(why)) if why == "on purpose"));
        assert_eq!(look(store), before);
        store.transact(&mut write_everywhere).unwrap();
        assert_ne!(look(store), before);
        assert_eq!(sequences(store, OURS), [1], "a number of a transaction that failed is given again");
    });
}

#[test]
fn a_panic_leaves_nothing_and_the_store_goes_on() {
    on_every_store(|store| {
        let before = look(store);
        let decide = || {
            store.transact(&mut |tx| {
                write_everywhere(tx)?;
                panic!("on purpose")
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(decide)).is_err());
        assert_eq!(look(store), before);
        put(store, &[row(key(OURS, "visit", 2), "b")]);
        assert_eq!(sequences(store, OURS), [1]);
    });
}

#[test]
fn a_reading_closure_sees_one_moment_and_writes_nothing() {
    on_every_store(|store| {
        put(store, &[row(key(OURS, "visit", 1), "a")]);
        let before = look(store);
        let _ = store.read(&mut |tx| tx.put_rows(&[&row(key(OURS, "visit", 2), "b")]));
        assert_eq!(look(store), before);
    });
}

#[test]
fn the_first_epoch_is_one_and_a_later_one_stays() {
    on_every_store(|store| {
        assert_eq!(look(store).0, 1);
        transact(store, &mut |tx| tx.put_epoch(4)).unwrap();
        assert_eq!(look(store).0, 4);
    });
}

#[test]
fn transactions_at_once_are_one_after_the_other() {
    const EACH: u64 = 25;
    on_every_store(|store| {
        std::thread::scope(|scope| {
            for who in 0..6 {
                scope.spawn(move || {
                    for number in 0..EACH {
                        let put = |tx: &mut dyn Tx| {
                            // Every third of them fails after it wrote.
                            tx.lock_partition(OURS)?;
                            tx.put_rows(&[&row(key(OURS, "visit", who * 1_000 + number), "a")])?;
                            if number % 3 == 0 { Err(Failed::Broken("on purpose".into())) } else { Ok(()) }
                        };
                        assert_eq!(store.transact(&mut { put }).is_err(), number % 3 == 0);
                    }
                });
            }
        });
        let kept = 6 * (0..EACH).filter(|n| n % 3 != 0).count() as u64;
        assert_eq!(sequences(store, OURS), (1..=kept).collect::<Vec<_>>());
        assert_eq!(look(store).6.rows, kept);
    });
}
