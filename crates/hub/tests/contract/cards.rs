//! The hub's own documents.

use crate::stores::on_every_store;
use fengxiang_hub::store::{Drawer, read, transact};

#[test]
fn cards_lie_in_their_drawers_in_the_order_of_their_keys() {
    on_every_store(|store| {
        transact(store, &mut |tx| {
            tx.put_card(Drawer::Device, b"\xff\xff", b"last")?;
            tx.put_card(Drawer::Device, b"\xff", b"first")?;
            tx.put_card(Drawer::Device, b"a%", b"before")?;
            tx.put_card(Drawer::Device, b"a%", b"percent")?;
            tx.put_card(Drawer::Device, b"ab", b"other")?;
            tx.put_card(Drawer::Station, b"", b"station")
        })
        .unwrap();
        let list = |drawer, beginning: &[u8]| {
            let cards = read(store, &mut |tx| tx.list_cards(drawer, beginning)).unwrap();
            cards.into_iter().map(|c| String::from_utf8(c).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(list(Drawer::Device, b""), ["percent", "other", "first", "last"]);
        assert_eq!(list(Drawer::Device, b"a%"), ["percent"]);
        assert_eq!(list(Drawer::Device, b"\xff"), ["first", "last"]);
        assert_eq!(list(Drawer::Invitation, b""), [""; 0]);
        assert_eq!(list(Drawer::Station, b""), ["station"]);
    });
}

#[test]
fn a_purged_card_is_gone() {
    on_every_store(|store| {
        transact(store, &mut |tx| tx.put_card(Drawer::Invitation, b"a", b"card")).unwrap();
        let locked = transact(store, &mut |tx| {
            let card = tx.lock_card(Drawer::Invitation, b"a")?;
            tx.purge_card(Drawer::Invitation, b"a")?;
            Ok(card)
        });
        assert_eq!(locked.unwrap().unwrap(), b"card");
        assert_eq!(read(store, &mut |tx| tx.find_card(Drawer::Invitation, b"a")).unwrap(), None);
        assert_eq!(transact(store, &mut |tx| tx.lock_card(Drawer::Invitation, b"b")).unwrap(), None);
    });
}
