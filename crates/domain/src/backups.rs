//! Which automatic backups are kept: the newest of each of seven days, and the newest of each of four weeks. Pure.

use chrono::{Datelike, NaiveDateTime};
use std::collections::BTreeSet;

const DAYS_KEPT: usize = 7;
const WEEKS_KEPT: usize = 4;

/// Those that may go, of backups made at these moments.
pub fn to_remove(made: &[NaiveDateTime]) -> Vec<NaiveDateTime> {
    let mut newest_first: Vec<NaiveDateTime> = made.to_vec();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let days = newest_of_each(&newest_first, DAYS_KEPT, |at| (at.year(), at.ordinal()));
    let weeks = newest_of_each(&newest_first, WEEKS_KEPT, |at| (at.iso_week().year(), at.iso_week().week()));
    newest_first.retain(|at| !days.contains(at) && !weeks.contains(at));
    newest_first
}

fn newest_of_each<K: Ord>(
    newest_first: &[NaiveDateTime],
    count: usize,
    key: impl Fn(&NaiveDateTime) -> K,
) -> BTreeSet<NaiveDateTime> {
    let mut seen = BTreeSet::new();
    let is_first = |at: &&NaiveDateTime| seen.len() < count && seen.insert(key(at));
    newest_first.iter().filter(is_first).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn at(month: u32, day: u32, hour: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap().and_hms_opt(hour, 0, 0).unwrap()
    }

    fn kept(made: &[NaiveDateTime]) -> Vec<NaiveDateTime> {
        let gone = to_remove(made);
        made.iter().filter(|m| !gone.contains(m)).copied().collect()
    }

    #[test]
    fn of_a_day_the_newest_stays() {
        assert_eq!(kept(&[at(3, 16, 9), at(3, 16, 21), at(3, 16, 12)]), [at(3, 16, 21)]);
    }

    #[test]
    fn after_two_months_seven_days_and_four_weeks_are_left() {
        let made: Vec<_> = (1..=31).map(|day| at(1, day, 21)).chain((1..=28).map(|day| at(2, day, 21))).collect();
        let kept = kept(&made);
        let days: Vec<_> = (22..=28).map(|day| at(2, day, 21)).collect();
        // Sundays end a week; the last week's newest is one of the seven days.
        let weeks = [at(2, 8, 21), at(2, 15, 21), at(2, 22, 21)];
        let mut wanted: Vec<_> = days.into_iter().chain(weeks).collect();
        wanted.sort_unstable();
        wanted.dedup();
        assert_eq!(kept, wanted);
    }

    #[test]
    fn a_station_that_was_shut_for_a_year_keeps_what_it_had() {
        assert_eq!(kept(&[at(1, 5, 9), at(12, 20, 9)]).len(), 2);
        assert!(to_remove(&[]).is_empty());
    }
}
