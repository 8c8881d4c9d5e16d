//! `card`: the hub's own small documents.

use super::tx::SqliteTx;
use crate::store::stored::beyond;
use crate::store::{Drawer, Failed};
use rusqlite::named_params;

pub fn find(tx: &SqliteTx, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
    let sql = "SELECT body FROM card WHERE district = :district AND drawer = :drawer AND card_key = :key";
    tx.find(sql, named_params! { ":district": tx.district, ":drawer": drawer.name(), ":key": key }, |r| r.get(0))
}

pub fn list(tx: &SqliteTx, drawer: Drawer, beginning: &[u8]) -> Result<Vec<Vec<u8>>, Failed> {
    let sql = "SELECT body FROM card
               WHERE district = :district AND drawer = :drawer
                 AND card_key >= :beginning AND (:beyond IS NULL OR card_key < :beyond)
               ORDER BY card_key";
    let params = named_params! {
        ":district": tx.district, ":drawer": drawer.name(), ":beginning": beginning, ":beyond": beyond(beginning),
    };
    tx.list(sql, params, |r| r.get(0))
}

pub fn put(tx: &SqliteTx, drawer: Drawer, key: &[u8], card: &[u8]) -> Result<(), Failed> {
    let sql = "INSERT INTO card (district, drawer, card_key, body) VALUES (:district, :drawer, :key, :body)
               ON CONFLICT (district, drawer, card_key) DO UPDATE SET body = excluded.body";
    let params = named_params! { ":district": tx.district, ":drawer": drawer.name(), ":key": key, ":body": card };
    tx.run(sql, params).map(|_| ())
}

pub fn purge(tx: &SqliteTx, drawer: Drawer, key: &[u8]) -> Result<(), Failed> {
    let sql = "DELETE FROM card WHERE district = :district AND drawer = :drawer AND card_key = :key";
    tx.run(sql, named_params! { ":district": tx.district, ":drawer": drawer.name(), ":key": key }).map(|_| ())
}
