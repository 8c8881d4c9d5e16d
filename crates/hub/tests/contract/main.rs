//! The promises of a hub's store, kept by every store there is: in memory, in an SQLite file, in PostgreSQL.

mod cards;
#[path = "../../../../tests/cluster.rs"]
mod cluster;
mod erasing;
mod feed;
mod made;
mod offered;
mod remembered;
mod stores;
mod transactions;
