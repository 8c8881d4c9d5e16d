//! The data class of every column decides whether and how it leaves a desk. Whoever adds a column decides here, or this fails.

use fengxiang_desk::kinds::{FieldSpec, KINDS, KindSpec, Place, find_kind};
use fengxiang_desk::store::QueuedEntry;
use fengxiang_desk::{Entry, Field};
use fengxiang_sync::keyring::Keyring;
use fengxiang_sync::translate::{TranslateError, to_entry};
use fengxiang_wire::{Id, Partition};
use serde_json::json;
use std::collections::BTreeSet;

const SCHEMA: &str = include_str!("../../desk/src/store/schema.sql");
const STATION: Id = Id([7; 16]);

/// Whole tables that never leave a desk, and why.
const LOCAL_TABLES: [(&str, &str); 15] = [
    ("meta", "settings and secrets of this file"),
    ("staff_pin", "a PIN is good on one PC"),
    ("visitor_key", "computed from visitor"),
    ("day_total", "computed from visits"),
    ("board_due", "what is to be computed again"),
    ("outbox", "what waits: its values travel as entries of their kinds"),
    ("sent", "what was sent"),
    ("record_field", "own edits that cover the hub's rows here"),
    ("mirror", "the hub's own rows"),
    ("mirror_sum", "sums of the hub's own rows"),
    ("erase_order", "travels as it was signed, by the door of erase orders"),
    ("alarm", "what this PC's manager is told"),
    ("partition_key", "keys travel in envelopes for one device"),
    ("partition", "how far this file has pulled"),
    ("trail", "who did what on this PC"),
];

/// Columns of shared tables that stay behind, and why.
const LOCAL_COLUMNS: [(&str, &str, &str); 11] = [
    ("station", "created_at", "when this file was made"),
    ("staff", "created_at", "told by the id"),
    ("visitor", "created_at", "told by the id"),
    ("visitor", "search_no", "short name of the row in this file"),
    ("visitor", "phone_tail", "computed from the phone"),
    ("visitor", "merged_into", "computed from the merges"),
    ("service", "is_queued", "whether it stands in the outbox"),
    ("service", "queue_after_on", "from when it may stand there"),
    ("service_void", "is_queued", "whether it stands in the outbox"),
    ("shift_act", "place", "the hub's stamp of the row"),
    ("station_pause", "place", "the hub's stamp of the row"),
];

/// Columns about persons that erasure leaves, and why.
const KEPT_L3: [(&str, &str, &str); 2] = [
    ("station", "manager_phone", "the number of an office, to be called in an emergency"),
    ("consent", "given_at", "that somebody consented counts, whoever it was"),
];

struct Stored {
    table: String,
    name: String,
    class: u8,
}

/// Every column of the schema. A line without a class is one that nobody decided about.
fn columns() -> Vec<Stored> {
    let (mut table, mut all) = (None, Vec::new());
    for line in SCHEMA.lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.split_whitespace().next().map(str::to_owned);
        } else if line.starts_with(')') {
            table = None;
        }
        let first = line.split_whitespace().next().unwrap_or_default();
        let is_column = line.starts_with("    ") && first.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        let Some(table) = table.as_ref().filter(|_| is_column && !first.is_empty()) else { continue };
        let class = line.rsplit_once("-- L").and_then(|(_, class)| class.chars().next()?.to_digit(10));
        let class = class.unwrap_or_else(|| panic!("{table}.{first} says no data class"));
        all.push(Stored { table: table.clone(), name: first.to_owned(), class: u8::try_from(class).unwrap() });
    }
    all
}

fn carriers(column: &Stored) -> Vec<(&'static KindSpec, &'static FieldSpec)> {
    let kinds = KINDS.iter().filter(|kind| kind.table == column.table);
    let fields = kinds.flat_map(|kind| kind.fields.iter().map(move |field| (kind, field)));
    fields.filter(|(_, field)| field.columns.iter().any(|c| c.name == column.name)).collect()
}

fn is_shared(table: &str) -> bool {
    KINDS.iter().any(|kind| kind.table == table)
}

/// A row's own id, whose it is and whether it is there: every row says them beside its fields.
fn is_of_every_row(column: &Stored) -> bool {
    let can_be_removed = KINDS.iter().any(|kind| kind.table == column.table && kind.can_be_removed);
    matches!(column.name.as_str(), "id" | "station_id") || column.name == "is_alive" && can_be_removed
}

