-- The hub in one SQLite file, schema 1. A released step is never changed; another is added in `sqlite/ladder.rs`.
-- Every key begins with the district. Values are sealed on the desks: nothing here can be read as a name or a number.
-- Unless said otherwise: `_at` is milliseconds UTC by the hub's clock, a partition is written as `station/<32 hex digits>`.

CREATE TABLE hub (
    district TEXT NOT NULL PRIMARY KEY, -- key of the district, chosen by whoever opens the store
    epoch INTEGER NOT NULL -- 1 at set-up, one more after each restore
) STRICT;

CREATE TABLE partition_head (
    district TEXT NOT NULL,
    partition TEXT NOT NULL,
    head INTEGER NOT NULL DEFAULT 0, -- the last sequence that was given
    issued INTEGER NOT NULL DEFAULT 0, -- the last place that was given to an act: 47 bits of milliseconds, 16 of counter
    row_count INTEGER NOT NULL DEFAULT 0, -- rows of the partition
    digest_sum INTEGER NOT NULL DEFAULT 0, -- wrapping sum of their digests
    PRIMARY KEY (district, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE stored_row (
    district TEXT NOT NULL,
    partition TEXT NOT NULL,
    kind TEXT NOT NULL, -- name of the kind; only desks know what it means
    id BLOB NOT NULL, -- 16 random bytes, made on a desk
    sequence INTEGER NOT NULL, -- place in the feed of its partition; 0: not in the feed
    shape TEXT NOT NULL, -- fact, act, record, tray or derived
    subject BLOB, -- 16 random bytes that stand for a person; null: concerns nobody
    tray_kind TEXT, -- of a tray row: kind of the row whose values it holds
    tray_id BLOB, -- of a tray row: id of that row
    tray_field INTEGER, -- of a tray row: number of the field
    fields BLOB NOT NULL, -- CBOR: by field number the sealed value, its stamp, base, epoch and whether it is personal
    digest INTEGER NOT NULL, -- what the row adds to the sums, 64 bits of a hash over all of it
    PRIMARY KEY (district, partition, kind, id)
) STRICT;

CREATE UNIQUE INDEX stored_row_feed ON stored_row (district, partition, sequence) WHERE sequence > 0;
CREATE INDEX stored_row_subject ON stored_row (district, partition, subject) WHERE subject IS NOT NULL;
CREATE INDEX stored_row_tray ON stored_row (district, partition, tray_kind, tray_id) WHERE tray_id IS NOT NULL;

CREATE TABLE row_bucket (
    district TEXT NOT NULL,
    partition TEXT NOT NULL,
    kind TEXT NOT NULL,
    first_byte INTEGER NOT NULL, -- of the ids in this bucket, 0 to 255
    row_count INTEGER NOT NULL, -- rows in it
    digest_sum INTEGER NOT NULL, -- wrapping sum of their digests
    PRIMARY KEY (district, partition, kind, first_byte)
) STRICT, WITHOUT ROWID;

CREATE TABLE replica (
    district TEXT NOT NULL,
    replica BLOB NOT NULL, -- 16 random bytes, one incarnation of a desk's file
    last_number INTEGER NOT NULL DEFAULT 0, -- of the last entry that was taken
    last_eff INTEGER NOT NULL DEFAULT 0, -- the last stamp that was given to it
    confirmed INTEGER NOT NULL DEFAULT 0, -- the last number whose receipt the desk says it has
    PRIMARY KEY (district, replica)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
    district TEXT NOT NULL,
    replica BLOB NOT NULL,
    number INTEGER NOT NULL, -- of the entry, dense within its replica
    entry_hash BLOB NOT NULL, -- 32 bytes, chained by the desk
    outcome TEXT NOT NULL, -- applied, superseded, conflict, scrubbed or refused/<why>
    given BLOB, -- CBOR: the place of the entry; null: it was refused
    partition TEXT NOT NULL, -- of the row that the entry told of
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    received_at INTEGER NOT NULL, -- receipts older than 90 days go when the desk has confirmed a later one
    PRIMARY KEY (district, replica, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE edit (
    district TEXT NOT NULL,
    partition TEXT NOT NULL,
    first_hash BLOB NOT NULL, -- name of the edit for ever
    body BLOB NOT NULL, -- CBOR: its stamp, and of each field the base and the epoch
    PRIMARY KEY (district, partition, first_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE erase_order (
    district TEXT NOT NULL,
    ordinal INTEGER NOT NULL, -- 1, 2, 3 … in the order of the ledger
    order_id BLOB NOT NULL, -- 16 random bytes
    body BLOB NOT NULL, -- CBOR of the signed order: ids only
    PRIMARY KEY (district, ordinal),
    UNIQUE (district, order_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_subject (
    district TEXT NOT NULL,
    partition TEXT NOT NULL,
    subject BLOB NOT NULL, -- whoever sends personal values of it: they are taken away
    PRIMARY KEY (district, partition, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE card (
    district TEXT NOT NULL,
    drawer TEXT NOT NULL, -- device, station, invitation, envelope or district
    card_key BLOB NOT NULL,
    body BLOB NOT NULL, -- CBOR of one of the hub's own documents
    PRIMARY KEY (district, drawer, card_key)
) STRICT, WITHOUT ROWID;
