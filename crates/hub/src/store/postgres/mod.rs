//! The hub in PostgreSQL, for a district that has a database server. Writers of one partition wait for each other at the row
//! of its head, those of others pass; whoever was in another's way is run again.

mod address;
mod backup;
mod card;
mod digest;
mod edit;
mod feed;
mod ladder;
mod order;
mod pool;
mod replica;
mod row;
mod tx;

use super::{Failed, Store, Tx};
use address::Address;
use pool::Pool;
use postgres::IsolationLevel;
use postgres::error::SqlState;
use std::path::Path;
use std::time::Duration;
use tx::PostgresTx;

/// How often a transaction is run before the caller is told that the store is busy.
const TRIES_MAX: u32 = 12;
/// Before the second try; it doubles from one to the next.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(250);

pub struct PostgresStore {
    pool: Pool,
    district: String,
    #[cfg(feature = "breaks")]
    breaks: super::breaks::Breaks,
}

impl PostgresStore {
    /// Connects to the database at an address like `postgres://user@host/name`, and makes or brings up its tables. Those of a
    /// newer program are refused. With `?sslmode=require&sslrootcert=FILE` the line is encrypted, to a server of that certificate.
    pub fn open(address: &str, district: &str) -> Result<Self, Failed> {
        let store = Self {
            pool: Pool::new(Address::parse(address)?),
            district: district.to_owned(),
            #[cfg(feature = "breaks")]
            breaks: super::breaks::Breaks::default(),
        };
        store.again_while_busy(&mut || ladder::LADDER.bring_up(&store.pool, district))?;
        Ok(store)
    }

    /// For a test that must notice it: sequences are taken before the transaction that uses them is open.
    #[cfg(feature = "breaks")]
    pub fn with_early_sequences(self) -> Self {
        Self { breaks: super::breaks::Breaks::early(), ..self }
    }

    fn transact_once(&self, decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        let mut lease = self.pool.lease()?;
        let (client, statements) = lease.parts();
        // Each statement sees what was committed before it: those behind a lock see what the holder before them did.
        let begun = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start();
        let mut tx = PostgresTx::new(self, begun.map_err(before_anything)?, statements);
        decide(&mut tx)?;
        tx.commit()
    }

    fn read_once(&self, look: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        let mut lease = self.pool.lease()?;
        let (client, statements) = lease.parts();
        let snapshot = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = PostgresTx::new(self, snapshot.start().map_err(before_anything)?, statements);
        look(&mut tx)
    }

    fn again_while_busy(&self, run: &mut dyn FnMut() -> Result<(), Failed>) -> Result<(), Failed> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES_MAX {
            match run() {
                Err(Failed::Busy(_)) => std::thread::sleep(pause),
                ended => return ended,
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
        run()
    }
}

impl Store for PostgresStore {
    fn transact(&self, decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        #[cfg(feature = "breaks")]
        self.breaks.before_transaction();
        self.again_while_busy(&mut || self.transact_once(decide))
    }

    fn read(&self, look: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>) -> Result<(), Failed> {
        self.again_while_busy(&mut || self.read_once(look))
    }

    fn back_up(&self, to: &Path) -> Result<(), Failed> {
        backup::back_up(self.pool.address(), to)
    }

    fn restore(
        &self,
        from: &Path,
        epoch_min: u64,
        decide: &mut dyn FnMut(&mut dyn Tx) -> Result<(), Failed>,
    ) -> Result<u64, Failed> {
        let mut epoch = 0;
        self.again_while_busy(&mut || backup::restore(self, from, epoch_min, decide).map(|begun| epoch = begun))?;
        Ok(epoch)
    }
}

/// A connection that was lost while it lay idle: nothing was done on it yet, so another may be tried.
fn before_anything(error: postgres::Error) -> Failed {
    if error.is_closed() { Failed::Busy(error.to_string()) } else { error.into() }
}

impl From<postgres::Error> for Failed {
    fn from(error: postgres::Error) -> Self {
        let in_the_way =
            [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION];
        let is_busy = error.code().is_some_and(|code| in_the_way.contains(code));
        // The values of a row are no matter for a log: the message, not its details.
        let told = error.as_db_error().map_or_else(|| error.to_string(), |e| e.message().to_owned());
        if is_busy { Failed::Busy(told) } else { Failed::Broken(told) }
    }
}
