//! What schema 1 promises of itself: every column says what it holds, every row says whose it is.

const SCHEMA: &str = include_str!("../../src/store/schema.sql");
/// `meta` holds settings of one file, `station` is the station, `visitor_key` is computed from `visitor` on this PC, and the
/// hub's rows and their sums stand under a `partition`, which says whose they are.
const WITHOUT_STATION: [&str; 5] = ["meta", "station", "visitor_key", "mirror", "mirror_sum"];

/// Name and lines of each table.
fn tables() -> Vec<(&'static str, Vec<&'static str>)> {
    let parts = SCHEMA.split("CREATE TABLE ").skip(1);
    let table = |text: &'static str| {
        let (name, rest) = text.split_once(" (").unwrap();
        let body = rest.split_once("\n)").unwrap().0;
        (name, body.lines().map(str::trim).filter(|l| !l.is_empty()).collect())
    };
    parts.map(table).collect()
}

fn is_column(line: &str) -> bool {
    !["PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY", "--"].iter().any(|word| line.starts_with(word))
}

#[test]
fn every_column_says_its_data_class() {
    for (table, lines) in tables() {
        for line in lines.into_iter().filter(|l| is_column(l)) {
            let comment = line.split_once("-- ").map_or("", |(_, comment)| comment);
            let class = comment.get(..2).unwrap_or("");
            assert!(["L1", "L2", "L3", "L4", "L5"].contains(&class), "{table}: {line}");
        }
    }
}

#[test]
fn every_row_says_whose_it_is() {
    let without: Vec<&str> = tables()
        .into_iter()
        .filter(|(_, lines)| !lines.iter().any(|l| l.starts_with("station_id ")))
        .map(|t| t.0)
        .collect();
    assert_eq!(without, WITHOUT_STATION);
}

#[test]
fn every_table_is_strict() {
    assert_eq!(SCHEMA.matches("CREATE TABLE ").count(), SCHEMA.matches(") STRICT").count());
}
