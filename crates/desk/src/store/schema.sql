-- Schema 1. Not frozen yet: it becomes a fixture on the day of release, and from then on changes by steps only.
-- Rows refer to each other by id without a foreign key where a hub may bring them in another order.
-- Each column says its unit or format and its data class L1–L5 (domain/05-privacy.md).
-- `_at` is milliseconds UTC, `_on` a date in UTC+8, ids are UUID text.

-- Settings of this file. `replica`: 32 hex digits, one per incarnation of the file; `station_key`: 64 hex digits, under
-- which values are authenticated; `acked_number`, `acked_h`, `acked_hash`: the last entry a hub has confirmed, absent before;
-- `sync_*`: the hub, this device and its keys, epoch, orders taken, offering, clock offset and the kinds that rows were shown with,
-- absent before it joined; `sync_revoked`: a hub has taken this PC out;
-- `desk_letter`: stands in human numbers, A before it joined; `sync_letter_wanted`: another file may issue with it too, and the
-- hub is to give another one;
-- `is_district`: this is a desk of the district office: its `station` is the office, and what is the office's goes to no hub;
-- `board_station_told`: what this desk said last of its station, JSON;
-- `backups_renewed`: how many orders to erase somebody the copies on this PC are true for;
-- `backed_up_line`: the last line of the trail that the newest automatic backup holds;
-- `restored_at`: when the file noticed that it had been restored; `counted_up_to`: see `day_total`.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,  -- L2, name of the setting
    value TEXT NOT NULL      -- L4, its value
) STRICT;

CREATE TABLE station (
    id            TEXT PRIMARY KEY,      -- L1, UUID
    code          TEXT NOT NULL UNIQUE,  -- L1, as in GX03; fixed once a number is issued
    name          TEXT NOT NULL,         -- L1
    level         TEXT NOT NULL CHECK (level IN ('basic', 'standard', 'core')), -- L1
    address       TEXT NOT NULL,         -- L1
    opening_rules TEXT NOT NULL,         -- L1, JSON list of {weekday 1-7, opens, closes, attended}
    phone         TEXT,                  -- L1
    manager_phone TEXT,                  -- L3, whom to call in an emergency
    aed_place     TEXT,                  -- L1, where the defibrillator hangs
    created_at    INTEGER NOT NULL       -- L2
) STRICT;

CREATE TABLE opening_balance (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    indicator  TEXT NOT NULL,                              -- L2, code of the indicator
    as_of_on   TEXT NOT NULL,                              -- L2, date up to which it counts
    value      INTEGER NOT NULL CHECK (value >= 0),        -- L2, in the indicator's unit
    source     TEXT NOT NULL,                              -- L2, document it was taken from
    is_alive   INTEGER NOT NULL CHECK (is_alive IN (0, 1)) -- L2, 0: removed
) STRICT;

CREATE TABLE staff (
    id             TEXT PRIMARY KEY,                       -- L2, UUID
    station_id     TEXT NOT NULL REFERENCES station (id),  -- L1
    name           TEXT NOT NULL,                          -- L3
    role           TEXT NOT NULL,                          -- L2, code of the role
    valid_until_on TEXT,                                   -- L2, last day of a volunteer's access
    is_active      INTEGER NOT NULL CHECK (is_active IN (0, 1)), -- L2, 0: does not work here any more
    created_at     INTEGER NOT NULL                        -- L2
) STRICT;

-- A person's slot of the key file, as it lies there: with it their password opens every desk of the station.
CREATE TABLE staff_slot (
    id         TEXT PRIMARY KEY,                           -- L2, UUID of the person
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    slot       TEXT                                        -- L4, JSON of the wrapped keys; null: no password
) STRICT;

-- Local to this PC: never enters the outbox.
CREATE TABLE staff_pin (
    staff_id   TEXT PRIMARY KEY REFERENCES staff (id),     -- L2
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    salt       BLOB NOT NULL,                              -- L4, 16 bytes
    hash       BLOB NOT NULL,                              -- L4, Argon2id, 32 bytes
    failures   INTEGER NOT NULL                            -- L2, wrong tries in a row; raised before the check
) STRICT;

