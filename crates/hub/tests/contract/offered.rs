//! What desks still have and a restored hub has lost: an entry comes back whole, and once.

use crate::made::{OURS, key, page, put, row};
use crate::stores::on_every_store;
use fengxiang_hub::exchange::{self, Asking, Rules};
use fengxiang_hub::store::{Store, Tx, read, transact};
use fengxiang_wire::device::Grant;
use fengxiang_wire::exchange::{Offer, OfferAnswer};
use fengxiang_wire::{Row, Shape};

/// From the sent-log of a desk that may write everything here.
fn offer(store: &dyn Store, row: &Row) -> OfferAnswer {
    let writes = vec!["*".into()];
    let grants = [Grant { partition: OURS, may_read: true, writes, may_only_add: false, may_grant: false }];
    let asking = Asking { grants: &grants, now_ms: 1, rules: Rules::default() };
    let rows = vec![row.clone()];
    let offer = Offer { epoch: 1, orders_taken: 0, rows, is_sent_log: true, orders: Vec::new() };
    transact(store, &mut |tx| exchange::take_offer(tx, &asking, &offer, &[])).unwrap()
}

/// One entry that wrote several fields: they carry one name.
fn entry(shape: Shape) -> Row {
    let mut row = Row { shape, ..row(key(OURS, "visit", 1), "countable") };
    let register = row.fields[&1].clone();
    row.fields = [1, 2, 3].map(|field| (field, register.clone())).into();
    row
}

fn rows(store: &dyn Store) -> Vec<Row> {
    let page = |tx: &mut dyn Tx| Ok(page(tx, OURS).into_iter().map(|r| r.row).collect());
    read(store, &mut { page }).unwrap()
}

#[test]
fn an_entry_of_several_fields_comes_back_whole_from_a_sent_log() {
    for shape in [Shape::Fact, Shape::Record] {
        on_every_store(|store| {
            let sent = entry(shape);
            for time in ["lost", "known"] {
                assert_eq!(offer(store, &sent), OfferAnswer::Taken);
                let fields = rows(store).into_iter().map(|row| row.fields).collect::<Vec<_>>();
                assert_eq!(fields, std::slice::from_ref(&sent.fields), "{shape:?}, {time}");
            }
        });
    }
}

#[test]
fn what_a_sent_log_tells_of_an_entry_that_the_hub_knows_is_not_filed_again() {
    on_every_store(|store| {
        let mut known = entry(Shape::Record);
        // Its second field was taken by a later edit that had not seen it; the others still carry its name.
        let later = known.fields.get_mut(&2).unwrap();
        (later.base, later.epoch) = (None, 2);
        later.stamp.eff += 1;
        later.stamp.first.0[0] += 1;
        put(store, std::slice::from_ref(&known));
        assert_eq!(offer(store, &entry(Shape::Record)), OfferAnswer::Taken);
        assert_eq!(rows(store), [known]);
    });
}
