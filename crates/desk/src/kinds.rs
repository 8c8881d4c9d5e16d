//! Every kind that desks share, as data: its table, how it behaves, which columns its fields carry and what goes with the person.
//! The one list that writing into the tables, sealing and the data-class test are made from. Knows no value and no SQL.

/// How a kind behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindShape {
    /// Written once, never changed.
    Fact,
    /// A fact whose place among the others counts.
    Act,
    /// Fields that are merged, the later edit wins.
    Record,
    /// Computed from other rows by whoever has them; the last one written stands.
    Derived,
}

/// Where the rows of a kind travel: who may see and write them, and with which key they are sealed, is told by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// All that the desks of one station share.
    Station,
    /// What the district may see of a station.
    Board,
    /// What the district tells every station.
    Shared,
}

impl Place {
    /// As the outbox names it.
    pub fn name(self) -> &'static str {
        match self {
            Place::Station => "station",
            Place::Board => "board",
            Place::Shared => "shared",
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    /// A UUID; anything else passes as text.
    Id,
    /// The person concerned. Where erasure took the value away, the random id of the subject stays: counts do.
    Subject,
    Whole,
    /// 0 or 1.
    Flag,
    /// JSON kept as text.
    Json,
    Bytes,
}

/// A column and the name of its value in an entry.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    /// Member of the field's object; of a record the field is the value itself.
    pub key: &'static str,
    pub form: Form,
    /// The table does not take null: what was taken away stands there as empty.
    pub is_needed: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    pub number: u32,
    /// Goes when the subject is erased.
    pub is_personal: bool,
    pub columns: &'static [Column],
}

#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    pub name: &'static str,
    pub table: &'static str,
    pub shape: KindShape,
    pub place: Place,
    pub fields: &'static [FieldSpec],
    /// The table has a column `is_alive`, which is the field [`ALIVE`].
    pub can_be_removed: bool,
}

/// The field that says whether a row is there; the same number as on the wire.
pub const ALIVE: u32 = 1_000;

pub fn find_kind(name: &str) -> Option<&'static KindSpec> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Tells this program's kinds, fields and columns from those of another one.
pub fn known_kinds() -> String {
    blake3::hash(format!("{KINDS:?}").as_bytes()).to_hex().to_string()
}

impl KindSpec {
    pub fn find_field(&self, number: u32) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.number == number)
    }
}

const fn needed(name: &'static str, key: &'static str, form: Form) -> Column {
    Column { name, key, form, is_needed: true }
}

const fn maybe(name: &'static str, key: &'static str, form: Form) -> Column {
    Column { name, key, form, is_needed: false }
}

/// A field of a record, one column each.
const fn plain(number: u32, columns: &'static [Column]) -> FieldSpec {
    FieldSpec { number, is_personal: false, columns }
}

const fn personal(number: u32, columns: &'static [Column]) -> FieldSpec {
    FieldSpec { number, is_personal: true, columns }
}

const fn fact(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec { name, table: name, shape: KindShape::Fact, place: Place::Station, fields, can_be_removed: false }
}

const fn act(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec { shape: KindShape::Act, ..fact(name, fields) }
}

const fn record(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec { shape: KindShape::Record, ..fact(name, fields) }
}

/// Told to the district, computed by the station.
const fn board(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec { shape: KindShape::Derived, place: Place::Board, ..fact(name, fields) }
}

/// Told to every station by the district.
const fn shared(name: &'static str, fields: &'static [FieldSpec]) -> KindSpec {
    KindSpec { place: Place::Shared, ..record(name, fields) }
}

use Form::{Bytes, Flag, Id, Json, Subject, Text, Whole};

