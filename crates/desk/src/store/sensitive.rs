//! The promises about persons, looked for in every table: no path leads from a sensitive item to one, and no free words
//! about one stand in a part that is kept for ever.

use crate::outside::{Clock, Ids};
use crate::store::{NewCode, NewStation, NewVisit, NewVisitor};
use crate::{Act, Desk, DeskError, Surroundings};
use fengxiang_domain::codes::{CodeList, Dimension};
use fengxiang_domain::ids::{StaffId, VisitId, VisitorId};
use rusqlite::types::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;

/// 2026-03-16 09:00 in Xiangyang.
const MORNING: i64 = 1_773_622_800_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// The built-in ones, and two of the station's own.
const ITEMS: [&str; 9] = ["B04", "V02", "V06", "V07", "P01", "P02", "P06", "V12", "B11"];

struct HandClock(AtomicI64);
struct Counted(AtomicU64);

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Ids for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let n = (n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (n >> 56) as u8;
        }
    }
}

struct World {
    desk: Desk,
    clock: Arc<HandClock>,
    manager: StaffId,
    visitors: Vec<VisitorId>,
    _folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock(AtomicI64::new(MORNING)));
        let around = Surroundings { clock: clock.clone(), ids: Arc::new(Counted(AtomicU64::new(1))) };
        let station = NewStation {
            code: "GX03".into(),
            name: "Trial station".into(),
            level: "core".into(),
            address: "1 Trial Road".into(),
            opening_rules: "[]".into(),
            manager_name: "Manager A".into(),
            opening_balances: Vec::new(),
        };
        let (desk, manager) = Desk::found(folder.path(), &station, "three bees over nine", &[7; 20], around).unwrap();
        let mut world = Self { desk, clock, manager, visitors: Vec::new(), _folder: folder };
        for (dimension, code) in [(Dimension::Added, "V12"), (Dimension::Basic, "B11")] {
            let list = CodeList::ServiceItem;
            let new = NewCode { list, dimension: Some(dimension), label: "Own".into(), is_sensitive: true };
            assert_eq!(world.desk.write(world.act("add_code"), |w| w.add_code(new)).unwrap().value, code);
        }
        world.visitors = (0..ITEMS.len()).map(|n| world.register(&format!("Rider {n}"))).collect();
        world
    }

    fn act(&self, verb: &'static str) -> Act {
        Act { verb, actor: Some(self.manager) }
    }

    fn pass_ms(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    fn register(&self, alias: &str) -> VisitorId {
        let new = NewVisitor {
            alias: alias.into(),
            visitor_type: "01".into(),
            platform: None,
            platform_word: None,
            name: None,
            phone: None,
            work_area: None,
            consent_given: false,
        };
        self.desk.write(self.act("add_visitor"), |w| w.add_visitor(&new)).unwrap().value
    }

    fn come(&self, visitor: VisitorId, items: &[&str]) -> (VisitId, Vec<String>) {
        let new = NewVisit {
            visitor: Some(visitor),
            visitor_type: "01".into(),
            people: 1,
            items: items.iter().map(|i| (*i).to_owned()).collect(),
            channel: "desk",
            separate_reason: None,
            at: None,
        };
        let row = self.desk.write(self.act("add_visit"), |w| w.add_visit(&new)).unwrap().value;
        let sensitive = row.given.into_iter().filter(|g| ITEMS.contains(&g.item.as_str()));
        (row.id, sensitive.map(|g| g.service_id).collect())
    }

    fn give(&self, visit: VisitId, item: &str) -> String {
        let given = self.desk.write(self.act("add_service"), |w| w.add_service(visit, item)).unwrap().value;
        given.unwrap().service_id
    }

    /// A morning at the counter: each visitor comes with a basic item and, if `with_sensitive`, a sensitive one; comes again
    /// within the hour for another; is given a third by a chip; one is undone. Ids of what was given stay in order.
    fn morning(&self, with_sensitive: bool) -> Vec<String> {
        let mut given = Vec::new();
        for (n, visitor) in self.visitors.iter().enumerate() {
            let also =
                |offset: usize| if with_sensitive { vec![ITEMS[(n + offset) % ITEMS.len()]] } else { Vec::new() };
            self.pass_ms(60_000);
            let (visit, ids) = self.come(*visitor, &[vec!["B01"], also(0)].concat());
            given.extend(ids);
            self.pass_ms(20_000);
            given.extend(self.come(*visitor, &[vec!["B02"], also(1)].concat()).1);
            if with_sensitive {
                self.pass_ms(1_000);
                given.push(self.give(visit, also(2)[0]));
                let wrong = vec![self.give(visit, also(3)[0])];
                self.desk.write(self.act("undo_visit"), |w| w.undo_visit(visit, true, &wrong)).unwrap();
                given.extend(wrong);
                self.pass_ms(-1_000);
            }
        }
        given
    }

    fn tables(&self) -> Vec<(String, String)> {
        let reader = self.desk.reader();
        let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut statement = reader.0.prepare(sql).unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// Every row of a table as it lies there, its cells by column.
    fn rows(&self, table: &str) -> Vec<Vec<(String, Value)>> {
        let reader = self.desk.reader();
        let mut statement = reader.0.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        let rows = statement.query_map([], |r| {
            names.iter().enumerate().map(|(at, name)| Ok((name.clone(), r.get(at)?))).collect::<Result<Vec<_>, _>>()
        });
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Every row outside the items' own tables, as text.
    fn rows_elsewhere(&self) -> BTreeSet<(String, String)> {
        let text = |row: Vec<(String, Value)>| row.iter().map(|(_, value)| plain(value)).collect::<Vec<_>>().join(" ");
        let mut all = BTreeSet::new();
        for (table, _) in self.tables().into_iter().filter(|(t, _)| !t.starts_with("service")) {
            all.extend(self.rows(&table).into_iter().map(|row| (table.clone(), text(row))));
        }
        all
    }

    /// All tables but those two, without what is random: ids, hashes, cards and what is drawn from them.
    fn public_face(&self) -> Vec<(String, Vec<String>)> {
        let is_random = |name: &str| {
            name.ends_with("id")
                || matches!(
                    name,
                    "hash" | "macs" | "own_first" | "salt" | "card_no" | "object" | "actor" | "key" | "subject"
                )
        };
        let is_service = |table: &str| matches!(table, "service" | "service_void");
        let tables = self.tables().into_iter().filter(|(table, _)| !is_service(table));
        let face = |row: Vec<(String, Value)>| {
            let kept = row.into_iter().filter(|(name, _)| !is_random(name));
            kept.map(|(name, value)| format!("{name}={}", without_ids(&plain(&value)))).collect::<Vec<_>>().join(" ")
        };
        tables.map(|(table, _)| (table.clone(), self.rows(&table).into_iter().map(face).collect())).collect()
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// Random ids and card numbers within a text look the same.
fn without_ids(text: &str) -> String {
    let is_id = |part: &str| {
        uuid::Uuid::parse_str(part).is_ok() || fengxiang_domain::check::is_checked(part) && part.len() == 9
    };
    text.split('"').map(|part| if is_id(part) { "id" } else { part }).collect::<Vec<_>>().join("\"")
}

#[test]
fn on_the_day_every_other_table_is_the_same_as_if_nothing_sensitive_had_been_given() {
    let (with, without) = (World::new(), World::new());
    assert_eq!(with.morning(true).len(), 4 * ITEMS.len());
    assert!(without.morning(false).is_empty());
    let (seen, expected) = (with.public_face(), without.public_face());
    assert!(seen.iter().any(|(table, rows)| table == "outbox" && rows.len() > 20), "there is something to compare");
    for ((table, seen), (_, expected)) in seen.into_iter().zip(expected) {
        assert_eq!(seen, expected, "{table}");
    }
}

#[test]
fn a_sensitive_item_has_no_visit_no_time_and_no_place_in_an_order() {
    let world = World::new();
    let given = world.morning(true);
    for (table, schema) in world.tables().into_iter().filter(|(t, _)| matches!(t.as_str(), "service" | "service_void"))
    {
        assert!(schema.contains("WITHOUT ROWID"), "{table} keeps the order of writing");
    }
    let mut seen = 0;
    for row in world.rows("service").into_iter().chain(world.rows("service_void")) {
        let cell = |name: &str| row.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let Some(Value::Text(of)) = cell("service_id").or_else(|| cell("id")) else { panic!("a row without id") };
        if !given.contains(&of) {
            continue;
        }
        seen += 1;
        let Some(Value::Text(id)) = cell("id") else { panic!("a row without id") };
        assert_eq!(fengxiang_domain::ids::made_at(id.parse().unwrap()), None, "its id tells when it was made");
        assert!(matches!(cell("visit_id"), None | Some(Value::Null)));
        assert!(matches!(cell("at"), None | Some(Value::Null)));
        let numbers = row.iter().filter_map(|(_, v)| if let Value::Integer(n) = v { Some(*n) } else { None });
        assert!(numbers.into_iter().all(|n| n <= 1), "a time of day: {row:?}");
    }
    assert_eq!(seen, given.len() + ITEMS.len(), "each item given, and each undone one's void");
}

#[test]
fn until_the_next_day_no_other_table_names_the_item_or_its_id() {
    let world = World::new();
    // The station's own items are in its code list from before.
    let before = world.rows_elsewhere();
    let given = world.morning(true);
    for (table, text) in world.rows_elsewhere().difference(&before) {
        assert!(!given.iter().any(|id| text.contains(id.as_str())), "{table}: {text}");
        assert!(!ITEMS.iter().any(|item| text.contains(item)), "{table}: {text}");
    }
}

#[test]
fn on_the_next_day_they_are_told_in_an_order_that_tells_nothing() {
    let world = World::new();
    let given = world.morning(true);
    world.pass_ms(DAY_MS);
    world.desk.write(world.act("open_store"), |_| Ok(())).unwrap();
    let told = |table: &str, column: &str| {
        let cell = |row: &Vec<(String, Value)>| row.iter().find(|(n, _)| n == column).map(|(_, v)| v.clone());
        let texts = world.rows(table).iter().filter_map(cell).collect::<Vec<_>>();
        texts.into_iter().filter_map(|v| if let Value::Text(t) = v { Some(t) } else { None }).collect::<Vec<_>>()
    };
    let queued: Vec<String> = told("outbox", "id").into_iter().filter(|id| given.contains(id)).collect();
    let mut sorted = given.clone();
    sorted.sort();
    assert_eq!(queued, sorted, "by their random ids");
    assert_ne!(given, sorted, "and not as they were given");
    let in_trail: Vec<String> = told("trail", "object").into_iter().filter(|id| given.contains(id)).collect();
    assert_eq!(in_trail.len(), given.len() + ITEMS.len(), "every act has its line, a day late");
    assert_eq!(world.desk.check_chains().unwrap().broken_at, None);
    let before = world.desk.check_chains().unwrap().outbox_entries;
    world.desk.write(world.act("open_store"), |_| Ok(())).unwrap();
    assert_eq!(world.desk.check_chains().unwrap().outbox_entries, before, "once");
}

/// Of some items: the days they count for, once each was looked for outside their own tables and not found.
fn days_of_hidden(world: &World, given: &[String]) -> Vec<String> {
    for (table, text) in world.rows_elsewhere() {
        assert!(!given.iter().any(|id| text.contains(id.as_str())), "{table}: {text}");
    }
    let text = |row: &[(String, Value)], column: &str| {
        row.iter().find(|(name, _)| name == column).map(|(_, value)| plain(value)).unwrap()
    };
    let rows = world.rows("service").into_iter().filter(|row| given.contains(&text(row, "id")));
    rows.map(|row| text(&row, "business_on")).collect()
}

#[test]
fn an_item_given_after_midnight_to_a_visit_of_before_is_one_of_the_new_day() {
    let world = World::new();
    world.pass_ms(DAY_MS * 14 / 24 + 50 * 60_000); // 23:50
    let (visit, _) = world.come(world.visitors[0], &["B01"]);
    world.pass_ms(20 * 60_000);
    let mut given = world.come(world.visitors[0], &["P01"]).1;
    given.push(world.give(visit, "B04"));
    world.desk.write(world.act("open_store"), |_| Ok(())).unwrap();
    assert_eq!(days_of_hidden(&world, &given), ["2026-03-17", "2026-03-17"]);
    let before = world.desk.check_chains().unwrap().outbox_entries;
    world.pass_ms(DAY_MS);
    world.desk.write(world.act("open_store"), |_| Ok(())).unwrap();
    assert_eq!(world.desk.check_chains().unwrap().outbox_entries - before, 2, "and leaves with it");
}

#[test]
fn a_named_visit_of_an_earlier_day_takes_no_sensitive_item_and_any_other() {
    let world = World::new();
    let (visit, _) = world.come(world.visitors[0], &["B01"]);
    world.pass_ms(DAY_MS);
    let late = world.desk.write(world.act("add_service"), |w| w.add_service(visit, "P01"));
    assert!(matches!(late.err(), Some(DeskError::NotLegalNow)));
    let correct = |items: &[&str]| {
        let items: Vec<String> = items.iter().map(|i| (*i).to_owned()).collect();
        world.desk.write(world.act("correct_visit"), |w| w.correct_visit(visit, "01", &items, "wrong"))
    };
    assert!(matches!(correct(&["B01", "V02"]).err(), Some(DeskError::NotLegalNow)));
    correct(&["B01", "B02"]).unwrap();
}

#[test]
fn a_sensitive_item_from_paper_counts_on_its_day_and_waits_from_the_day_of_typing() {
    let world = World::new();
    let line = NewVisit {
        visitor: None,
        visitor_type: "01".into(),
        people: 1,
        items: vec!["P01".into()],
        channel: "backfill",
        separate_reason: None,
        at: Some(MORNING - DAY_MS),
    };
    let row = world.desk.write(world.act("backfill"), |w| w.add_visit(&line)).unwrap().value;
    world.desk.write(world.act("open_store"), |_| Ok(())).unwrap();
    assert_eq!(days_of_hidden(&world, &[row.given[0].service_id.clone()]), ["2026-03-15"]);
}

#[test]
fn why_a_visit_counts_or_was_voided_can_be_erased_with_the_person() {
    let world = World::new();
    for visitor in [Some(world.visitors[0]), None] {
        let new = NewVisit {
            visitor,
            visitor_type: "01".into(),
            people: 1,
            items: Vec::new(),
            channel: "desk",
            separate_reason: Some("CANARY".into()),
            at: None,
        };
        let add = || world.desk.write(world.act("add_visit"), |w| w.add_visit(&new)).unwrap().value.id;
        let (voided, wrong) = (add(), add());
        world.desk.write(world.act("void_visit"), |w| w.void_visit(voided, "CANARY")).unwrap();
        world.desk.write(world.act("correct_visit"), |w| w.correct_visit(wrong, "02", &[], "CANARY")).unwrap();
    }
    let (mut seen, cell) = (0, |row: &[(String, Value)], name: &str| {
        row.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap()
    });
    for row in world.rows("outbox") {
        let fields: Vec<crate::Field> = serde_json::from_str(&plain(&cell(&row, "fields"))).unwrap();
        let holds = |field: &crate::Field| field.value.to_string().contains("CANARY");
        assert!(!holds(&fields[0]), "{fields:?}");
        if fields[1..].iter().any(holds) {
            assert_ne!(cell(&row, "subject"), Value::Null);
            seen += 1;
        }
    }
    assert_eq!(seen, 10, "three visits and two voids, with a name and without");
}
