//! The end of a cycle: sums of desk and hub are compared, and what differs is read again row by row.

use crate::cycle::{Cycle, Stopped};
use crate::hub::Hub;
use crate::local::{Alarm, Local};
use fengxiang_wire::exchange::{Bucket, Digest, DigestAnswer, PullAnswer, Reread, Sum};
use fengxiang_wire::{Id, Partition, RowKey};
use std::collections::BTreeSet;

impl<L: Local, H: Hub> Cycle<'_, L, H> {
    /// Compares the sums of each partition, and reads again what differs. Returns how many rows did.
    pub(crate) async fn compare(&self, partitions: &[Partition]) -> Result<u64, Stopped> {
        let mut repaired = 0;
        for partition in partitions {
            repaired += self.compare_partition(*partition).await?;
        }
        if repaired > 0 {
            self.local.transact(|tx| tx.raise(Alarm::Repaired { rows: repaired }))?;
        }
        Ok(repaired)
    }

    async fn compare_partition(&self, partition: Partition) -> Result<u64, Stopped> {
        let Some((root, _)) = self.sums(partition, true).await? else { return Ok(0) };
        if root == self.local.transact(|tx| tx.find_sum(partition))? {
            return Ok(0);
        }
        let Some((_, theirs)) = self.sums(partition, false).await? else { return Ok(0) };
        let ours = self.local.transact(|tx| tx.list_buckets(partition))?;
        let mut repaired = 0;
        for (kind, byte) in differing(&ours, &theirs) {
            repaired += self.repair(partition, &kind, byte).await?;
        }
        Ok(repaired)
    }

    /// `None` when the hub has moved on since: the next cycle compares.
    async fn sums(&self, partition: Partition, is_root: bool) -> Result<Option<(Sum, Vec<Bucket>)>, Stopped> {
        let (standing, cursor) = self.local.transact(|tx| Ok((tx.standing()?, tx.find_cursor(partition)?)))?;
        match self.hub.digest(&Digest { epoch: standing.epoch, partition, is_root }).await? {
            DigestAnswer::Sums { head, root, buckets } => Ok((head == cursor).then_some((root, buckets))),
            DigestAnswer::EpochChanged { .. } => Err(Stopped::Again),
            DigestAnswer::NotFound => Ok(None),
        }
    }

    async fn repair(&self, partition: Partition, kind: &str, byte: u8) -> Result<u64, Stopped> {
        let epoch = self.local.transact(|tx| tx.standing())?.epoch;
        let (mut seen, mut after, mut rows) = (BTreeSet::new(), None, 0);
        loop {
            let reread = Reread { epoch, partition, kind: kind.to_owned(), byte, after };
            let page = match self.hub.reread(&reread).await? {
                PullAnswer::Page(page) => page,
                PullAnswer::EpochChanged { .. } => return Err(Stopped::Again),
                PullAnswer::NotFound => return Ok(rows),
            };
            self.local.transact(|tx| page.rows.iter().try_for_each(|page_row| tx.put_row(&page_row.row)))?;
            rows += page.rows.len() as u64;
            seen.extend(page.rows.iter().map(|page_row| page_row.row.key.id));
            after = page.rows.last().map(|page_row| page_row.row.key.id);
            if page.is_end || after.is_none() {
                break;
            }
        }
        rows += self.remove_unseen(partition, kind, byte, &seen)?;
        Ok(rows)
    }

    fn remove_unseen(&self, partition: Partition, kind: &str, byte: u8, seen: &BTreeSet<Id>) -> Result<u64, Stopped> {
        Ok(self.local.transact(|tx| {
            let ours = tx.list_bucket_ids(partition, kind, byte)?;
            let unseen: Vec<Id> = ours.into_iter().filter(|id| !seen.contains(id)).collect();
            for id in &unseen {
                tx.remove_row(&RowKey { partition, kind: kind.to_owned(), id: *id })?;
            }
            Ok(unseen.len() as u64)
        })?)
    }
}

fn differing(ours: &[Bucket], theirs: &[Bucket]) -> BTreeSet<(String, u8)> {
    let name = |b: &Bucket| (b.kind.clone(), b.byte);
    let other = |one: &[Bucket], two: &[Bucket]| -> Vec<(String, u8)> {
        one.iter().filter(|b| !two.contains(b)).map(name).collect()
    };
    other(ours, theirs).into_iter().chain(other(theirs, ours)).collect()
}
