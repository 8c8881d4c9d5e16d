//! R1 on the hub's side: while many desks push, the hub's process is killed and started again, on a file and on a server. What
//! the desks wrote down as acknowledged must be there, once.

use super::Tally;
use super::check::Verdict;
use crate::hub::crowd::{Member, set_up};
use crate::hub::process::{Program, new_database};
use crate::outside::Dice;
use anyhow::{Context, Result};
use fengxiang_hub::store::{Failed, Store, Tx, open, read};
use fengxiang_sync::http::{HttpHub, Identity};
use fengxiang_sync::{Hub, HubError};
use fengxiang_wire::exchange::{PushAnswer, Receipt};
use fengxiang_wire::{Partition, Row, RowKey};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

const DESKS: u16 = 50;
/// Entries of one push: often one check-in, at times what a busy hour left.
const BATCH_MAX: u64 = 20;
/// Of so many pushes one is sent again although it was answered.
const AGAIN_EVERY: u64 = 4;
/// How long a hub serves before it is killed.
const LIFE_MS: std::ops::Range<u64> = 300..1_200;
const PAUSE: Duration = Duration::from_millis(20);
/// Within this time a hub that was started answers every desk.
const PATIENCE: Duration = Duration::from_secs(60);
const PAGE: usize = 2_000;

/// On which database.
#[derive(Debug, Clone, Copy)]
pub enum On {
    File,
    Server,
}

/// Kills a hub so many times under pushing desks.
pub fn run(executable: &Path, on: On, rounds: u64, seed: u64) -> Result<Tally> {
    let mut tally = Tally::new("R1H");
    let folder = tempfile::tempdir()?;
    let database = match on {
        On::File => folder.path().join("hub.db").to_string_lossy().into_owned(),
        On::Server => new_database(&format!("crash_{seed}_{rounds}"))?,
    };
    let members = set_up(&database, DESKS)?;
    let mut hub = Program::new(executable, &database)?;
    let mut dice = Dice::new(seed);
    let crowd = Crowd::start(&members, &hub.address, seed);
    for round in 1..=rounds {
        hub.serve().with_context(|| format!("{on:?}, round {round}"))?;
        std::thread::sleep(Duration::from_millis(LIFE_MS.start + dice.below(LIFE_MS.end - LIFE_MS.start)));
        hub.kill();
        // What was acknowledged until now must be there, before the next life could repair anything.
        let told = crowd.take_fresh();
        let mut verdict = Verdict::default();
        look_for(&*open(&database)?, &members, &told, &mut verdict)?;
        tally.count(&format!("{on:?}, round {round}"), verdict);
    }
    hub.serve()?;
    let (acknowledged, faults) = crowd.end();
    hub.stop()?;
    let mut verdict = Verdict::default();
    faults.into_iter().for_each(|fault| fault.tell(&mut verdict));
    check_all(&*open(&database)?, &members, &acknowledged, &mut verdict)?;
    let total: u64 = acknowledged.iter().sum();
    tally.count(&format!("{on:?}, at the end"), verdict);
    tally.rounds -= 1;
    tally.notes.push(format!("{on:?}: {DESKS} desks, {total} changes acknowledged, {rounds} kills"));
    Ok(tally)
}

/// What a desk found wrong in an answer.
enum Fault {
    /// The hub knows less than it had acknowledged, or another than was sent.
    Lost(String),
    /// The same push again had another outcome.
    Again(String),
}

impl Fault {
    fn tell(self, verdict: &mut Verdict) {
        match self {
            Fault::Lost(text) => verdict.lose(text),
            Fault::Again(text) => verdict.double(text),
        }
    }
}

/// What the desks wrote down.
#[derive(Default)]
struct Ledger {
    /// By desk, the last number that was acknowledged.
    acknowledged: Vec<u64>,
    /// By desk, how far that was looked for.
    looked_for: Vec<u64>,
    faults: Vec<Fault>,
}

