//! The ladder of schemas, as for the file. Each climb is one transaction, and PostgreSQL takes back tables too; a copy before it
//! is the matter of whoever runs the server.

use super::pool::Pool;
use crate::store::Failed;
use postgres::Transaction;

/// Step `n` climbs from schema `n + 1` to `n + 2`.
pub struct Ladder {
    pub schema: &'static str,
    pub steps: &'static [&'static str],
}

pub const LADDER: Ladder = Ladder { schema: include_str!("../schema-postgres.sql"), steps: &[] };

/// One row: which schema is here.
const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS hub_schema (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1), -- there is one row
    version BIGINT NOT NULL -- 1, 2, 3 …
)";

impl Ladder {
    fn newest(&self) -> i64 {
        1 + i64::try_from(self.steps.len()).expect("steps are few")
    }

    /// Brings the tables to the newest schema, and puts the district there. Two programs at once are in each other's way at the
    /// row of the schema: one of them fails as busy and finds everything done.
    pub fn bring_up(&self, pool: &Pool, district: &str) -> Result<(), Failed> {
        let mut lease = pool.lease()?;
        let mut transaction = lease.parts().0.transaction()?;
        transaction.batch_execute("SET LOCAL client_min_messages = warning")?;
        transaction.batch_execute(VERSIONS)?;
        let version = transaction.query_opt("SELECT version FROM hub_schema FOR UPDATE", &[])?;
        match version.map(|row| row.get::<_, i64>(0)) {
            None => self.create(&mut transaction)?,
            Some(version) if version > self.newest() => {
                return Err(Failed::Broken(format!("schema {version} is of a newer program")));
            }
            Some(version) => (version..self.newest()).try_for_each(|from| self.step(&mut transaction, from))?,
        }
        let sql = "INSERT INTO hub (district, epoch) VALUES ($1, 1) ON CONFLICT (district) DO NOTHING";
        transaction.execute(sql, &[&district])?;
        Ok(transaction.commit()?)
    }

    fn create(&self, transaction: &mut Transaction) -> Result<(), Failed> {
        let sql = "INSERT INTO hub_schema (one, version) VALUES (1, $1)";
        transaction.execute(sql, &[&self.newest()])?;
        Ok(transaction.batch_execute(self.schema)?)
    }

    fn step(&self, transaction: &mut Transaction, from: i64) -> Result<(), Failed> {
        transaction.batch_execute(self.steps[usize::try_from(from - 1).expect("versions begin with 1")])?;
        transaction.execute("UPDATE hub_schema SET version = $1", &[&(from + 1)])?;
        Ok(())
    }
}
