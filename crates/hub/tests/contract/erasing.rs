//! The ledger of erase orders.

use crate::made::{OURS, THEIRS, order};
use crate::stores::on_every_store;
use fengxiang_hub::store::{read, transact};
use fengxiang_wire::Id;

#[test]
fn orders_are_listed_in_the_order_of_the_ledger() {
    on_every_store(|store| {
        let orders = [(5, OURS), (2, THEIRS), (9, OURS)].map(|(n, at)| order(n, at, &[Id([n; 16]), Id([1; 16])]));
        for order in &orders {
            transact(store, &mut |tx| tx.add_order(order)).unwrap();
        }
        assert_eq!(read(store, &mut |tx| tx.count_orders()).unwrap(), 3);
        assert_eq!(read(store, &mut |tx| tx.list_orders(0)).unwrap(), orders);
        assert_eq!(read(store, &mut |tx| tx.list_orders(2)).unwrap(), orders[2..]);
        assert!(read(store, &mut |tx| tx.list_orders(u64::MAX)).unwrap().is_empty());
    });
}

#[test]
fn a_subject_is_erased_where_the_order_says() {
    on_every_store(|store| {
        transact(store, &mut |tx| tx.add_order(&order(1, OURS, &[Id([4; 16]), Id([5; 16])]))).unwrap();
        transact(store, &mut |tx| tx.add_order(&order(2, OURS, &[Id([5; 16])]))).unwrap();
        let asked = [(OURS, Id([5; 16])), (THEIRS, Id([5; 16])), (OURS, Id([6; 16])), (OURS, Id([4; 16]))];
        let erased = read(store, &mut |tx| tx.list_erased(&asked)).unwrap();
        assert_eq!(erased, [asked[0], asked[3]]);
    });
}
