//! `card`: the hub's own small documents.

use super::order::lock_hub;
use super::tx::PostgresTx;
use crate::store::stored::beyond;
use crate::store::{Drawer, Failed};

pub fn find(tx: &mut PostgresTx, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
    let sql = "SELECT body FROM card WHERE district = $1 AND drawer = $2 AND card_key = $3";
    Ok(tx.find(sql, &[&tx.district(), &drawer.name(), &key])?.map(|r| r.get(0)))
}

/// What is not there cannot be locked: those who look for it wait for each other at the row of the hub.
pub fn lock(tx: &mut PostgresTx, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
    let sql = "SELECT body FROM card WHERE district = $1 AND drawer = $2 AND card_key = $3 FOR UPDATE";
    let district = tx.district();
    if let Some(row) = tx.find(sql, &[&district, &drawer.name(), &key])? {
        return Ok(Some(row.get(0)));
    }
    lock_hub(tx)?;
    Ok(tx.find(sql, &[&district, &drawer.name(), &key])?.map(|r| r.get(0)))
}

pub fn list(tx: &mut PostgresTx, drawer: Drawer, beginning: &[u8]) -> Result<Vec<Vec<u8>>, Failed> {
    let sql = "SELECT body FROM card
               WHERE district = $1 AND drawer = $2 AND card_key >= $3 AND ($4::bytea IS NULL OR card_key < $4)
               ORDER BY card_key";
    let cards = tx.list(sql, &[&tx.district(), &drawer.name(), &beginning, &beyond(beginning)])?;
    Ok(cards.iter().map(|r| r.get(0)).collect())
}

pub fn put(tx: &mut PostgresTx, drawer: Drawer, key: &[u8], card: &[u8]) -> Result<(), Failed> {
    let sql = "INSERT INTO card (district, drawer, card_key, body) VALUES ($1, $2, $3, $4)
               ON CONFLICT (district, drawer, card_key) DO UPDATE SET body = excluded.body";
    tx.run(sql, &[&tx.district(), &drawer.name(), &key, &card])
}

pub fn purge(tx: &mut PostgresTx, drawer: Drawer, key: &[u8]) -> Result<(), Failed> {
    let sql = "DELETE FROM card WHERE district = $1 AND drawer = $2 AND card_key = $3";
    tx.run(sql, &[&tx.district(), &drawer.name(), &key])
}
