//! The seeded worlds once more, with a hub in a file and one on a server beside that in memory.

use anyhow::{Result, ensure};
use fengxiang_tests::cluster;
use fengxiang_tests::sync::twin::{FileTwin, ServerTwin, Twin};
use fengxiang_tests::sync::world::{Broken, Counts, run_beside};

const SEEDS: u64 = 6;
const STEPS: usize = 300;
/// What must have happened, or the run proves nothing about the databases.
const KINDS: [&str; 8] = [
    "doubled request",
    "erased",
    "filed in the tray",
    "hub backup",
    "lost reply",
    "restored hub",
    "told of a restored file",
    "told of clones",
];

fn run(seed: u64, counts: &mut Counts) -> Result<()> {
    let server = ServerTwin::new(&cluster::address(), &format!("world-{seed}"))?;
    let mut twins: Vec<Box<dyn Twin>> = vec![Box::new(FileTwin::new()?), Box::new(server)];
    for (what, n) in run_beside(seed, STEPS, Broken::default(), &mut twins)? {
        *counts.entry(what).or_default() += n;
    }
    let (file, server) = (twins[0].tables()?, twins[1].tables()?);
    for ((table, file), (_, server)) in file.iter().zip(&server) {
        ensure!(file == server, "seed {seed}: file and server differ in {table}");
        ensure!(!file.is_empty() || table.starts_with("erase"), "seed {seed}: {table} is empty");
    }
    Ok(())
}

#[test]
fn file_and_server_answer_and_keep_the_same_in_every_world() {
    let mut counts = Counts::new();
    for seed in 0..SEEDS {
        run(seed, &mut counts).unwrap();
    }
    println!("{counts:?}");
    let missing: Vec<_> = KINDS.iter().filter(|kind| !counts.contains_key(*kind)).collect();
    assert!(missing.is_empty(), "these did not happen: {missing:?}");
}
