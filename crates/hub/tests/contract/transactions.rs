//! All or nothing, and never a half of it.

use crate::made::{OURS, THEIRS, key, order, page, put, receipt, row, sequences};
use crate::stores::on_every_store;
use fengxiang_hub::exchange::{self, Asking, Rules};
use fengxiang_hub::store::{Drawer, Failed, Replica, Store, Tx, read, transact};
use fengxiang_wire::device::Grant;
use fengxiang_wire::exchange::{Outcome, PageRow, Sum};
use fengxiang_wire::{Id, Partition, ReplicaId};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

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

/// On a server each holds what the other wants: one of them is run again.
#[test]
fn transactions_that_lock_crosswise_both_end() {
    on_every_store(|store| {
        let put = |first: Partition, second: Partition| {
            transact(store, &mut |tx| {
                tx.lock_partition(first)?;
                std::thread::sleep(Duration::from_millis(30));
                tx.put_rows(&[&row(key(second, "visit", 1), "a")])
            })
        };
        put(OURS, THEIRS).and(put(THEIRS, OURS)).unwrap();
        std::thread::scope(|scope| {
            let one = scope.spawn(move || put(OURS, THEIRS));
            let other = scope.spawn(move || put(THEIRS, OURS));
            one.join().unwrap().and(other.join().unwrap()).unwrap();
        });
        assert_eq!((sequences(store, OURS), sequences(store, THEIRS)), (vec![2], vec![2]));
    });
}

/// On a server none of them sees the others' order before it is there twice: all but one are run again.
#[test]
fn one_order_that_comes_many_times_at_once_counts_once() {
    on_every_store(|store| {
        let grants = [Grant { partition: OURS, may_read: true, writes: vec![], may_only_add: false, may_grant: true }];
        let asking = Asking { grants: &grants, now_ms: 1, rules: Rules::default() };
        let order = order(1, OURS, &[Id([4; 16])]);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| transact(store, &mut |tx| exchange::erase(tx, &asking, &order)).unwrap());
            }
        });
        assert_eq!(read(store, &mut |tx| tx.count_orders()).unwrap(), 1);
    });
}

/// A rule that goes on after a failed call must not be told that all is well when nothing was stored.
#[test]
fn what_is_told_as_stored_is_stored_even_behind_a_failed_call() {
    on_every_store(|store| {
        let receipts = [receipt(1, Outcome::Applied)];
        transact(store, &mut |tx| tx.add_receipts(REPLICA, &receipts, 10)).unwrap();
        let told = transact(store, &mut |tx| {
            let _ = tx.add_receipts(REPLICA, &receipts, 10);
            let _ = tx.put_rows(&[&row(key(OURS, "visit", 1), "a")]);
            Ok(())
        });
        assert_eq!(told.is_ok(), !sequences(store, OURS).is_empty());
    });
}