CREATE TABLE visitor (
    search_no     INTEGER PRIMARY KEY,                     -- L2, short name of the row in visitor_key; local
    id            TEXT NOT NULL UNIQUE,                    -- L2, random UUID: the subject of personal parts
    station_id    TEXT NOT NULL REFERENCES station (id),   -- L1
    card_no       TEXT NOT NULL,                           -- L3, ASCII with check character
    alias         TEXT NOT NULL,                           -- L3, how the person is called at the counter
    visitor_type  TEXT NOT NULL,                           -- L2, code list visitor_type
    platform      TEXT,                                    -- L2, code list platform
    name          TEXT,                                    -- L3
    phone         TEXT,                                    -- L3, digits
    phone_tail    TEXT,                                    -- L3, last four digits
    work_area     TEXT,                                    -- L3
    merged_into   TEXT,                                    -- L2, survivor of the group; a cache of visitor_merge
    created_at    INTEGER NOT NULL                         -- L2
) STRICT;
CREATE INDEX visitor_by_card ON visitor (card_no);
CREATE INDEX visitor_by_group ON visitor (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX visitor_by_alias ON visitor (alias, id) WHERE merged_into IS NULL;
CREATE INDEX visitor_by_type ON visitor (visitor_type, alias, id) WHERE merged_into IS NULL;

-- What a visitor is found by, as beginnings (domain::names). Computed from visitor: local, goes when the person is erased.
CREATE TABLE visitor_key (
    key        TEXT NOT NULL,                              -- L3, part of a name, reading, initials, digits or card number
    visitor_no INTEGER NOT NULL REFERENCES visitor (search_no), -- L2
    PRIMARY KEY (key, visitor_no)
) STRICT, WITHOUT ROWID;

-- Says that two entries are one person; the survivor is the smallest id of the group.
CREATE TABLE visitor_merge (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    at         INTEGER NOT NULL,                           -- L2
    one_id     TEXT NOT NULL,                              -- L2
    other_id   TEXT NOT NULL                               -- L2
) STRICT;

-- A station's own words and entries; built-in ones are in the program.
CREATE TABLE code_item (
    id         TEXT PRIMARY KEY,                           -- L1, UUID computed from list and code under a key of the station
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    list       TEXT NOT NULL,                              -- L1, visitor_type, platform, service_item or ticket_category
    code       TEXT NOT NULL,                              -- L1
    label      TEXT,                                       -- L1, null: the built-in word
    is_retired INTEGER NOT NULL CHECK (is_retired IN (0, 1)), -- L1, no longer offered
    is_sensitive INTEGER NOT NULL CHECK (is_sensitive IN (0, 1)), -- L1, never linked to a person; set when made
    UNIQUE (station_id, list, code)
) STRICT;

CREATE TABLE consent (
    id           TEXT PRIMARY KEY,                         -- L3, UUID
    station_id   TEXT NOT NULL REFERENCES station (id),    -- L1
    visitor_id   TEXT NOT NULL,                            -- L3
    text_version INTEGER NOT NULL,                         -- L2, version of the notice that was read
    method       TEXT NOT NULL,                            -- L2, spoken, signed or paper
    witness_id   TEXT NOT NULL,                            -- L2, staff
    given_at     INTEGER NOT NULL                          -- L3
) STRICT;

-- Facts: inserted, never changed. The countable part stays for ever; visitor_id and free words are the personal part.
CREATE TABLE visit (
    id           TEXT PRIMARY KEY,                         -- L2, UUID
    station_id   TEXT NOT NULL REFERENCES station (id),    -- L1
    at           INTEGER NOT NULL,                         -- L2
    business_on  TEXT NOT NULL,                            -- L2, business day at writing
    visitor_type TEXT NOT NULL,                            -- L2
    people       INTEGER NOT NULL CHECK (people BETWEEN 1 AND 50), -- L2, persons
    channel      TEXT NOT NULL CHECK (channel IN ('desk', 'self', 'counter', 'backfill')), -- L2
    is_separate  INTEGER NOT NULL CHECK (is_separate IN (0, 1)), -- L2, counts although the person came within the hour
    separate_reason TEXT,                                  -- L3, why, in free words
    separate_by  TEXT,                                     -- L2, staff who said so
    replaces     TEXT,                                     -- L2, the wrong entry that this one corrects
    visitor_id   TEXT                                      -- L3, null when nobody was named
) STRICT;
CREATE INDEX visit_by_day ON visit (business_on, at);
-- Reports read these two alone; the first adds up by hour of the day.
CREATE INDEX visit_anonymous ON visit (business_on, visitor_type, channel, at / 3600000, people) WHERE visitor_id IS NULL;
CREATE INDEX visit_named ON visit (business_on, at, visitor_id, visitor_type, channel, is_separate) WHERE visitor_id IS NOT NULL;
CREATE INDEX visit_by_visitor ON visit (visitor_id, at) WHERE visitor_id IS NOT NULL;

-- Arrivals that count, by day: computed from visit, visit_void and visitor_merge up to the rows that the setting
-- `counted_up_to` names (replica, then the last row of each), so that a report after a start need not count them all. Local.
CREATE TABLE day_total (
    station_id  TEXT NOT NULL REFERENCES station (id),     -- L1
    business_on TEXT NOT NULL,                             -- L2
    visit_count INTEGER NOT NULL CHECK (visit_count >= 0), -- L2, persons
    PRIMARY KEY (station_id, business_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE visit_leave (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    visit_id   TEXT NOT NULL,                              -- L2
    at         INTEGER NOT NULL                            -- L2
) STRICT;
CREATE INDEX visit_leave_by_visit ON visit_leave (visit_id);

CREATE TABLE visit_void (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    visit_id   TEXT NOT NULL,                              -- L2
    at         INTEGER NOT NULL,                           -- L2
    cause      TEXT NOT NULL CHECK (cause IN ('undo', 'void', 'correct')), -- L2, the act
    reason     TEXT                                        -- L3, in free words; null for an undo
) STRICT;
CREATE INDEX visit_void_by_visit ON visit_void (visit_id);

-- A sensitive item has neither visit nor time of day, and no row order: nothing ties it to a person.
CREATE TABLE service (
    id          TEXT PRIMARY KEY,                          -- L2, UUID; of a sensitive item wholly random
    station_id  TEXT NOT NULL REFERENCES station (id),     -- L1
    business_on TEXT NOT NULL,                             -- L2
    visit_id    TEXT,                                      -- L2, null for sensitive items
    item        TEXT NOT NULL,                             -- L2, code list service_item
    people      INTEGER NOT NULL CHECK (people BETWEEN 1 AND 50), -- L2, persons who got it
    is_queued   INTEGER NOT NULL CHECK (is_queued IN (0, 1)), -- L2, stands in the outbox; a sensitive item only from the next day
    queue_after_on TEXT                                    -- L2, day a sensitive item was written; null once it is queued
) STRICT, WITHOUT ROWID;
CREATE INDEX service_to_queue ON service (queue_after_on) WHERE is_queued = 0;
CREATE INDEX service_by_day ON service (business_on, item, people);
CREATE INDEX service_by_visit ON service (visit_id) WHERE visit_id IS NOT NULL;

-- Of a sensitive item: random id, no time, no row order, queued a day late, like the item itself.
CREATE TABLE service_void (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    service_id TEXT NOT NULL,                              -- L2
    at         INTEGER,                                    -- L2, null for sensitive items
    is_queued  INTEGER NOT NULL CHECK (is_queued IN (0, 1)) -- L2, stands in the outbox
) STRICT, WITHOUT ROWID;
CREATE INDEX service_void_to_queue ON service_void (id) WHERE is_queued = 0;
CREATE INDEX service_void_by_service ON service_void (service_id);

CREATE TABLE ticket (
    id          TEXT PRIMARY KEY,                          -- L2, UUID
    station_id  TEXT NOT NULL REFERENCES station (id),     -- L1
    no          TEXT NOT NULL,                             -- L2, human number
    at          INTEGER NOT NULL,                          -- L2
    sentence    TEXT NOT NULL,                             -- L3, in the rider's words
    phone       TEXT,                                      -- L3
    slip_hash   BLOB,                                      -- L3, BLAKE3 of id and slip code under a key of the station
    category    TEXT,                                      -- L2, null until classified
    is_urgent   INTEGER NOT NULL CHECK (is_urgent IN (0, 1)), -- L2
    group_size  INTEGER,                                   -- L2, persons
    taken_by    TEXT                                       -- L2, staff who wrote it down
) STRICT;
CREATE INDEX ticket_by_phone ON ticket (phone) WHERE phone IS NOT NULL;

-- Human numbers that this desk leaves out after a restore: what the lost part of the file issued stands on paper already.
CREATE TABLE number_gap (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    kind       TEXT NOT NULL,                              -- L2, letters its numbers begin with, as SQ
    desk       TEXT NOT NULL,                              -- L2, letter of the desk
    from_no    INTEGER NOT NULL CHECK (from_no >= 1),      -- L2, first counter that is left out
    to_no      INTEGER NOT NULL CHECK (to_no >= from_no),  -- L2, last one
    at         INTEGER NOT NULL                            -- L2, when the restore was noticed
) STRICT;

-- Safety incidents: illness, fire, dispute …
CREATE TABLE incident (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    no         TEXT NOT NULL,                              -- L2, human number
    at         INTEGER NOT NULL,                           -- L2
    kind       TEXT NOT NULL,                              -- L2, code of the kind
    text       TEXT NOT NULL                               -- L3, what happened, in free words
) STRICT;

-- Acts of a shift; its state is their fold, those with a place in its order, then those that wait.
CREATE TABLE shift_act (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    shift_id   TEXT NOT NULL,                              -- L2, UUID made by the opening act
    at         INTEGER NOT NULL,                           -- L2
    body       TEXT NOT NULL,                              -- L2, JSON of domain::shift::ShiftAct: staff ids, no names
    place      INTEGER                                     -- L2, the hub's stamp; null: not acknowledged
) STRICT;
CREATE INDEX shift_act_by_shift ON shift_act (shift_id);

CREATE TABLE handover (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    at         INTEGER NOT NULL,                           -- L2
    text       TEXT NOT NULL                               -- L3, free text
) STRICT;

CREATE TABLE handover_tick (
    id          TEXT PRIMARY KEY,                          -- L2, UUID
    station_id  TEXT NOT NULL REFERENCES station (id),     -- L1
    handover_id TEXT NOT NULL,                             -- L2
    at          INTEGER NOT NULL                           -- L2
) STRICT;
CREATE INDEX handover_tick_by_handover ON handover_tick (handover_id);

-- Acts as well: the last of them tells whether the station is shut for a while.
CREATE TABLE station_pause (
    id         TEXT PRIMARY KEY,                           -- L1, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    at         INTEGER NOT NULL,                           -- L1
    reason     TEXT,                                       -- L1, null: open again
    reopen_at  INTEGER,                                    -- L1, expected
    place      INTEGER                                     -- L2, the hub's stamp; null: not acknowledged
) STRICT;

CREATE TABLE expiry (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    name       TEXT NOT NULL,                              -- L2, what goes out of date
    expires_on TEXT NOT NULL,                              -- L2, last good day
    is_alive   INTEGER NOT NULL CHECK (is_alive IN (0, 1)) -- L2, 0: removed
) STRICT;

-- What a hub has not acknowledged yet. Dense numbers, chained hashes; only erasure may take a value away.
CREATE TABLE outbox (
    number     INTEGER PRIMARY KEY CHECK (number >= 1),    -- L2, 1, 2, 3 …; goes on when the hub has taken all
    station_id TEXT NOT NULL,                              -- L1, whose partition it goes to
    partition  TEXT NOT NULL CHECK (partition IN ('station', 'board', 'party', 'shared')), -- L2, with station_id: where it goes
    kind       TEXT NOT NULL,                              -- L2
    id         TEXT NOT NULL,                              -- L2, UUID of the row
    subject    TEXT,                                       -- L2, random id of the person concerned
    h          INTEGER NOT NULL,                           -- L2, stamp: 47 bits ms, 16 bits counter
    fields     TEXT NOT NULL,                              -- L4, JSON list of {field, base, value}
    macs       BLOB NOT NULL,                              -- L2, keyed BLAKE3 of each value in turn, 32 bytes each
    origin     BLOB,                                       -- L2, first hash, 32 bytes, when numbered anew by a later incarnation
    given      TEXT,                                       -- L2, JSON of the place a hub gave it before that hub was restored
    dealt_at   INTEGER,                                    -- L2, when a person gave it up, refused before: it goes without its values
    hash       BLOB NOT NULL                               -- L2, BLAKE3 over the canonical entry, 32 bytes
) STRICT;

-- Acknowledged entries, kept 35 days or longer so that a restored hub can be refilled. Survives a new incarnation.
CREATE TABLE sent (
    seq        INTEGER PRIMARY KEY,                        -- L2, in the order of their receipts; local
    replica    TEXT NOT NULL,                              -- L2, incarnation that sent it
    number     INTEGER NOT NULL,                           -- L2, its number there
    station_id TEXT NOT NULL,                              -- L1, whose partition it goes to
    partition  TEXT NOT NULL,                              -- L2
    kind       TEXT NOT NULL,                              -- L2
    id         TEXT NOT NULL,                              -- L2, UUID of the row
    subject    TEXT,                                       -- L2, random id of the person concerned
    h          INTEGER NOT NULL,                           -- L2, stamp of the desk
    fields     TEXT NOT NULL,                              -- L4, JSON list of {field, base, value}
    macs       BLOB NOT NULL,                              -- L2, keyed BLAKE3 of each value in turn, 32 bytes each
    origin     BLOB,                                       -- L2, first hash, 32 bytes
    hash       BLOB NOT NULL,                              -- L2, BLAKE3 over the canonical entry, 32 bytes
    outcome    TEXT NOT NULL CHECK (outcome IN ('applied', 'superseded', 'conflict', 'refused', 'scrubbed')), -- L2
    refusal    TEXT,                                       -- L2, why, of a refused one
    dealt_at   INTEGER,                                    -- L2, when a person dealt with a refused one
    given      TEXT,                                       -- L2, JSON of the place the hub gave
    acked_at   INTEGER NOT NULL,                           -- L2, when the receipt was stored
    UNIQUE (replica, number)
) STRICT;
CREATE INDEX sent_by_time ON sent (acked_at);
CREATE INDEX sent_by_subject ON sent (subject) WHERE subject IS NOT NULL;
CREATE INDEX sent_refused ON sent (acked_at) WHERE outcome = 'refused';

-- The own edits of records that cover the hub's value. The column in the record's own table is what is shown: the own edit
-- while there is one, else the hub's value. Field 0 stands for every field without a row of its own: as the record was made.
CREATE TABLE record_field (
    kind       TEXT NOT NULL,                              -- L2
    id         TEXT NOT NULL,                              -- L2, UUID of the record
    field      INTEGER NOT NULL CHECK (field >= 0),        -- L2, number of the field
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    partition  TEXT NOT NULL,                              -- L2, as in outbox
    own_first  BLOB NOT NULL,                              -- L2, first hash of the own edit that is shown, 32 bytes
    own_number INTEGER,                                    -- L2, its outbox number; null: acknowledged, row not here yet; below 0: refused, its place in sent
    PRIMARY KEY (kind, id, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_field_by_number ON record_field (own_number);

-- The hub's rows as they are there, sealed: what is shown is computed from them, and unknown kinds and fields survive in them.
CREATE TABLE mirror (
    partition_no INTEGER NOT NULL REFERENCES partition (no), -- L2
    kind         TEXT NOT NULL,                            -- L2
    id           TEXT NOT NULL,                            -- L2, UUID
    subject      TEXT,                                     -- L2, random id of the person concerned
    row          BLOB NOT NULL,                            -- L4, the row as it travels (crates/wire), values sealed
    stamps       TEXT,                                     -- L2, JSON object of field number and stamp; null of facts
    hash         INTEGER NOT NULL,                         -- L2, what the row adds to the sums
    PRIMARY KEY (partition_no, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirror_by_subject ON mirror (subject) WHERE subject IS NOT NULL;

-- Sums of a digest, kept with every row.
CREATE TABLE mirror_sum (
    partition_no INTEGER NOT NULL REFERENCES partition (no), -- L2
    kind         TEXT NOT NULL,                            -- L2
    byte         INTEGER NOT NULL CHECK (byte BETWEEN 0 AND 255), -- L2, first byte of the ids
    rows         INTEGER NOT NULL,                         -- L2
    sum          INTEGER NOT NULL,                         -- L2, wrapping, of the rows' hashes
    PRIMARY KEY (partition_no, kind, byte)
) STRICT, WITHOUT ROWID;

-- Conflicts that a person has decided: the tray row stays at the hub, and every desk knows that it is done.
CREATE TABLE tray_done (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    tray_id    TEXT NOT NULL,                              -- L2, UUID of the tray row
    at         INTEGER NOT NULL                            -- L2
) STRICT;
CREATE INDEX tray_done_by_tray ON tray_done (tray_id);

-- Devices that were given the station's keys.
CREATE TABLE device_key (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    at         INTEGER NOT NULL,                           -- L2
    device_id  TEXT NOT NULL,                              -- L2, UUID of the device at the hub
    given_by   TEXT NOT NULL                               -- L2, UUID of the device that gave them
) STRICT;

-- Titles of problems as a social worker confirmed them for the district: without anything that says who is meant.
CREATE TABLE ticket_title (
    id           TEXT PRIMARY KEY,                         -- L2, UUID
    station_id   TEXT NOT NULL REFERENCES station (id),    -- L1
    ticket_id    TEXT NOT NULL,                            -- L2
    at           INTEGER NOT NULL,                         -- L2
    confirmed_by TEXT NOT NULL,                            -- L2, staff
    title        TEXT NOT NULL                             -- L3, goes with the person all the same
) STRICT;
CREATE INDEX ticket_title_by_ticket ON ticket_title (ticket_id, at);

-- What the district sees of its stations, computed by their desks (store/board.rs). A station has its own rows here; a district
-- desk has those of all stations, which have no row in `station`. `maker`: version of the rules they were computed by.
CREATE TABLE board_station (
    id         TEXT PRIMARY KEY,                           -- L1, UUID
    station_id TEXT NOT NULL,                              -- L1
    maker      INTEGER NOT NULL,                           -- L1
    code       TEXT NOT NULL,                              -- L1
    name       TEXT NOT NULL,                              -- L1
    level      TEXT NOT NULL,                              -- L1
    address    TEXT NOT NULL,                              -- L1
    phone      TEXT,                                       -- L1
    state      TEXT NOT NULL,                              -- L1, open, closed or paused
    since      INTEGER,                                    -- L1, when it became so
    reason     TEXT,                                       -- L1, of a pause
    reopen_at  INTEGER                                     -- L1, expected end of a pause
) STRICT;

CREATE TABLE board_day (
    id                 TEXT PRIMARY KEY,                   -- L2, UUID computed from the day under a key of the station
    station_id         TEXT NOT NULL,                      -- L1
    maker              INTEGER NOT NULL,                   -- L1
    business_on        TEXT NOT NULL,                      -- L2
    visit_count        INTEGER NOT NULL,                   -- L2, persons (人次)
    visitor_count      INTEGER NOT NULL,                   -- L2, registered persons (人数)
    basic_count        INTEGER NOT NULL,                   -- L2, items given (项次)
    added_count        INTEGER NOT NULL,                   -- L2, items given
    party_count        INTEGER NOT NULL,                   -- L2, items given
    self_counter_count INTEGER NOT NULL,                   -- L2, persons that nobody at the desk wrote down
    backfill_count     INTEGER NOT NULL,                   -- L2, persons typed from paper
    by_type            TEXT NOT NULL                       -- L2, JSON object of visitor type and persons
) STRICT;
CREATE INDEX board_day_by_station ON board_day (station_id, business_on);

CREATE TABLE board_ticket (
    id           TEXT PRIMARY KEY,                         -- L2, UUID computed from the ticket's under a key of the station
    station_id   TEXT NOT NULL,                            -- L1
    maker        INTEGER NOT NULL,                         -- L1
    no           TEXT NOT NULL,                            -- L2, human number
    submitted_on TEXT NOT NULL,                            -- L2
    category     TEXT,                                     -- L2
    is_urgent    INTEGER NOT NULL CHECK (is_urgent IN (0, 1)), -- L2
    group_size   INTEGER,                                  -- L2, people concerned
    level        TEXT,                                     -- L2, null until the closed loop gives it
    state        TEXT NOT NULL,                            -- L2, code of the state
    unit_kind    TEXT,                                     -- L2, kind of the unit that deals with it, null as well
    due_at       INTEGER,                                  -- L2, null as well
    title        TEXT                                      -- L2, confirmed and checked: names nobody
) STRICT;
CREATE INDEX board_ticket_by_station ON board_ticket (station_id, submitted_on);

-- Parts of the board that are to be computed again: a business day, or `ticket`. Kept by the triggers below, so that whatever
-- writes a fact, a person here or a hub, marks its day. A sensitive item marks its day when it may be queued, not before. Local.
CREATE TABLE board_due (
    station_id TEXT NOT NULL,                              -- L1
    part       TEXT NOT NULL,                              -- L2
    PRIMARY KEY (station_id, part)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER due_visit AFTER INSERT ON visit
    BEGIN INSERT INTO board_due (station_id, part) VALUES (NEW.station_id, NEW.business_on) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_visit_void AFTER INSERT ON visit_void
    BEGIN INSERT INTO board_due (station_id, part)
    SELECT station_id, business_on FROM visit WHERE id = NEW.visit_id ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_merge AFTER UPDATE OF merged_into ON visitor
    BEGIN INSERT INTO board_due (station_id, part)
    SELECT DISTINCT station_id, business_on FROM visit WHERE visitor_id = NEW.id ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_service AFTER INSERT ON service WHEN NEW.is_queued = 1
    BEGIN INSERT INTO board_due (station_id, part) VALUES (NEW.station_id, NEW.business_on) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_service_queued AFTER UPDATE OF is_queued ON service
    BEGIN INSERT INTO board_due (station_id, part) VALUES (NEW.station_id, NEW.business_on) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_service_void AFTER INSERT ON service_void WHEN NEW.is_queued = 1
    BEGIN INSERT INTO board_due (station_id, part)
    SELECT station_id, business_on FROM service WHERE id = NEW.service_id ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_service_void_queued AFTER UPDATE OF is_queued ON service_void
    BEGIN INSERT INTO board_due (station_id, part)
    SELECT station_id, business_on FROM service WHERE id = NEW.service_id ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_ticket AFTER INSERT ON ticket
    BEGIN INSERT INTO board_due (station_id, part) VALUES (NEW.station_id, 'ticket') ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_title AFTER INSERT ON ticket_title
    BEGIN INSERT INTO board_due (station_id, part) VALUES (NEW.station_id, 'ticket') ON CONFLICT DO NOTHING; END;
CREATE TRIGGER due_title_erased AFTER UPDATE ON ticket_title
    BEGIN INSERT INTO board_due (station_id, part) VALUES (NEW.station_id, 'ticket') ON CONFLICT DO NOTHING; END;

-- What the district tells every station.
CREATE TABLE notice (
    id           TEXT PRIMARY KEY,                         -- L1, UUID
    station_id   TEXT NOT NULL,                            -- L1, of the desk that has it
    title        TEXT NOT NULL,                            -- L1
    text         TEXT NOT NULL,                            -- L1
    published_on TEXT NOT NULL,                            -- L1
    until_on     TEXT,                                     -- L1, last day it is shown
    is_alive     INTEGER NOT NULL CHECK (is_alive IN (0, 1)) -- L1, 0: taken back
) STRICT;

CREATE TABLE shared_code (
    id         TEXT PRIMARY KEY,                           -- L1, UUID
    station_id TEXT NOT NULL,                              -- L1, of the desk that has it
    list       TEXT NOT NULL,                              -- L1, as in code_item
    code       TEXT NOT NULL,                              -- L1
    label      TEXT NOT NULL,                              -- L1
    is_retired INTEGER NOT NULL CHECK (is_retired IN (0, 1)) -- L1
) STRICT;
CREATE INDEX shared_code_by_list ON shared_code (list, code);
CREATE VIEW own_or_shared_code AS
    SELECT c.list, c.code, coalesce(c.label, s.label) AS label, c.is_retired OR coalesce(s.is_retired, 0) AS is_retired,
           c.is_sensitive
    FROM code_item c LEFT JOIN shared_code s ON s.list = c.list AND s.code = c.code
    UNION ALL
    SELECT s.list, s.code, s.label, s.is_retired, 0 FROM shared_code s
    WHERE NOT EXISTS (SELECT 1 FROM code_item c WHERE c.list = s.list AND c.code = s.code);

-- Days that are not what their weekday says.
CREATE TABLE calendar_day (
    id         TEXT PRIMARY KEY,                           -- L1, UUID
    station_id TEXT NOT NULL,                              -- L1, of the desk that has it
    on_day     TEXT NOT NULL,                              -- L1, date
    is_workday INTEGER NOT NULL CHECK (is_workday IN (0, 1)), -- L1
    name       TEXT NOT NULL,                              -- L1, of the holiday
    is_alive   INTEGER NOT NULL CHECK (is_alive IN (0, 1)) -- L1, 0: taken back
) STRICT;

-- Limits that the district set (domain/deadline.rs).
CREATE TABLE deadline (
    id         TEXT PRIMARY KEY,                           -- L1, UUID
    station_id TEXT NOT NULL,                              -- L1, of the desk that has it
    level      TEXT NOT NULL,                              -- L1, A to E
    stage      TEXT NOT NULL,                              -- L1, accept, handle or verify
    amount     INTEGER NOT NULL CHECK (amount >= 0),       -- L1, in the unit
    unit       TEXT NOT NULL                               -- L1, minute, open_hour or workday
) STRICT;

-- Devices that a district desk gave keys of boards and shared rows.
CREATE TABLE district_device (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL,                              -- L1, of the desk that has it
    at         INTEGER NOT NULL,                           -- L2
    device_id  TEXT NOT NULL,                              -- L2, UUID of the device at the hub
    given_by   TEXT NOT NULL                               -- L2, UUID of the device that gave them
) STRICT;

-- Public keys of the office, for which stations wrap what their printed recovery key opens as well.
CREATE TABLE office_key (
    id         TEXT PRIMARY KEY,                           -- L1, UUID
    station_id TEXT NOT NULL,                              -- L1, of the desk that has it
    at         INTEGER NOT NULL,                           -- L1
    no         INTEGER NOT NULL,                           -- L1, the highest counts
    public     TEXT NOT NULL                               -- L1, X25519, 64 hex digits
) STRICT;

-- Each time that the office opened a station's keys for a new desk of it: the station sees it too.
CREATE TABLE supervision_access (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL,                              -- L1
    at         INTEGER NOT NULL,                           -- L2
    device_id  TEXT NOT NULL,                              -- L2, UUID of the new desk at the hub
    reason     TEXT NOT NULL                               -- L2, in words of the office; names nobody
) STRICT;

-- Orders to erase a person, as signed; handed back to a hub that was restored. Ids only.
CREATE TABLE erase_order (
    id         TEXT PRIMARY KEY,                           -- L2, UUID
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    subjects   TEXT NOT NULL,                              -- L2, JSON list of UUIDs
    message    BLOB NOT NULL,                              -- L2, the order as it travels (crates/wire)
    taken_at   INTEGER NOT NULL,                           -- L2
    handed_at  INTEGER                                     -- L2, when the hub had it; null: still to be handed in
) STRICT;

-- What the manager must be told of, until it is dismissed. Local to this PC.
CREATE TABLE alarm (
    id           INTEGER PRIMARY KEY,                      -- L2, local
    station_id   TEXT NOT NULL REFERENCES station (id),    -- L1
    at           INTEGER NOT NULL,                         -- L2
    kind         TEXT NOT NULL,                            -- L2, code: restored, cloned, hub_restored, repaired
    rows         INTEGER NOT NULL,                         -- L2, rows that differed, of a repair
    dismissed_at INTEGER                                   -- L2
) STRICT;

-- Keys under which values are sealed, by the partitions they belong to. They came in envelopes for this device alone.
CREATE TABLE partition_key (
    partition  TEXT NOT NULL,                              -- L2, as crates/wire writes it
    key_id     INTEGER NOT NULL CHECK (key_id >= 1),       -- L2, grows with every rotation
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    key        BLOB NOT NULL,                              -- L4, 32 bytes
    PRIMARY KEY (partition, key_id)
) STRICT, WITHOUT ROWID;

-- The partitions that this file has, and how far each was pulled.
CREATE TABLE partition (
    no         INTEGER PRIMARY KEY,                        -- L2, local
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    name       TEXT NOT NULL UNIQUE,                       -- L2, as crates/wire writes it
    cursor     INTEGER NOT NULL                            -- L2, every row up to here is here in its current state
) STRICT;

-- Who did what and when: ids only, hash-chained.
CREATE TABLE trail (
    seq        INTEGER PRIMARY KEY CHECK (seq >= 1),       -- L2, 1, 2, 3 …
    station_id TEXT NOT NULL REFERENCES station (id),      -- L1
    at         INTEGER NOT NULL,                           -- L2
    actor      TEXT,                                       -- L2, staff id; null while locked
    act        TEXT NOT NULL,                              -- L2, verb
    object     TEXT,                                       -- L2, id; null for sensitive items
    hash       BLOB NOT NULL                               -- L2, BLAKE3 over the line before and this one, 32 bytes
) STRICT;