/// Fifty desks at work on threads of their own.
struct Crowd {
    ledger: Arc<Mutex<Ledger>>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Crowd {
    fn start(members: &[Member], address: &str, seed: u64) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let zeros = || vec![0; members.len()];
        let ledger = Arc::new(Mutex::new(Ledger { acknowledged: zeros(), looked_for: zeros(), faults: Vec::new() }));
        let is_over = Arc::new(AtomicBool::new(false));
        let (members, address) = (members.to_vec(), address.to_owned());
        let (kept, over) = (Arc::clone(&ledger), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            let runtime =
                Builder::new_current_thread().enable_all().build().expect("a runtime needs no more than files");
            let desks = tokio::task::LocalSet::new();
            for (at, member) in members.into_iter().enumerate() {
                let dice = Dice::new(seed.wrapping_add(1 + at as u64));
                let (ledger, is_over) = (Arc::clone(&kept), Arc::clone(&over));
                let desk = Pushing { at, member, dice, ledger, is_over };
                desks.spawn_local(desk.work(address.clone()));
            }
            runtime.block_on(desks);
        });
        Self { ledger, is_over, thread }
    }

    /// By desk, the numbers that were acknowledged since it was asked before.
    fn take_fresh(&self) -> Vec<std::ops::Range<u64>> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let acknowledged = ledger.acknowledged.clone();
        let before = std::mem::replace(&mut ledger.looked_for, acknowledged.clone());
        before.into_iter().zip(acknowledged).map(|(from, to)| from + 1..to + 1).collect()
    }

    /// Lets every desk finish what it is at.
    fn end(self) -> (Vec<u64>, Vec<Fault>) {
        self.is_over.store(true, Ordering::SeqCst);
        let is_done = self.thread.join().is_ok();
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let mut faults = std::mem::take(&mut ledger.faults);
        if !is_done {
            faults.push(Fault::Lost("a desk gave up".into()));
        }
        (std::mem::take(&mut ledger.acknowledged), faults)
    }
}

struct Pushing {
    at: usize,
    member: Member,
    dice: Dice,
    ledger: Arc<Mutex<Ledger>>,
    is_over: Arc<AtomicBool>,
}

impl Pushing {
    /// One push after the other, each as often as it takes to be answered.
    async fn work(mut self, address: String) {
        let identity = Identity { device: self.member.device, signing_key: self.member.key };
        let line = HttpHub::new(&address, &identity, None).expect("an address of this machine");
        let mut acknowledged = 0;
        while !self.is_over.load(Ordering::SeqCst) {
            let end = acknowledged + 2 + self.dice.below(BATCH_MAX);
            let Some(receipts) = self.push(&line, acknowledged + 1..end, acknowledged).await else { return };
            acknowledged = end - 1;
            self.ledger.lock().unwrap_or_else(PoisonError::into_inner).acknowledged[self.at] = acknowledged;
            if self.dice.below(AGAIN_EVERY) == 0 {
                let from = receipts.first().map_or(end, |r| r.number);
                let Some(again) = self.push(&line, from..end, acknowledged).await else { return };
                if again != receipts {
                    self.fault(Fault::Again(format!("desk {}, {from}..{end}: another outcome", self.at)));
                }
            }
        }
    }

    /// `None`: there is no sense in going on.
    async fn push(&self, line: &HttpHub, numbers: std::ops::Range<u64>, confirmed: u64) -> Option<Vec<Receipt>> {
        let push = self.member.push(numbers.clone(), confirmed, 1_000);
        let begun = Instant::now();
        loop {
            match line.push(&push).await {
                Ok(PushAnswer::Taken { receipts, .. }) => {
                    if receipts.len() as u64 != numbers.end - numbers.start {
                        self.fault(Fault::Lost(format!(
                            "desk {}: {} receipts of {numbers:?}",
                            self.at,
                            receipts.len()
                        )));
                    }
                    return Some(receipts);
                }
                // A hub that is not there now will be.
                Err(HubError::Offline | HubError::Busy { .. }) if begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(PAUSE).await;
                }
                other => {
                    self.fault(Fault::Lost(format!("desk {}, {numbers:?}: {other:?}", self.at)));
                    return None;
                }
            }
        }
    }

    fn fault(&self, fault: Fault) {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).faults.push(fault);
    }
}

