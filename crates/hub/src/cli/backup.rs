//! Backups, and what comes behind putting one back: a new epoch, by which desks notice it, and every erasure once more.

use super::settings::Settings;
use crate::exchange::{self, Asking, Rules};
use crate::machine::Machine;
use crate::outside::Outside;
use crate::store::{Failed, Tx, open, read};
use anyhow::{Context, Result, ensure};
use std::path::Path;

pub fn back_up(settings: &Settings, file: &Path) -> Result<()> {
    ensure!(!file.exists(), "{} is there already, and no backup takes the place of a file", file.display());
    open(&settings.database)?.back_up(file).context("making the backup")?;
    println!("backed up to {}", file.display());
    Ok(())
}

/// Keeps what stands here beside the backup before it is turned back.
pub fn restore(settings: &Settings, file: &Path) -> Result<()> {
    ensure!(file.exists(), "{} is not there", file.display());
    let store = open(&settings.database)?;
    let epoch_min = seconds();
    let before = file.with_added_extension(format!("before-{epoch_min}"));
    store.back_up(&before).context("keeping what stands here now")?;
    let epoch = store.restore(file, epoch_min, &mut replay).context("restoring")?;
    let orders = read(&*store, &mut |tx| tx.count_orders())?;
    println!("restored {}\nepoch\t{epoch}\nerase orders\t{orders}, all carried out", file.display());
    println!("what stood here before lies in {}", before.display());
    Ok(())
}

/// Carries the whole ledger out. Where that was done before, it changes nothing.
pub fn replay(tx: &mut dyn Tx) -> Result<(), Failed> {
    let asking = Asking { grants: &[], now_ms: Machine.now_ms(), rules: Rules::default() };
    exchange::replay_orders(tx, &asking)
}

/// Since 1970: no two restores have one epoch, not even of one backup on two empty machines.
fn seconds() -> u64 {
    u64::try_from(Machine.now_ms() / 1_000).unwrap_or_default()
}
