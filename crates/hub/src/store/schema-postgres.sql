-- The hub in a PostgreSQL database, schema 1. A released step is never changed; another is added in `postgres/ladder.rs`.
-- Plain tables and arrays only, so that engines like PostgreSQL can hold them, in pieces too: no sequence, trigger, advisory
-- lock or reference across partitions. Texts are ordered by their bytes.
-- Every key begins with the district. Values are sealed on the desks: nothing here can be read as a name or a number.
-- Unless said otherwise: `_at` is milliseconds UTC by the hub's clock, a partition is written as `station/<32 hex digits>`.

CREATE TABLE hub (
    district TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- key of the district, chosen by whoever opens the store
    epoch BIGINT NOT NULL -- 1 at set-up, one more after each restore
);

CREATE TABLE partition_head (
    district TEXT COLLATE "C" NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    head BIGINT NOT NULL DEFAULT 0, -- the last sequence that was given
    issued BIGINT NOT NULL DEFAULT 0, -- the last place that was given to an act: 47 bits of milliseconds, 16 of counter
    row_count BIGINT NOT NULL DEFAULT 0, -- rows of the partition
    digest_sum BIGINT NOT NULL DEFAULT 0, -- wrapping sum of their digests
    PRIMARY KEY (district, partition)
);

CREATE TABLE stored_row (
    district TEXT COLLATE "C" NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL, -- name of the kind; only desks know what it means
    id BYTEA NOT NULL, -- 16 random bytes, made on a desk
    sequence BIGINT NOT NULL, -- place in the feed of its partition; 0: not in the feed
    shape TEXT COLLATE "C" NOT NULL, -- fact, act, record, tray or derived
    subject BYTEA, -- 16 random bytes that stand for a person; null: concerns nobody
    tray_kind TEXT COLLATE "C", -- of a tray row: kind of the row whose values it holds
    tray_id BYTEA, -- of a tray row: id of that row
    tray_field BIGINT, -- of a tray row: number of the field
    fields BYTEA NOT NULL, -- CBOR: by field number the sealed value, its stamp, base, epoch and whether it is personal
    digest BIGINT NOT NULL, -- what the row adds to the sums, 64 bits of a hash over all of it
    PRIMARY KEY (district, partition, kind, id)
);

CREATE UNIQUE INDEX stored_row_feed ON stored_row (district, partition, sequence) WHERE sequence > 0;
CREATE INDEX stored_row_subject ON stored_row (district, partition, subject) WHERE subject IS NOT NULL;
CREATE INDEX stored_row_tray ON stored_row (district, partition, tray_kind, tray_id) WHERE tray_id IS NOT NULL;

CREATE TABLE row_bucket (
    district TEXT COLLATE "C" NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    first_byte SMALLINT NOT NULL, -- of the ids in this bucket, 0 to 255
    row_count BIGINT NOT NULL, -- rows in it
    digest_sum BIGINT NOT NULL, -- wrapping sum of their digests
    PRIMARY KEY (district, partition, kind, first_byte)
);

CREATE TABLE replica (
    district TEXT COLLATE "C" NOT NULL,
    replica BYTEA NOT NULL, -- 16 random bytes, one incarnation of a desk's file
    last_number BIGINT NOT NULL DEFAULT 0, -- of the last entry that was taken
    last_eff BIGINT NOT NULL DEFAULT 0, -- the last stamp that was given to it
    confirmed BIGINT NOT NULL DEFAULT 0, -- the last number whose receipt the desk says it has
    PRIMARY KEY (district, replica)
);

CREATE TABLE receipt (
    district TEXT COLLATE "C" NOT NULL,
    replica BYTEA NOT NULL,
    number BIGINT NOT NULL, -- of the entry, dense within its replica
    entry_hash BYTEA NOT NULL, -- 32 bytes, chained by the desk
    outcome TEXT COLLATE "C" NOT NULL, -- applied, superseded, conflict, scrubbed or refused/<why>
    given BYTEA, -- CBOR: the place of the entry; null: it was refused
    partition TEXT COLLATE "C" NOT NULL, -- of the row that the entry told of
    kind TEXT COLLATE "C" NOT NULL,
    id BYTEA NOT NULL,
    received_at BIGINT NOT NULL, -- receipts older than 90 days go when the desk has confirmed a later one
    PRIMARY KEY (district, replica, number)
);

CREATE TABLE edit (
    district TEXT COLLATE "C" NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    first_hash BYTEA NOT NULL, -- name of the edit for ever
    body BYTEA NOT NULL, -- CBOR: its stamp, and of each field the base and the epoch
    PRIMARY KEY (district, partition, first_hash)
);

CREATE TABLE erase_order (
    district TEXT COLLATE "C" NOT NULL,
    ordinal BIGINT NOT NULL, -- 1, 2, 3 … in the order of the ledger
    order_id BYTEA NOT NULL, -- 16 random bytes
    body BYTEA NOT NULL, -- CBOR of the signed order: ids only
    PRIMARY KEY (district, ordinal),
    UNIQUE (district, order_id)
);

CREATE TABLE erased_subject (
    district TEXT COLLATE "C" NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    subject BYTEA NOT NULL, -- whoever sends personal values of it: they are taken away
    PRIMARY KEY (district, partition, subject)
);

CREATE TABLE card (
    district TEXT COLLATE "C" NOT NULL,
    drawer TEXT COLLATE "C" NOT NULL, -- device, station, invitation, envelope or district
    card_key BYTEA NOT NULL,
    body BYTEA NOT NULL, -- CBOR of one of the hub's own documents
    PRIMARY KEY (district, drawer, card_key)
);
