//! What a store remembers of replicas and of edits.

use crate::made::{OURS, THEIRS, receipt, stamp};
use crate::stores::on_every_store;
use fengxiang_hub::store::{Edit, Replica, StoredReceipt, read, transact};
use fengxiang_wire::exchange::{GivenField, Outcome, Refusal};
use fengxiang_wire::{Form, Hash, ReplicaId, encode};

const REPLICA: ReplicaId = ReplicaId([3; 16]);
const OUTCOMES: [Outcome; 8] = [
    Outcome::Applied,
    Outcome::Superseded,
    Outcome::Conflict,
    Outcome::Scrubbed,
    Outcome::Refused(Refusal::NotAllowed),
    Outcome::Refused(Refusal::RowTooLarge),
    Outcome::Refused(Refusal::IdTaken),
    Outcome::Refused(Refusal::Malformed),
];

#[test]
fn a_replica_is_made_by_the_lock_and_told_as_it_was_put() {
    on_every_store(|store| {
        assert_eq!(read(store, &mut |tx| tx.find_replica(REPLICA)).unwrap(), None);
        let replica = Replica { last_number: 8, last_eff: 1 << 62, confirmed: 7 };
        transact(store, &mut |tx| {
            assert_eq!(tx.lock_replica(REPLICA)?, Replica::default());
            tx.put_replica(REPLICA, replica)
        })
        .unwrap();
        assert_eq!(transact(store, &mut |tx| tx.lock_replica(REPLICA)).unwrap(), replica);
        assert_eq!(read(store, &mut |tx| tx.find_replica(REPLICA)).unwrap(), Some(replica));
        assert_eq!(read(store, &mut |tx| tx.find_replica(ReplicaId([4; 16]))).unwrap(), None);
    });
}

#[test]
fn receipts_are_told_again_byte_for_byte() {
    on_every_store(|store| {
        let receipts: Vec<StoredReceipt> = (1..).zip(OUTCOMES).map(|(n, outcome)| receipt(n, outcome)).collect();
        let (early, late) = receipts.split_at(3);
        transact(store, &mut |tx| tx.add_receipts(REPLICA, early, 10)).unwrap();
        transact(store, &mut |tx| tx.add_receipts(REPLICA, late, 10)).unwrap();
        let told = |from, to| read(store, &mut |tx| tx.list_receipts(REPLICA, from, to)).unwrap();
        let bytes = |told: &[StoredReceipt]| {
            told.iter().map(|r| (encode(&r.receipt, Form::Plain), r.key.clone())).collect::<Vec<_>>()
        };
        assert_eq!(bytes(&told(0, u64::MAX)), bytes(&receipts));
        assert_eq!(told(2, 4), receipts[1..4]);
        assert!(told(9, 3).is_empty() && told(9, 20).is_empty());
    });
}

#[test]
fn old_receipts_go_from_the_lowest_on_and_the_confirmed_one_stays() {
    on_every_store(|store| {
        for (number, received_at) in [(1, 10), (2, 20), (3, 50), (4, 20), (5, 20)] {
            let one = receipt(number, Outcome::Applied);
            transact(store, &mut |tx| tx.add_receipts(REPLICA, std::slice::from_ref(&one), received_at)).unwrap();
        }
        let left = |below, before| {
            transact(store, &mut |tx| tx.purge_receipts(REPLICA, below, before)).unwrap();
            let left = read(store, &mut |tx| tx.list_receipts(REPLICA, 0, 9)).unwrap();
            left.iter().map(|r| r.receipt.number).collect::<Vec<_>>()
        };
        assert_eq!(left(5, 10), [1, 2, 3, 4, 5], "none is older");
        assert_eq!(left(2, 30), [2, 3, 4, 5], "2 is the confirmed one");
        assert_eq!(left(5, 30), [3, 4, 5], "3 is young, and no gap is torn behind it");
        assert_eq!(left(5, 1_000), [5]);
    });
}

#[test]
fn an_edit_is_kept_within_its_partition_until_another_takes_its_place() {
    on_every_store(|store| {
        let field = GivenField { field: 3, base: Some(stamp(4)), epoch: u64::MAX };
        let edit = Edit { stamp: stamp(200), fields: vec![field, GivenField { field: 5, base: None, epoch: 1 }] };
        let name = (OURS, Hash([6; 32]));
        transact(store, &mut |tx| tx.put_edits(&[(name, edit.clone())])).unwrap();
        let list = || read(store, &mut |tx| tx.list_edits(&[(THEIRS, name.1), name, (OURS, Hash([7; 32]))])).unwrap();
        assert_eq!(list(), [(name, edit.clone())]);
        let older = Edit { stamp: stamp(100), fields: Vec::new() };
        transact(store, &mut |tx| tx.put_edits(&[(name, older.clone())])).unwrap();
        assert_eq!(list(), [(name, older)]);
    });
}
