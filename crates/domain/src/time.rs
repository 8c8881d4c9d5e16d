//! Moments are milliseconds UTC, days are dates in UTC+8 whatever the PC says (`sync.md`).

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate};

/// The wall clock, handed in from outside; tests turn it by hand.
pub trait Clock: Send + Sync {
    fn now_ms(&self) -> i64;
}

const STATION_OFFSET_S: i32 = 8 * 3600;

/// The business day of a moment. A day begins `boundary_min` minutes after midnight (default 0, set by the district).
pub fn business_on(at_ms: i64, boundary_min: i64) -> NaiveDate {
    let offset = FixedOffset::east_opt(STATION_OFFSET_S).expect("eight hours is a legal offset");
    let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default().with_timezone(&offset);
    (at.naive_local() - Duration::minutes(boundary_min)).date()
}

/// A moment as file names carry it, on the wall clock of the station: `20260316-0900`.
pub fn minute_name(at_ms: i64) -> String {
    let offset = FixedOffset::east_opt(STATION_OFFSET_S).expect("eight hours is a legal offset");
    let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default().with_timezone(&offset);
    at.format("%Y%m%d-%H%M").to_string()
}

/// Whether a text is a date that exists, as `2026-03-16`.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Days from one date to another, both as `2026-03-16`; 0 when one of them is no date.
pub fn days_between(from: &str, to: &str) -> i64 {
    let parse = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    parse(from).zip(parse(to)).map_or(0, |(from, to)| (to - from).num_days())
}

/// The first day of the year a moment falls in.
pub fn year_starts_on(at_ms: i64) -> NaiveDate {
    let year = business_on(at_ms, 0).year();
    NaiveDate::from_ymd_opt(year, 1, 1).expect("a year that a moment falls in has a first of January")
}

/// The moment a year begins in UTC+8, of the year a moment falls in.
pub fn year_starts_ms(at_ms: i64) -> i64 {
    let start = year_starts_on(at_ms).and_time(chrono::NaiveTime::MIN).and_utc();
    start.timestamp_millis() - i64::from(STATION_OFFSET_S) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_tells_the_minute_on_the_wall() {
        assert_eq!(minute_name(1_773_622_800_000), "20260316-0900");
    }

    #[test]
    fn a_year_begins_at_midnight_in_beijing() {
        assert_eq!(year_starts_ms(1_773_676_799_999), 1_767_196_800_000); // 2026-01-01 00:00 +08:00
    }

    #[test]
    fn a_day_turns_at_midnight_in_beijing() {
        let before = 1_773_676_799_999; // 2026-03-16 23:59:59.999 +08:00
        assert_eq!(business_on(before, 0).to_string(), "2026-03-16");
        assert_eq!(business_on(before + 1, 0).to_string(), "2026-03-17");
        assert_eq!(business_on(before + 1, 240).to_string(), "2026-03-16");
    }
}
