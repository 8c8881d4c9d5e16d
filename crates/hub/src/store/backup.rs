//! Putting a backup back, in SQL that both databases understand. What a hub knows of its desks' rows is the backup's
//! afterwards; the ledger of erase orders and the cards are not turned back: what stands here stays, and the backup adds
//! what is not here.

/// The tables of a backup that hold what desks have sent.
const TURNED_BACK: [&str; 6] = ["partition_head", "stored_row", "row_bucket", "replica", "receipt", "edit"];
/// Every table, in an order in which it may be read.
pub(super) const TABLES: [&str; 10] = [
    "hub",
    "partition_head",
    "stored_row",
    "row_bucket",
    "replica",
    "receipt",
    "edit",
    "erase_order",
    "erased_subject",
    "card",
];

/// The statements of a restore; each takes the district. `backup` stands before the names of the backup's tables.
pub(super) fn statements(backup: &str) -> Vec<String> {
    let turn_back = |table: &str| {
        [
            format!("DELETE FROM {table} WHERE district = $1"),
            format!("INSERT INTO {table} SELECT * FROM {backup}{table} WHERE district = $1"),
        ]
    };
    TURNED_BACK.into_iter().flat_map(turn_back).chain(keep(backup)).collect()
}

/// The higher of the two epochs.
pub(super) fn last_epoch(backup: &str) -> String {
    format!(
        "SELECT max(epoch) FROM (
             SELECT epoch FROM hub WHERE district = $1 UNION ALL SELECT epoch FROM {backup}hub WHERE district = $1
         ) AS epochs"
    )
}

/// A card that stands here may be newer than the backup: a device was revoked since, a letter given.
fn keep(backup: &str) -> [String; 3] {
    [
        format!(
            "INSERT INTO card SELECT * FROM {backup}card AS b WHERE b.district = $1 AND NOT EXISTS (
                 SELECT 1 FROM card AS c
                 WHERE c.district = b.district AND c.drawer = b.drawer AND c.card_key = b.card_key)"
        ),
        format!(
            "INSERT INTO erase_order (district, ordinal, order_id, body)
             SELECT b.district,
                 (SELECT coalesce(max(ordinal), 0) FROM erase_order WHERE district = $1)
                     + row_number() OVER (ORDER BY b.ordinal),
                 b.order_id, b.body
             FROM {backup}erase_order AS b WHERE b.district = $1 AND NOT EXISTS (
                 SELECT 1 FROM erase_order AS o WHERE o.district = b.district AND o.order_id = b.order_id)"
        ),
        format!(
            "INSERT INTO erased_subject SELECT * FROM {backup}erased_subject WHERE district = $1
             ON CONFLICT (district, partition, subject) DO NOTHING"
        ),
    ]
}
