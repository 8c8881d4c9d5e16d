//! Connections that are kept: as many as are at work at once, up to a limit.

use super::address::Address;
use crate::store::Failed;
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A database server of a district is small, and a process behind each connection.
const CONNECTIONS_MAX: usize = 16;

/// Statements that were prepared on a connection, by their text.
pub type Statements = HashMap<String, Statement>;

pub struct Pool {
    address: Address,
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    /// Idle and at work.
    open: usize,
}

struct Connection {
    client: Client,
    statements: Statements,
}

/// A connection at work. It goes back when it is dropped; its transaction was rolled back before, or committed.
pub struct Lease<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Pool {
    pub fn new(address: Address) -> Self {
        Self { address, state: Mutex::default(), given_back: Condvar::new() }
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Waits for a connection, or opens one.
    pub fn lease(&self) -> Result<Lease<'_>, Failed> {
        let mut state = self.state();
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok(Lease { pool: self, connection: Some(connection) });
            }
            if state.open < CONNECTIONS_MAX {
                state.open += 1;
                break;
            }
            state = self.given_back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        // From here on a failure gives the place back.
        let mut lease = Lease { pool: self, connection: None };
        lease.connection = Some(self.connect()?);
        Ok(lease)
    }

    fn connect(&self) -> Result<Connection, Failed> {
        let Address { config, tls } = &self.address;
        let mut client = match tls {
            Some(tls) => config.connect(tls.connect.clone())?,
            None => config.connect(NoTls)?,
        };
        let row = client.query_one("SELECT current_setting('synchronous_commit')", &[])?;
        if row.get::<_, &str>(0) == "off" {
            client.batch_execute("SET synchronous_commit = on")?;
        }
        Ok(Connection { client, statements: HashMap::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease<'_> {
    pub fn parts(&mut self) -> (&mut Client, &mut Statements) {
        let connection = self.connection.as_mut().expect("a lease is given with its connection");
        (&mut connection.client, &mut connection.statements)
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        match self.connection.take().filter(|c| !c.client.is_closed()) {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        self.pool.given_back.notify_one();
    }
}
