//! Backups of a database on a server: PostgreSQL's own `pg_dump` makes them and its `pg_restore` reads them, so that every tool
//! that knows PostgreSQL knows them too. They are put back in one transaction.

use super::address::Address;
use super::tx::PostgresTx;
use super::{Failed, PostgresStore};
use crate::store::{Deciding, Tx, backup};
use postgres::Transaction;
use postgres::config::Host;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// What stands before the names of the tables that a backup is read into.
const READ_INTO: &str = "backup_";
const SCHEMA: &str = "hub_schema";

/// One moment of our tables in PostgreSQL's own format.
pub fn back_up(address: &Address, to: &Path) -> Result<(), Failed> {
    let mut dump = client_program("pg_dump", address)?;
    dump.args(["--format=custom", "--no-owner", "--no-privileges"]).arg("--file").arg(to);
    dump.args(tables().map(|table| format!("--table={table}")));
    let done = dump.stdin(Stdio::null()).output().map_err(|e| not_here("pg_dump", &e))?;
    ended("pg_dump", done.status.success(), &done.stderr)
}

pub fn restore(store: &PostgresStore, from: &Path, epoch_min: u64, decide: &mut Deciding<()>) -> Result<u64, Failed> {
    let mut lease = store.pool.lease()?;
    let (client, statements) = lease.parts();
    let mut transaction = client.transaction()?;
    // A hub that serves beside this waits, and finds another epoch.
    transaction.batch_execute(&format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", backup::TABLES.join(", ")))?;
    for table in tables() {
        transaction.batch_execute(&format!("CREATE TEMP TABLE {READ_INTO}{table} (LIKE {table}) ON COMMIT DROP"))?;
    }
    read_in(&mut transaction, from)?;
    check_schema(&mut transaction)?;
    for sql in backup::statements(READ_INTO) {
        transaction.execute(&sql, &[&store.district])?;
    }
    let last: i64 = transaction.query_one(&backup::last_epoch(READ_INTO), &[&store.district])?.get(0);
    let epoch = epoch_min.max(last.cast_unsigned() + 1);
    let mut tx = PostgresTx::new(store, transaction, statements);
    tx.put_epoch(epoch)?;
    decide(&mut tx)?;
    tx.commit()?;
    Ok(epoch)
}

fn tables() -> impl Iterator<Item = &'static str> {
    backup::TABLES.into_iter().chain([SCHEMA])
}

/// A program of PostgreSQL with the address of the database. The password is not for everybody who lists the processes.
fn client_program(name: &str, address: &Address) -> Result<Command, Failed> {
    let config = &address.config;
    let mut command = Command::new(name);
    if let Some(tls) = &address.tls {
        command.env("PGSSLMODE", "verify-full").env("PGSSLROOTCERT", &tls.root);
    }
    match config.get_hosts().first() {
        Some(Host::Tcp(host)) => _ = command.arg("--host").arg(host),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => _ = command.arg("--host").arg(folder),
        None => {}
    }
    if let Some(port) = config.get_ports().first() {
        command.arg("--port").arg(port.to_string());
    }
    if let Some(user) = config.get_user() {
        command.arg("--username").arg(user);
    }
    if let Some(password) = config.get_password() {
        let password = std::str::from_utf8(password).map_err(|_| Failed::Broken("no such password".into()))?;
        command.env("PGPASSWORD", password);
    }
    command.arg("--no-password").arg("--dbname").arg(config.get_dbname().unwrap_or("postgres"));
    Ok(command)
}

/// Lets `pg_restore` write the backup down as text, and copies its rows into the temporary tables.
fn read_in(transaction: &mut Transaction, from: &Path) -> Result<(), Failed> {
    let mut command = Command::new("pg_restore");
    command.args(["--data-only", "--file=-"]).arg(from);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| not_here("pg_restore", &e))?;
    let text = child.stdout.take().expect("its output is ours");
    let mut told = child.stderr.take().expect("its output is ours");
    let listening = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = told.read_to_end(&mut text);
        text
    });
    let copied = copy_tables(transaction, BufReader::new(text));
    let is_good = child.wait().is_ok_and(|status| status.success());
    let told = listening.join().unwrap_or_default();
    ended("pg_restore", is_good, &told)?;
    copied
}

fn copy_tables(transaction: &mut Transaction, mut text: impl BufRead) -> Result<(), Failed> {
    let mut line = Vec::new();
    while next(&mut text, &mut line)? {
        let Some(copy) = std::str::from_utf8(&line).ok().and_then(copy_of) else { continue };
        let mut into = transaction.copy_in(&copy)?;
        while next(&mut text, &mut line)? && line != b"\\.\n" {
            into.write_all(&line).map_err(|e| Failed::Broken(format!("copying a table: {e}")))?;
        }
        into.finish()?;
    }
    Ok(())
}

fn next(text: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Failed> {
    line.clear();
    let read = text.read_until(b'\n', line).map_err(|e| Failed::Broken(format!("reading the backup: {e}")))?;
    Ok(read > 0)
}

/// `COPY public.card (district, …) FROM stdin;` for the table that the backup is read into; of a table of ours only.
fn copy_of(line: &str) -> Option<String> {
    let (table, columns) = line.strip_prefix("COPY ")?.strip_suffix(" FROM stdin;\n")?.split_once(' ')?;
    let table = table.rsplit('.').next()?;
    tables().any(|ours| ours == table).then(|| format!("COPY {READ_INTO}{table} {columns} FROM STDIN"))
}

fn check_schema(transaction: &mut Transaction) -> Result<(), Failed> {
    let version = |transaction: &mut Transaction, table: &str| {
        let row = transaction.query_opt(&format!("SELECT version FROM {table}"), &[])?;
        Ok::<_, Failed>(row.map(|r| r.get::<_, i64>(0)))
    };
    let (here, backup) = (version(transaction, SCHEMA)?, version(transaction, &format!("{READ_INTO}{SCHEMA}"))?);
    match backup {
        None => Err(Failed::Broken("the backup is of no hub".into())),
        Some(_) if here == backup => Ok(()),
        Some(version) => {
            Err(Failed::Broken(format!("the backup has schema {version}: restore it with its own program")))
        }
    }
}

fn not_here(program: &str, error: &std::io::Error) -> Failed {
    Failed::Broken(format!(
        "{program} does not run ({error}): a hub on PostgreSQL is backed up by PostgreSQL's client programs"
    ))
}

fn ended(program: &str, is_good: bool, told: &[u8]) -> Result<(), Failed> {
    if is_good {
        return Ok(());
    }
    Err(Failed::Broken(format!("{program} failed: {}", String::from_utf8_lossy(told).trim())))
}

#[cfg(test)]
mod tests {
    use super::copy_of;

    #[test]
    fn only_rows_of_our_tables_are_copied() {
        let copy = copy_of("COPY public.card (district, drawer) FROM stdin;\n");
        assert_eq!(copy.as_deref(), Some("COPY backup_card (district, drawer) FROM STDIN"));
        assert_eq!(copy_of("COPY public.theirs (id) FROM stdin;\n"), None);
        assert_eq!(copy_of("SET statement_timeout = 0;\n"), None);
    }
}
