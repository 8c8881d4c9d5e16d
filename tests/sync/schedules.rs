//! Schedules made by hand for what chance hardly ever brings about.

use fengxiang_hub::exchange::{self, Asking, Break, Rules};
use fengxiang_hub::store::memory::Memory;
use fengxiang_sync::{Cycle, Local};
use fengxiang_tests::sync::desk::{Desk, Doing, File, FileBreak};
use fengxiang_tests::sync::line::{Line, at_once};
use fengxiang_wire::device::Grant;
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{Entry, EntryField, Outcome, Pull, PullAnswer, Push, PushAnswer, Refusal};
use fengxiang_wire::limits::Limits;
use fengxiang_wire::{Hash, Id, Partition, ReplicaId, RowKey, Sealed, Shape};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const STATION: Partition = Partition::Station(Id([7; 16]));

fn grants() -> Vec<Grant> {
    vec![Grant { partition: STATION, may_read: true, writes: vec!["*".into()], may_only_add: false, may_grant: true }]
}

fn new_desk(broken: Option<FileBreak>) -> Desk {
    Desk {
        file: RefCell::new(File::new(1)),
        skew_ms: Cell::new(0),
        now_ms: Cell::new(1_000_000),
        broken,
        names: Rc::new(Cell::new(1)),
        killed_after: Cell::new(None),
    }
}

fn write_fact(desk: &Desk, id: u8) -> RowKey {
    let key = RowKey { partition: STATION, kind: "visit".into(), id: Id([id; 16]) };
    let fields = vec![(1, Some(Sealed(vec![id])), false)];
    desk.write(Doing { key: key.clone(), shape: Shape::Fact, subject: None, fields });
    key
}

fn sync(desk: &Desk, hub: &RefCell<Memory>) -> bool {
    let line = Line {
        hub,
        twins: &[],
        grants: &grants(),
        rules: Rules::default(),
        now_ms: 1_000_000,
        fates: RefCell::default(),
        lost_requests: Cell::new(0),
        lost_replies: Cell::new(0),
        doubled: Cell::new(0),
    };
    let rules = fengxiang_sync::Rules::default();
    at_once(Cycle { local: desk, hub: &line, rules, limits: Limits::default(), pages_max: 100 }.run()).is_ok()
}

/// A copy of a file hears that the hub has its entry, takes a new name and is killed before the row comes back. Then the
/// other copy burns and the hub is restored from the beginning: the entry is in the sent-log of the old name alone.
fn is_refilled_from_an_older_name(broken: Option<FileBreak>) -> bool {
    let hub = RefCell::new(Memory::new());
    let before = hub.borrow().clone();
    let desk = new_desk(broken);
    let fact = write_fact(&desk, 1);
    let copy = desk.copy();
    write_fact(&desk, 2);
    assert!(sync(&desk, &hub));
    // Hello, its outcome, and then the power goes.
    copy.killed_after.set(Some(3));
    assert!(!sync(&copy, &hub));
    assert_ne!(copy.file.borrow().replica, desk.file.borrow().replica);
    assert!(copy.file.borrow().mirror.is_empty());
    copy.killed_after.set(None);
    *hub.borrow_mut() = before.restored(2, Vec::new());
    assert!(sync(&copy, &hub) && sync(&copy, &hub));
    hub.borrow().rows.contains_key(&fact)
}

#[test]
fn the_sent_log_survives_a_new_name() {
    assert!(is_refilled_from_an_older_name(None));
    assert!(!is_refilled_from_an_older_name(Some(FileBreak::DropSent)));
}

fn entry(number: u64, partition: Partition, subject: Option<Id>) -> Entry {
    let fields = vec![EntryField { field: 2, value: Some(Sealed(b"secret".into())), base: None, is_personal: true }];
    Entry {
        number,
        partition,
        kind: "visit".into(),
        id: Id([9; 16]),
        shape: Shape::Fact,
        subject,
        h: 1 << 16,
        hash: Hash([u8::try_from(number).unwrap(); 32]),
        origin: None,
        given: None,
        fields,
    }
}

