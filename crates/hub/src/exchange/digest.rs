//! Sums over a partition by which desk and hub notice that they differ, and the rows of a bucket that differs.

use super::Asking;
use super::size::fitting;
use crate::store::{Failed, Tx};
use fengxiang_wire::exchange::{Digest, DigestAnswer, Page, PullAnswer, Reread};
use fengxiang_wire::limits::PAGE_ROWS;

/// Answers from the open transaction.
pub fn answer_digest(tx: &mut dyn Tx, asking: &Asking, digest: &Digest) -> Result<DigestAnswer, Failed> {
    let epoch = tx.epoch()?;
    if epoch != digest.epoch {
        return Ok(DigestAnswer::EpochChanged { epoch });
    }
    if !asking.may_read(digest.partition) {
        return Ok(DigestAnswer::NotFound);
    }
    let head = tx.find_head(digest.partition)?;
    let root = tx.sum_root(digest.partition)?;
    let buckets = if digest.is_root { Vec::new() } else { tx.list_buckets(digest.partition)? };
    Ok(DigestAnswer::Sums { head, root, buckets })
}

/// The rows of one bucket, page by page. `cursor` says nothing here.
pub fn reread(tx: &mut dyn Tx, asking: &Asking, reread: &Reread) -> Result<PullAnswer, Failed> {
    let epoch = tx.epoch()?;
    if epoch != reread.epoch {
        return Ok(PullAnswer::EpochChanged { epoch });
    }
    if !asking.may_read(reread.partition) {
        return Ok(PullAnswer::NotFound);
    }
    let mut rows = tx.list_bucket(reread.partition, &reread.kind, reread.byte, reread.after, PAGE_ROWS + 1)?;
    let fitting = rows.len().min(PAGE_ROWS).min(fitting(rows.iter().map(|r| &r.row)));
    let is_end = fitting == rows.len();
    rows.truncate(fitting);
    Ok(PullAnswer::Page(Page { rows, cursor: 0, is_end }))
}
