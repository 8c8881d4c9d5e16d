//! Pages of a partition: rows above a cursor, each once and as it is now. Own changes come back like anyone's.

use super::size::fitting;
use super::{Asking, Break};
use crate::store::{Failed, Tx};
use fengxiang_wire::exchange::{Page, Pull, PullAnswer};
use fengxiang_wire::limits::PAGE_ROWS;

/// Answers from the open transaction.
pub fn answer_pull(tx: &mut dyn Tx, asking: &Asking, pull: &Pull) -> Result<PullAnswer, Failed> {
    let epoch = tx.epoch()?;
    if epoch != pull.epoch {
        return Ok(PullAnswer::EpochChanged { epoch });
    }
    if !asking.may_read(pull.partition) && !asking.rules.lack(Break::NoGrant) {
        return Ok(PullAnswer::NotFound);
    }
    let limit = pull.limit.clamp(1, PAGE_ROWS);
    // One more than asked for tells whether anything lies behind.
    let mut rows = tx.list_page(pull.partition, pull.after, limit + 1)?;
    let fitting = rows.len().min(limit).min(fitting(rows.iter().map(|r| &r.row)));
    let is_end = fitting == rows.len();
    rows.truncate(fitting);
    let cursor = rows.last().map_or(pull.after, |row| row.sequence);
    if asking.rules.lack(Break::NoFence) && rows.len() > 1 {
        rows.remove(0);
    }
    Ok(PullAnswer::Page(Page { rows, cursor, is_end }))
}