fn key_of(member: &Member, number: u64) -> RowKey {
    let entry = member.fact(number);
    RowKey { partition: entry.partition, kind: entry.kind, id: entry.id }
}

fn is_as_sent(row: &Row, member: &Member, number: u64) -> bool {
    let entry = member.fact(number);
    let sent = entry.fields.iter().map(|f| (f.field, &f.value));
    row.subject == entry.subject && sent.eq(row.fields.iter().map(|(number, register)| (*number, &register.value)))
}

/// These numbers of each desk: each with its row as it was sent, and with its receipt.
fn look_for(
    store: &dyn Store,
    members: &[Member],
    told: &[std::ops::Range<u64>],
    verdict: &mut Verdict,
) -> Result<(), Failed> {
    read(store, &mut |tx| {
        for (member, numbers) in members.iter().zip(told) {
            look_for_one(tx, member, numbers.clone(), verdict)?;
        }
        Ok(())
    })
}

fn look_for_one(
    tx: &mut dyn Tx,
    member: &Member,
    numbers: std::ops::Range<u64>,
    verdict: &mut Verdict,
) -> Result<(), Failed> {
    if numbers.is_empty() {
        return Ok(());
    }
    let keys: Vec<RowKey> = numbers.clone().map(|number| key_of(member, number)).collect();
    let rows: BTreeMap<RowKey, Row> = tx.list_rows(&keys)?.into_iter().map(|row| (row.key.clone(), row)).collect();
    let receipts = tx.list_receipts(member.replica, numbers.start, numbers.end - 1)?;
    let receipts: BTreeSet<u64> = receipts.iter().map(|r| r.receipt.number).collect();
    for (number, key) in numbers.zip(&keys) {
        let is_whole = rows.get(key).is_some_and(|row| is_as_sent(row, member, number)) && receipts.contains(&number);
        if !is_whole {
            verdict.lose(format!("{number} of {}", member.device));
        }
    }
    Ok(())
}

/// Every row that was acknowledged, each with one place in the feed, and none besides.
fn check_all(store: &dyn Store, members: &[Member], acknowledged: &[u64], verdict: &mut Verdict) -> Result<(), Failed> {
    let told: Vec<_> = acknowledged.iter().map(|last| 1..last + 1).collect();
    look_for(store, members, &told, verdict)?;
    let partitions: BTreeSet<Partition> = members.iter().map(|member| member.partition).collect();
    for partition in partitions {
        let theirs = members.iter().zip(acknowledged).filter(|(member, _)| member.partition == partition);
        let sent: u64 = theirs.map(|(_, last)| last).sum();
        let (head, sum) = read(store, &mut |tx| Ok((tx.find_head(partition)?, tx.sum_root(partition)?)))?;
        let fed = count_fed(store, partition)?;
        // A fact takes one sequence when it is taken, and none when it comes again.
        if [head, sum.rows, fed] != [sent; 3] {
            verdict.double(format!("{partition}: {sent} sent, head {head}, {} rows, {fed} in the feed", sum.rows));
        }
    }
    Ok(())
}

fn count_fed(store: &dyn Store, partition: Partition) -> Result<u64, Failed> {
    let (mut after, mut seen) = (0, BTreeSet::new());
    loop {
        let page = read(store, &mut |tx| tx.list_page(partition, after, PAGE))?;
        let Some(last) = page.last() else { return Ok(seen.len() as u64) };
        after = last.sequence;
        seen.extend(page.into_iter().map(|page_row| page_row.row.key));
    }
}
