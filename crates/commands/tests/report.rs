//! Figures open down to their rows: the table, the register behind it and the Excel file say the same.

mod common;

use calamine::{Reader, Xlsx};
use common::*;
use fengxiang_domain::codes::dimension;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Chance that can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

#[derive(Default)]
struct Happened {
    merges: usize,
    imports: usize,
}

fn day(at_ms: i64) -> String {
    fengxiang_domain::time::business_on(at_ms, 0).to_string()
}

fn visitor(bench: &Bench, alias: &str) -> String {
    let request = json!({
        "alias": alias, "visitor_type": "02", "platform": "p01", "name": null, "phone": null, "work_area": null,
        "consent_given": false,
    });
    bench.call("visitor_add", request)["id"].as_str().unwrap().to_owned()
}

fn come(bench: &Bench, visitor: Option<&str>, people: i64, items: &[&str]) -> String {
    let visitor_type = visitor.is_none().then_some("01");
    let request = json!({
        "visitor_id": visitor, "visitor_type": visitor_type, "people": people, "items": items, "separate_reason": null,
    });
    bench.call("visit_add", request)["visit_id"].as_str().unwrap().to_owned()
}

/// Two more persons, from an Excel file.
fn import(bench: &Bench, number: usize) -> Vec<String> {
    let names = ["甲", "乙"].map(|name| format!("导入{number}{name}"));
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["称谓", "类别"]).unwrap();
    for (row, name) in (1..).zip(&names) {
        sheet.write_row(row, 0, [name.as_str(), "快递员"]).unwrap();
    }
    let file = bench.files().join("open.xlsx");
    book.save(&file).unwrap();
    *bench.host.chosen.lock().unwrap() = Some(file);
    let token = bench.call("visitor_import_choose", Value::Null)["token"].clone();
    let done = bench.call("visitor_import_commit", json!({ "token": token, "consent_on_paper": false }));
    assert_eq!(done["added"], 2);
    let id = |name| bench.call("visitor_search", json!({ "text": name }))[0]["id"].as_str().unwrap().to_owned();
    names.map(id).into()
}

fn screen_is_the_table_of_today(bench: &Bench) {
    let (screen, on) = (bench.call("day_summary", Value::Null), day(bench.clock_ms()));
    let table = bench.call("report_table", json!({ "step": "day", "from_on": on, "to_on": on }));
    let figures = |of: &Value| ["visit_count", "basic_count", "added_count", "party_count"].map(|key| of[key].clone());
    assert_eq!(figures(&screen), figures(&table["total"]), "{on}");
    assert_eq!(screen["registered_count"], table["total"]["visitor_count"], "{on}");
}

/// Some days in which everything happens that a counter knows.
fn history(bench: &Bench, seed: u64) -> Happened {
    let mut dice = Dice(seed);
    let mut happened = Happened::default();
    let mut persons: Vec<String> = (0..6).map(|n| visitor(bench, &format!("试用{n}"))).collect();
    let (mut visits, mut arrived): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for _ in 0..90 {
        bench.pass_busy_min(dice.below(160) as i64);
        let _ = bench.answer("session_active", Value::Null);
        let items = ["B01", "B04", "V01", "V02", "P03"];
        let given: Vec<&str> = items.into_iter().filter(|_| dice.below(3) == 0).collect();
        match dice.below(13) {
            0..=2 => visits.push(come(bench, None, 1 + dice.below(9) as i64, &given)),
            3..=5 => {
                arrived.push(dice.one(&persons).clone());
                visits.push(come(bench, arrived.last().map(String::as_str), 1, &given));
            }
            6 => {
                let request = json!({
                    "visitor_id": dice.one(&persons), "visitor_type": null, "people": 1, "items": given, "separate_reason": "又来了",
                });
                visits.push(bench.call("visit_add", request)["visit_id"].as_str().unwrap().to_owned());
            }
            7 => {
                let at = bench.clock_ms() - dice.below(40) as i64 * 3_600_000;
                bench.call("backfill_add", json!({ "at": at, "visitor_type": "07", "people": 3, "items": given }));
            }
            8 if !visits.is_empty() => {
                let request = json!({ "visit_id": dice.one(&visits), "reason": "记错" });
                let _ = bench.answer("visit_void", request);
            }
            // Whoever was taken into another goes on arriving with the old card.
            9 | 10 if arrived.len() > 1 => {
                let last = &arrived[arrived.len() - 2..];
                let request = json!({ "one_id": last[0], "other_id": last[1] });
                happened.merges += usize::from(bench.answer("visitor_merge", request).is_ok());
                screen_is_the_table_of_today(bench);
            }
            11 => {
                happened.imports += 1;
                persons.extend(import(bench, happened.imports));
            }
            _ if !visits.is_empty() => {
                let request = json!({
                    "visit_id": dice.one(&visits), "visitor_type": "09", "items": ["B02"], "reason": "记错",
                });
                if let Ok(answer) = bench.answer("visit_correct", request) {
                    visits.push(answer.value["visit_id"].as_str().unwrap().to_owned());
                }
            }
            _ => {}
        }
    }
    happened
}

