//! Many commit at once, each a random while after it took its sequence; a reader follows the cursor. It must miss no row and
//! see none twice: on the file and on the server, and not when sequences are taken before the lock.

use fengxiang_hub::store::postgres::PostgresStore;
use fengxiang_hub::store::sqlite::SqliteStore;
use fengxiang_hub::store::{Store, read, transact};
use fengxiang_tests::cluster;
use fengxiang_wire::{Id, Partition, Row, RowKey, Shape};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const STATION: Partition = Partition::Station(Id([7; 16]));
const WRITERS: u8 = 8;
const ROWS_EACH: u8 = 60;
const DELAY_MAX_MS: u64 = 3;

/// What became of the rows on their way to the reader.
#[derive(Debug, PartialEq)]
struct Followed {
    missed: usize,
    doubled: usize,
}

fn write(store: &dyn Store, writer: u8) {
    let mut rng = fastrand::Rng::with_seed(u64::from(writer));
    for number in 0..ROWS_EACH {
        let id = Id(std::array::from_fn(|at| if at == 0 { writer } else { number }));
        let row = Row::new(RowKey { partition: STATION, kind: "visit".into(), id }, Shape::Fact, None);
        let delay = Duration::from_millis(rng.u64(0..=DELAY_MAX_MS));
        transact(store, &mut |tx| {
            tx.put_rows(&[&row])?;
            std::thread::sleep(delay);
            Ok(())
        })
        .unwrap();
    }
}

/// Polls until all writers are done and nothing lies behind the cursor.
fn follow(store: &dyn Store, writing: &AtomicUsize) -> Followed {
    let (mut cursor, mut seen, mut doubled) = (0, BTreeSet::new(), 0);
    loop {
        let is_last = writing.load(Ordering::SeqCst) == 0;
        let page = read(store, &mut |tx| tx.list_page(STATION, cursor, 50)).unwrap();
        cursor = page.last().map_or(cursor, |r| r.sequence);
        doubled += page.iter().filter(|r| !seen.insert(r.row.key.id)).count();
        if is_last && page.is_empty() {
            break;
        }
    }
    Followed { missed: usize::from(WRITERS) * usize::from(ROWS_EACH) - seen.len(), doubled }
}

fn run(store: &dyn Store) -> Followed {
    let writing = AtomicUsize::new(usize::from(WRITERS));
    let begun = Instant::now();
    let followed = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let writing = &writing;
            scope.spawn(move || {
                write(store, writer);
                writing.fetch_sub(1, Ordering::SeqCst);
            });
        }
        follow(store, &writing)
    });
    println!("{followed:?} in {:?}", begun.elapsed());
    followed
}

const WHOLE: Followed = Followed { missed: 0, doubled: 0 };

#[test]
fn a_reader_of_the_file_misses_nothing_while_many_commit() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name| SqliteStore::open(&folder.path().join(name), "made-up").unwrap();
    assert_eq!(run(&open("whole.db")), WHOLE);
    assert_ne!(run(&open("broken.db").with_early_sequences()), WHOLE, "nobody noticed sequences without a lock");
}

#[test]
fn a_reader_of_the_server_misses_nothing_while_many_commit() {
    let open = |district| PostgresStore::open(&cluster::address(), district).unwrap();
    assert_eq!(run(&open("commits-whole")), WHOLE);
    assert_ne!(run(&open("commits-broken").with_early_sequences()), WHOLE, "nobody noticed sequences without a lock");
}