#[test]
fn somebody_has_decided_about_every_column() {
    let columns = columns();
    assert!(columns.len() > 200, "the schema was read");
    for column in &columns {
        let Stored { table, name, .. } = column;
        let is_local_table = LOCAL_TABLES.iter().any(|(of, _)| of == table);
        let is_local = LOCAL_COLUMNS.iter().any(|(of, column, _)| of == table && column == name);
        let ways = [
            is_local_table && !is_shared(table),
            is_shared(table) && is_of_every_row(column),
            is_shared(table) && !carriers(column).is_empty(),
            is_shared(table) && is_local,
        ];
        let count = ways.iter().filter(|is| **is).count();
        assert_eq!(count, 1, "{table}.{name}: carried by a kind, or listed here with a reason");
    }
}

#[test]
fn what_is_listed_or_carried_is_a_column() {
    let columns: BTreeSet<(String, String)> = columns().into_iter().map(|c| (c.table, c.name)).collect();
    let has = |table: &str, name: &str| columns.contains(&(table.to_owned(), name.to_owned()));
    let listed = LOCAL_COLUMNS.iter().chain(&KEPT_L3);
    listed.for_each(|(table, name, why)| assert!(has(table, name) && !why.is_empty(), "{table}.{name}"));
    LOCAL_TABLES.iter().for_each(|(table, _)| assert!(columns.iter().any(|(of, _)| of == table), "{table}"));
    for kind in KINDS {
        let names = kind.fields.iter().flat_map(|field| field.columns).map(|column| column.name);
        names.for_each(|name| assert!(has(kind.table, name), "{} carries {name}", kind.name));
    }
}

#[test]
fn what_must_not_leave_does_not() {
    for column in columns() {
        let is_carried = !carriers(&column).is_empty();
        assert!(!(is_carried && column.class == 5), "{}.{} never leaves a desk", column.table, column.name);
    }
}

#[test]
fn what_is_about_a_person_goes_with_the_person() {
    for column in columns().iter().filter(|column| column.class == 3) {
        let is_kept = KEPT_L3.iter().any(|(table, name, _)| *table == column.table && *name == column.name);
        for (kind, field) in carriers(column) {
            assert!(field.is_personal || is_kept, "{} of {} stays when a person is erased", column.name, kind.name);
        }
    }
}

#[test]
fn the_board_and_what_all_may_see_hold_nothing_about_a_person() {
    for column in columns() {
        for (kind, _) in carriers(&column).into_iter().filter(|(kind, _)| kind.place != Place::Station) {
            assert!(column.class <= 2, "{} of {} leaves its station", column.name, kind.name);
        }
    }
}

#[test]
fn what_the_station_keeps_to_itself_goes_nowhere_else() {
    let carried: BTreeSet<&str> =
        columns().iter().filter(|column| column.class == 4).flat_map(carriers).map(|(kind, _)| kind.name).collect();
    assert_eq!(carried, BTreeSet::from(["staff_slot"]), "of the fourth class, and of nothing but the station's own");
    let mut keys = Keyring::default();
    let [own, board] = [Partition::Station(STATION), Partition::Board(STATION)];
    [own, board, Partition::Party(STATION), Partition::Shared].iter().for_each(|p| keys.put(*p, 1, [1; 32]));
    for kind in KINDS {
        for partition in ["station", "board", "party", "shared"] {
            let told = to_entry(&queued(partition, kind), STATION, &keys);
            let may_leave = kind.place.name() == partition;
            assert_eq!(told.is_ok(), may_leave, "{} in {partition}", kind.name);
            assert!(may_leave || matches!(told, Err(TranslateError::NotThere(_))));
        }
    }
    let unknown = KindSpec { name: "of a newer program", ..*find_kind("visit").unwrap() };
    assert!(to_entry(&queued("board", &unknown), STATION, &keys).is_ok());
}

fn queued(partition: &str, kind: &KindSpec) -> QueuedEntry {
    let fields = vec![Field { field: 1, base: None, value: json!(null) }];
    let entry = Entry {
        partition: partition.to_owned(),
        station: None,
        kind: kind.name.to_owned(),
        id: "0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b".to_owned(),
        subject: None,
        fields,
    };
    QueuedEntry { number: 1, h: 1 << 16, hash: [1; 32], origin: None, given: None, is_hollow: false, entry }
}