fn pages(bench: &Bench, filter: &Value) -> (Vec<Value>, Vec<Value>) {
    let (mut lines, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut request = json!({
            "visitor_type": null, "channel": null, "dimension": null, "hour": null, "is_registered": null, "after": after,
        });
        request.as_object_mut().unwrap().extend(filter.as_object().unwrap().clone());
        let page = bench.call("report_register", request);
        lines.extend(page["lines"].as_array().unwrap().clone());
        after = page["next"].clone();
        if after.is_null() {
            return (lines, page["unlinked"].as_array().unwrap().clone());
        }
    }
}

/// An exported file as another program reads it.
fn exported(bench: &Bench, kind: &str, query: &Value) -> Vec<Vec<String>> {
    let saved = bench.call("report_export", json!({ "kind": kind, "query": query }));
    let mut book: Xlsx<_> = calamine::open_workbook(saved["path"].as_str().unwrap()).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

fn visits_of(lines: &[Value]) -> i64 {
    lines.iter().filter(|l| l["is_same_visit"] == false).map(|l| l["people"].as_i64().unwrap()).sum()
}

#[test]
fn the_table_is_the_sum_of_the_register_whatever_happened() {
    for seed in 1..=4 {
        let bench = Bench::founded();
        let Happened { merges, imports } = history(&bench, seed);
        assert!(merges > 1 && imports > 1, "seed {seed}: {merges} merges, {imports} imports");
        let (from, to) = (day(MORNING - 3 * 86_400_000), day(bench.clock_ms()));
        let query = json!({ "step": "day", "from_on": from, "to_on": to });
        let table = bench.call("report_table", query.clone());
        let total = &table["total"];
        let range = json!({ "from_on": from, "to_on": to });
        let (lines, unlinked) = pages(&bench, &range);
        assert!(lines.len() > 20, "seed {seed}");
        assert_eq!(visits_of(&lines), total["visit_count"], "seed {seed}");
        let sum =
            |rows: &Value, key: &str| rows.as_array().unwrap().iter().map(|r| r[key].as_i64().unwrap()).sum::<i64>();
        assert_eq!(sum(&table["rows"], "visit_count"), total["visit_count"]);
        assert_eq!(sum(&table["hours"], "visit_count"), total["visit_count"]);
        assert_eq!(table["ever_visit_count"], total["visit_count"], "nothing lies outside of these days");
        let with = |key: &str, value: Value| {
            let mut filter = range.clone();
            filter[key] = value;
            pages(&bench, &filter).0
        };
        for of_type in total["by_type"].as_array().unwrap() {
            assert_eq!(visits_of(&with("visitor_type", of_type["visitor_type"].clone())), of_type["visit_count"]);
        }
        for hour in table["hours"].as_array().unwrap() {
            assert_eq!(visits_of(&with("hour", hour["hour"].clone())), hour["visit_count"], "seed {seed} {hour}");
        }
        assert_eq!(visits_of(&with("channel", json!("backfill"))), total["backfill_count"]);
        let persons: BTreeSet<String> =
            with("is_registered", json!(true)).iter().map(|l| l["alias"].to_string()).collect();
        assert_eq!(persons.len() as i64, total["visitor_count"].as_i64().unwrap());
        let mut items: BTreeMap<String, i64> = BTreeMap::new();
        for line in &lines {
            for item in line["items"].as_array().unwrap() {
                let dimension = dimension(item.as_str().unwrap()).unwrap();
                *items.entry(format!("{dimension:?}")).or_default() += line["people"].as_i64().unwrap();
            }
        }
        for one in &unlinked {
            let dimension = dimension(one["item"].as_str().unwrap()).unwrap();
            *items.entry(format!("{dimension:?}")).or_default() += one["count"].as_i64().unwrap();
        }
        for (name, key) in [("Basic", "basic_count"), ("Added", "added_count"), ("Party", "party_count")] {
            assert_eq!(items.get(name).copied().unwrap_or(0), total[key], "seed {seed} {key}");
        }
        for day_row in table["rows"].as_array().unwrap() {
            let on = day_row["starts_on"].clone();
            let (lines, _) = pages(&bench, &json!({ "from_on": on, "to_on": on }));
            assert_eq!(visits_of(&lines), day_row["visit_count"], "seed {seed} {on}");
        }
        screen_is_the_table_of_today(&bench);
        let sheet = exported(&bench, "r02", &query);
        let line = sheet.iter().find(|row| row[0] == "合计").unwrap();
        assert_eq!(line[8..10], ["visit_count", "visitor_count"].map(|key| total[key].to_string()), "seed {seed}");
        let sheet = exported(&bench, "r01", &query);
        let line = sheet.iter().find(|row| row[0] == "合计").unwrap();
        assert_eq!(line[1], format!("{} 人次", total["visit_count"]), "seed {seed}");
        assert_eq!(sheet.iter().filter(|row| row[0].parse::<usize>().is_ok()).count(), lines.len(), "seed {seed}");
    }
}

#[test]
fn the_total_of_all_time_follows_what_is_written_afterwards() {
    let bench = Bench::founded();
    let ever = || {
        let on = day(bench.clock_ms());
        bench.call("report_table", json!({ "step": "day", "from_on": on, "to_on": on }))["ever_visit_count"].clone()
    };
    assert_eq!(ever(), 0);
    let first = come(&bench, None, 7, &[]);
    assert_eq!(ever(), 7);
    let at = bench.clock_ms() - 5 * 86_400_000;
    bench.call("backfill_add", json!({ "at": at, "visitor_type": "01", "people": 2, "items": [] }));
    assert_eq!(ever(), 9);
    bench.call("visit_void", json!({ "visit_id": first, "reason": "记错" }));
    assert_eq!(ever(), 2);
    let persons = ["试用甲", "试用乙"].map(|alias| visitor(&bench, alias));
    persons.iter().for_each(|p| drop(come(&bench, Some(p), 1, &[])));
    assert_eq!(ever(), 4);
}

#[test]
fn an_exported_table_says_what_the_screen_says_and_leaves_a_line() {
    let bench = Bench::founded();
    history(&bench, 5);
    let query = json!({ "step": "day", "from_on": "2026-03-01", "to_on": "2026-03-31" });
    let total = bench.call("report_table", query.clone())["total"].clone();
    let before = bench.call("trail_verify", Value::Null)["lines"].as_i64().unwrap();
    let saved = bench.call("report_export", json!({ "kind": "r02", "query": query }));
    assert_eq!(saved["name"], "GX03-R02-20260301-20260331.xlsx");
    let mut book: Xlsx<_> = calamine::open_workbook(saved["path"].as_str().unwrap()).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let line: Vec<String> = range.rows().nth(3 + 31).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(line[8], total["visit_count"].to_string());
    assert_eq!(line[9], total["visitor_count"].to_string());
    assert_eq!(line[14], total["backfill_count"].to_string());
    let saved = bench.call("report_export", json!({ "kind": "r01", "query": query }));
    assert_eq!(saved["name"], "GX03-R01-20260301-20260331.xlsx");
    assert_eq!(bench.call("trail_verify", Value::Null)["lines"].as_i64().unwrap() - before, 2);
    *bench.host.closes_save.lock().unwrap() = true;
    assert!(bench.call("report_export", json!({ "kind": "r02", "query": query })).is_null());
}

#[test]
fn the_register_shows_how_people_are_called_and_never_a_name_or_a_phone() {
    let bench = Bench::founded();
    let request = json!({
        "alias": "王师傅", "visitor_type": "01", "platform": "p01", "name": "CANARYNAME", "phone": "13855501234",
        "work_area": "CANARYAREA", "consent_given": true,
    });
    let id = bench.call("visitor_add", request)["id"].as_str().unwrap().to_owned();
    come(&bench, Some(&id), 1, &["B01", "V02"]);
    let (lines, unlinked) = pages(&bench, &json!({ "from_on": "2026-03-16", "to_on": "2026-03-16" }));
    assert_eq!((lines[0]["alias"].clone(), lines[0]["items"].clone()), (json!("王师傅"), json!(["B01"])));
    assert_eq!(unlinked, [json!({ "item": "V02", "count": 1 })]);
    let query = json!({ "step": "day", "from_on": "2026-03-16", "to_on": "2026-03-16" });
    let saved = bench.call("report_export", json!({ "kind": "r01", "query": query }));
    let mut book: Xlsx<_> = calamine::open_workbook(saved["path"].as_str().unwrap()).unwrap();
    let all: String = book.worksheet_range_at(0).unwrap().unwrap().rows().flatten().map(ToString::to_string).collect();
    for text in [all, format!("{lines:?}"), saved["name"].to_string()] {
        assert!(!text.contains("CANARY") && !text.contains("13855501234"));
    }
}

#[test]
fn a_period_that_is_none_or_too_long_is_refused() {
    let bench = Bench::founded();
    let ask = |from: &str, to: &str, step: &str| {
        bench.fail("report_table", json!({ "step": step, "from_on": from, "to_on": to })).code
    };
    assert_eq!(ask("2026-03-31", "2026-03-01", "day"), "invalid_field");
    assert_eq!(ask("'; DROP TABLE visit; --", "2026-03-01", "day"), "invalid_field");
    assert_eq!(ask("0000-01-01", "2026-03-01", "day"), "invalid_field");
    assert_eq!(ask("2016-01-01", "2026-03-01", "day"), "period_too_long");
    bench.call("report_table", json!({ "step": "year", "from_on": "2016-01-01", "to_on": "2026-03-01" }));
    let request = json!({
        "from_on": "2026-03-01", "to_on": "2026-03-31", "visitor_type": "'; DROP TABLE visit; --", "channel": null,
        "dimension": null, "hour": null, "is_registered": null, "after": "nonsense",
    });
    assert_eq!(bench.fail("report_register", request).code, "invalid_field");
}

#[test]
fn solved_problems_of_older_ledgers_stand_apart_from_every_visit() {
    let bench = Bench::founded();
    let today = day(MORNING);
    let table = || bench.call("report_table", json!({ "from_on": today, "to_on": today, "step": "day" }));
    come(&bench, None, 3, &[]);
    let before = table();
    assert_eq!(before["opening_problem_count"], 0);
    for value in [40, 7] {
        bench.call(
            "balance_add",
            json!({ "indicator": "problem_count", "as_of_on": "2025-12-31", "value": value, "source": "纸质台账" }),
        );
    }
    let mut wanted = before;
    wanted["opening_problem_count"] = json!(47);
    assert_eq!(table(), wanted, "nothing else changes");
}

#[test]
fn what_an_opening_balance_covers_is_not_counted_again() {
    let bench = Bench::founded();
    let today = day(MORNING);
    let query = json!({ "from_on": today, "to_on": today, "step": "day" });
    let ever = || bench.call("report_table", query.clone())["ever_visit_count"].as_i64().unwrap();
    come(&bench, None, 3, &[]);
    assert_eq!(ever(), 3);
    let balance = |on: &str, value: i64| {
        bench.call(
            "balance_add",
            json!({ "indicator": "visit_count", "as_of_on": on, "value": value, "source": "纸质台账" }),
        );
    };
    balance("2025-12-31", 100);
    assert_eq!(ever(), 103, "the day after the balance counts");
    balance(&today, 10);
    assert_eq!(ever(), 110, "the day of the balance is in it already");
    assert_eq!(bench.call("report_table", query.clone())["total"]["visit_count"], 3, "the period itself is as it was");
}