/// The order of columns within a field is the order in which they travel: new ones join at the end.
pub const KINDS: &[KindSpec] = &[
    record(
        "station",
        &[
            plain(1, &[needed("code", "", Text)]),
            plain(2, &[needed("name", "", Text)]),
            plain(3, &[needed("level", "", Text)]),
            plain(4, &[needed("address", "", Text)]),
            plain(5, &[needed("opening_rules", "", Text)]),
            plain(6, &[maybe("phone", "", Text)]),
            plain(7, &[maybe("manager_phone", "", Text)]),
            plain(8, &[maybe("aed_place", "", Text)]),
        ],
    ),
    KindSpec {
        can_be_removed: true,
        ..record(
            "opening_balance",
            &[
                plain(1, &[needed("indicator", "", Text)]),
                plain(2, &[needed("as_of_on", "", Text)]),
                plain(3, &[needed("value", "", Whole)]),
                plain(4, &[needed("source", "", Text)]),
            ],
        )
    },
    record(
        "staff",
        &[
            personal(1, &[needed("name", "", Text)]),
            plain(2, &[needed("role", "", Text)]),
            plain(3, &[maybe("valid_until_on", "", Text)]),
            plain(4, &[needed("is_active", "", Flag)]),
        ],
    ),
    record("staff_slot", &[plain(1, &[maybe("slot", "", Text)])]),
    record(
        "visitor",
        &[
            personal(1, &[needed("card_no", "", Text)]),
            personal(2, &[needed("alias", "", Text)]),
            plain(3, &[needed("visitor_type", "", Text)]),
            plain(4, &[maybe("platform", "", Text)]),
            personal(5, &[maybe("name", "", Text)]),
            personal(6, &[maybe("phone", "", Text)]),
            personal(7, &[maybe("work_area", "", Text)]),
        ],
    ),
    fact(
        "visitor_merge",
        &[plain(1, &[needed("at", "at", Whole), needed("one_id", "one", Id), needed("other_id", "other", Id)])],
    ),
    record(
        "code_item",
        &[
            plain(1, &[maybe("label", "", Text)]),
            plain(2, &[needed("is_retired", "", Flag)]),
            plain(3, &[needed("list", "", Text)]),
            plain(4, &[needed("code", "", Text)]),
            plain(5, &[needed("is_sensitive", "", Flag)]),
        ],
    ),
    fact(
        "consent",
        &[
            plain(
                1,
                &[
                    needed("given_at", "at", Whole),
                    needed("text_version", "text_version", Whole),
                    needed("method", "method", Text),
                ],
            ),
            personal(2, &[needed("visitor_id", "visitor", Subject), needed("witness_id", "witness", Id)]),
        ],
    ),
    fact(
        "visit",
        &[
            plain(
                1,
                &[
                    needed("at", "at", Whole),
                    needed("business_on", "on", Text),
                    needed("visitor_type", "type", Text),
                    needed("people", "people", Whole),
                    needed("channel", "channel", Text),
                    needed("is_separate", "separate", Flag),
                    maybe("separate_by", "separate_by", Id),
                    maybe("replaces", "replaces", Id),
                ],
            ),
            personal(2, &[maybe("visitor_id", "visitor", Subject), maybe("separate_reason", "separate_reason", Text)]),
        ],
    ),
    fact("visit_leave", &[plain(1, &[needed("at", "at", Whole), needed("visit_id", "visit", Id)])]),
    fact(
        "visit_void",
        &[
            plain(1, &[needed("at", "at", Whole), needed("visit_id", "visit", Id), needed("cause", "cause", Text)]),
            personal(2, &[maybe("reason", "reason", Text)]),
        ],
    ),
    fact(
        "service",
        &[plain(
            1,
            &[
                needed("business_on", "on", Text),
                maybe("visit_id", "visit", Id),
                needed("item", "item", Text),
                needed("people", "people", Whole),
            ],
        )],
    ),
    fact("service_void", &[plain(1, &[maybe("at", "at", Whole), needed("service_id", "service", Id)])]),
    KindSpec {
        table: "ticket",
        ..fact(
            "ticket_submit",
            &[
                plain(
                    1,
                    &[
                        needed("no", "no", Text),
                        needed("at", "at", Whole),
                        maybe("category", "category", Text),
                        needed("is_urgent", "urgent", Flag),
                        maybe("group_size", "group", Whole),
                        maybe("taken_by", "by", Id),
                    ],
                ),
                personal(
                    2,
                    &[
                        needed("sentence", "sentence", Text),
                        maybe("phone", "phone", Text),
                        maybe("slip_hash", "slip_hash", Bytes),
                    ],
                ),
            ],
        )
    },
    fact(
        "number_gap",
        &[plain(
            1,
            &[
                needed("at", "at", Whole),
                needed("kind", "kind", Text),
                needed("desk", "desk", Text),
                needed("from_no", "from", Whole),
                needed("to_no", "to", Whole),
            ],
        )],
    ),
    fact(
        "incident",
        &[
            plain(1, &[needed("no", "no", Text), needed("at", "at", Whole), needed("kind", "kind", Text)]),
            personal(2, &[needed("text", "text", Text)]),
        ],
    ),
    act(
        "shift_act",
        &[plain(1, &[needed("at", "at", Whole), needed("shift_id", "shift", Id), needed("body", "body", Json)])],
    ),
    fact("handover", &[plain(1, &[needed("at", "at", Whole)]), personal(2, &[needed("text", "text", Text)])]),
    fact("handover_tick", &[plain(1, &[needed("at", "at", Whole), needed("handover_id", "handover", Id)])]),
    act(
        "station_pause",
        &[plain(
            1,
            &[needed("at", "at", Whole), maybe("reason", "reason", Text), maybe("reopen_at", "reopen_at", Whole)],
        )],
    ),
    KindSpec {
        can_be_removed: true,
        ..record("expiry", &[plain(1, &[needed("name", "", Text)]), plain(2, &[needed("expires_on", "", Text)])])
    },
    fact(
        "device_key",
        &[plain(1, &[needed("at", "at", Whole), needed("device_id", "device", Id), needed("given_by", "by", Id)])],
    ),
    fact("tray_done", &[plain(1, &[needed("at", "at", Whole), needed("tray_id", "tray", Id)])]),
    fact(
        "ticket_title",
        &[
            plain(1, &[needed("at", "at", Whole), needed("ticket_id", "ticket", Id), needed("confirmed_by", "by", Id)]),
            personal(2, &[needed("title", "title", Text)]),
        ],
    ),
    board(
        "board_station",
        &[plain(
            1,
            &[
                needed("maker", "maker", Whole),
                needed("code", "code", Text),
                needed("name", "name", Text),
                needed("level", "level", Text),
                needed("address", "address", Text),
                maybe("phone", "phone", Text),
                needed("state", "state", Text),
                maybe("since", "since", Whole),
                maybe("reason", "reason", Text),
                maybe("reopen_at", "reopen_at", Whole),
            ],
        )],
    ),
    board(
        "board_day",
        &[plain(
            1,
            &[
                needed("maker", "maker", Whole),
                needed("business_on", "on", Text),
                needed("visit_count", "visits", Whole),
                needed("visitor_count", "visitors", Whole),
                needed("basic_count", "basic", Whole),
                needed("added_count", "added", Whole),
                needed("party_count", "party", Whole),
                needed("self_counter_count", "self", Whole),
                needed("backfill_count", "backfill", Whole),
                needed("by_type", "types", Json),
            ],
        )],
    ),
    board(
        "board_ticket",
        &[plain(
            1,
            &[
                needed("maker", "maker", Whole),
                needed("no", "no", Text),
                needed("submitted_on", "on", Text),
                maybe("category", "category", Text),
                needed("is_urgent", "urgent", Flag),
                maybe("group_size", "group", Whole),
                maybe("level", "level", Text),
                needed("state", "state", Text),
                maybe("unit_kind", "unit", Text),
                maybe("due_at", "due", Whole),
                maybe("title", "title", Text),
            ],
        )],
    ),
    KindSpec {
        can_be_removed: true,
        ..shared(
            "notice",
            &[
                plain(1, &[needed("title", "", Text)]),
                plain(2, &[needed("text", "", Text)]),
                plain(3, &[needed("published_on", "", Text)]),
                plain(4, &[maybe("until_on", "", Text)]),
            ],
        )
    },
    shared(
        "shared_code",
        &[
            plain(1, &[needed("label", "", Text)]),
            plain(2, &[needed("is_retired", "", Flag)]),
            plain(3, &[needed("list", "", Text)]),
            plain(4, &[needed("code", "", Text)]),
        ],
    ),
    KindSpec {
        can_be_removed: true,
        ..shared(
            "calendar_day",
            &[
                plain(1, &[needed("on_day", "", Text)]),
                plain(2, &[needed("is_workday", "", Flag)]),
                plain(3, &[needed("name", "", Text)]),
            ],
        )
    },
    shared(
        "deadline",
        &[
            plain(1, &[needed("level", "", Text)]),
            plain(2, &[needed("stage", "", Text)]),
            plain(3, &[needed("amount", "", Whole)]),
            plain(4, &[needed("unit", "", Text)]),
        ],
    ),
    KindSpec {
        place: Place::Shared,
        ..fact(
            "office_key",
            &[plain(1, &[needed("at", "at", Whole), needed("no", "no", Whole), needed("public", "public", Text)])],
        )
    },
    KindSpec {
        place: Place::Board,
        ..fact(
            "supervision_access",
            &[plain(
                1,
                &[needed("at", "at", Whole), needed("device_id", "device", Id), needed("reason", "reason", Text)],
            )],
        )
    },
    KindSpec {
        place: Place::Shared,
        ..fact(
            "district_device",
            &[plain(1, &[needed("at", "at", Whole), needed("device_id", "device", Id), needed("given_by", "by", Id)])],
        )
    },
];
