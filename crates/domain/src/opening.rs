//! When a station is open: rules by weekday, attended or not. Knows nothing of holidays and of being shut for a while.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Monday is weekday 1; times are HH:MM. One that ends at or before its beginning runs into the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpeningRule {
    pub weekday: u8,
    pub opens: String,
    pub closes: String,
    pub attended: bool,
}

const DAY_MIN: u32 = 24 * 60;
const WEEK_MIN: u32 = 7 * DAY_MIN;
/// Four changes a day, every day.
const RULES_MAX: usize = 28;

/// Whether the rules can be kept: real weekdays and times, and never two at once.
pub fn are_legal(rules: &[OpeningRule]) -> bool {
    let spans: Option<Vec<(u32, u32)>> = rules.iter().map(span).collect();
    let Some(mut spans) = spans.filter(|s| s.len() <= RULES_MAX) else { return false };
    spans.sort_unstable();
    let first_of_next_week = spans.first().map(|(start, end)| (start + WEEK_MIN, *end));
    let following = spans.iter().copied().skip(1).chain(first_of_next_week);
    spans.iter().zip(following).all(|((_, end), (next, _))| *end <= next)
}

/// First and last minute of a rule, counted from Monday 00:00.
fn span(rule: &OpeningRule) -> Option<(u32, u32)> {
    let (opens, closes) = (minute(&rule.opens)?, minute(&rule.closes)?);
    if !(1..=7).contains(&rule.weekday) || opens == DAY_MIN {
        return None;
    }
    let day = u32::from(rule.weekday - 1) * DAY_MIN;
    let end = if closes <= opens { closes + DAY_MIN } else { closes };
    Some((day + opens, day + end))
}

/// The minute of the day; `24:00` is its end.
fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?;
    let (hour, minute): (u32, u32) = (two(hour)?, two(minute)?);
    (minute < 60 && hour * 60 + minute <= DAY_MIN).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(weekday: u8, opens: &str, closes: &str) -> OpeningRule {
        OpeningRule { weekday, opens: opens.into(), closes: closes.into(), attended: true }
    }

    #[test]
    fn a_day_may_have_attended_and_unattended_hours_around_the_clock() {
        let week = (1..=7).flat_map(|day| [rule(day, "08:00", "22:00"), rule(day, "22:00", "08:00")]);
        assert!(are_legal(&week.collect::<Vec<_>>()));
        assert!(are_legal(&[rule(1, "08:30", "12:00"), rule(1, "14:30", "18:00"), rule(7, "00:00", "24:00")]));
        assert!(are_legal(&[]) && are_legal(&[rule(3, "00:00", "00:00")]));
    }

    #[test]
    fn rules_that_overlap_also_over_midnight_or_sunday_are_refused() {
        assert!(!are_legal(&[rule(1, "08:00", "12:00"), rule(1, "11:59", "18:00")]));
        assert!(!are_legal(&[rule(1, "22:00", "08:00"), rule(2, "07:00", "12:00")]));
        assert!(!are_legal(&[rule(7, "22:00", "08:00"), rule(1, "07:00", "12:00")]));
        assert!(!are_legal(&[rule(2, "08:00", "12:00"), rule(2, "08:00", "12:00")]));
    }

    #[test]
    fn what_is_no_weekday_or_time_is_refused() {
        for bad in [
            rule(0, "08:00", "12:00"),
            rule(8, "08:00", "12:00"),
            rule(1, "8:00", "12:00"),
            rule(1, "08:60", "12:00"),
            rule(1, "08:00", "24:01"),
            rule(1, "24:00", "12:00"),
            rule(1, "", "12:00"),
            rule(1, "08:00", "<script>"),
        ] {
            assert!(!are_legal(std::slice::from_ref(&bad)), "{bad:?}");
        }
    }
}