fn push(entry: Entry, orders_taken: u64) -> Push {
    Push { epoch: 1, replica: ReplicaId([1; 16]), confirmed: 0, orders_taken, wall_ms: 1_000_000, entries: vec![entry] }
}

/// A desk that lies about the orders it has taken sends a value of an erased person.
fn keeps_a_late_value(broken: Option<Break>) -> bool {
    let mut hub = Memory::new();
    let subject = Id([3; 16]);
    let asking = Asking { grants: &grants(), now_ms: 1_000_000, rules: Rules { broken } };
    let order = EraseOrder {
        id: subject,
        partition: STATION,
        subjects: vec![subject],
        ordered_at: 0,
        device: Id::default(),
        signature: Vec::new(),
    };
    exchange::erase(&mut hub, &asking, &order).unwrap();
    let untaken = exchange::take_push(&mut hub, &asking, &push(entry(1, STATION, Some(subject)), 0)).unwrap();
    assert_eq!(untaken, PushAnswer::OrdersFirst);
    let taken = exchange::take_push(&mut hub, &asking, &push(entry(1, STATION, Some(subject)), 1)).unwrap();
    let PushAnswer::Taken { receipts, .. } = taken else { panic!("{taken:?}") };
    let is_kept = hub.rows.values().any(|(_, row)| row.fields.values().any(|r| r.value.is_some()));
    assert_eq!(receipts[0].outcome == Outcome::Scrubbed, !is_kept);
    is_kept
}

#[test]
fn a_value_of_an_erased_person_is_taken_away_whoever_sends_it() {
    assert!(!keeps_a_late_value(None));
    assert!(keeps_a_late_value(Some(Break::NoScrub)));
}

/// What a device without a grant gets of a foreign partition: the outcome of a push, and whether a pull tells anything.
fn foreign(broken: Option<Break>) -> (Outcome, bool) {
    let mut hub = Memory::new();
    let whole = Rules::default();
    let theirs = Partition::Station(Id([8; 16]));
    let their_grants =
        [Grant { partition: theirs, may_read: true, writes: vec!["*".into()], may_only_add: false, may_grant: true }];
    let them = Asking { grants: &their_grants, now_ms: 1_000_000, rules: whole };
    exchange::take_push(&mut hub, &them, &push(Entry { id: Id([4; 16]), ..entry(1, theirs, None) }, 0)).unwrap();
    let us = Asking { grants: &grants(), now_ms: 1_000_000, rules: Rules { broken } };
    let pushed = Push { replica: ReplicaId([2; 16]), ..push(entry(1, theirs, None), 0) };
    let answer = exchange::take_push(&mut hub, &us, &pushed).unwrap();
    let PushAnswer::Taken { receipts, rows, .. } = answer else { panic!("{answer:?}") };
    let pull = Pull { epoch: 1, partition: theirs, after: 0, limit: 10 };
    let pulled = exchange::answer_pull(&mut hub, &us, &pull).unwrap();
    (receipts[0].outcome, pulled != PullAnswer::NotFound || !rows.is_empty())
}

#[test]
fn a_foreign_partition_is_like_one_that_does_not_exist() {
    assert_eq!(foreign(None), (Outcome::Refused(Refusal::NotAllowed), false));
    let (outcome, is_told) = foreign(Some(Break::NoGrant));
    assert!(outcome == Outcome::Applied && is_told);
    // A partition that nobody has is answered alike.
    let mut hub = Memory::new();
    let us = Asking { grants: &grants(), now_ms: 1_000_000, rules: Rules::default() };
    let pull = Pull { epoch: 1, partition: Partition::Station(Id([5; 16])), after: 0, limit: 10 };
    assert_eq!(exchange::answer_pull(&mut hub, &us, &pull).unwrap(), PullAnswer::NotFound);
}

#[test]
fn sums_of_desk_and_hub_are_the_same_after_a_cycle() {
    let hub = RefCell::new(Memory::new());
    let desk = new_desk(None);
    write_fact(&desk, 1);
    assert!(sync(&desk, &hub));
    let sum = desk.transact(|tx| tx.find_sum(STATION)).unwrap();
    assert_eq!(sum, fengxiang_hub::store::Tx::sum_root(&mut *hub.borrow_mut(), STATION).unwrap());
}
