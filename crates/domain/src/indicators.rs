//! Every figure of a day, defined once, computed from facts that are not voided. 人次, 人数 and 项次 are never mixed.

use crate::codes::{Dimension, dimension};
use crate::rules::SAME_VISIT_MS;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// A visit as it counts: who came is a random id that joins nothing else.
#[derive(Debug, Clone)]
pub struct VisitFact {
    pub at_ms: i64,
    pub visitor: Option<Uuid>,
    pub visitor_type: String,
    pub people: i64,
    pub has_left: bool,
    /// Counts by itself although the person came within the hour: somebody said so, with a reason.
    pub is_separate: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct DayFigures {
    /// 人次: arrivals; one person within sixty minutes is one.
    pub visit_count: i64,
    /// 在站: of those, not marked as gone.
    pub present_count: i64,
    /// 其中登记人数: distinct registered persons.
    pub visitor_count: i64,
    /// 项次 by dimension: items given.
    pub basic_count: i64,
    pub added_count: i64,
    pub party_count: i64,
    /// 人次 by visitor type.
    pub by_type: BTreeMap<String, i64>,
}

impl DayFigures {
    pub fn service_count(&self) -> i64 {
        self.basic_count + self.added_count + self.party_count
    }
}

/// The figures of a day from its visits and the items given (code, how many people).
pub fn day(mut visits: Vec<VisitFact>, services: &[(String, i64)]) -> DayFigures {
    let mut figures = DayFigures::default();
    visits.sort_by_key(|v| v.at_ms);
    let persons: HashSet<Uuid> = visits.iter().filter_map(|v| v.visitor).collect();
    for (visit, _) in visits.iter().zip(is_counted(&visits)).filter(|(_, counts)| *counts) {
        figures.visit_count += visit.people;
        *figures.by_type.entry(visit.visitor_type.clone()).or_default() += visit.people;
        figures.present_count += if visit.has_left { 0 } else { visit.people };
    }
    figures.visitor_count = i64::try_from(persons.len()).unwrap_or(i64::MAX);
    for (item, count) in services {
        match dimension(item) {
            Some(Dimension::Basic) => figures.basic_count += count,
            Some(Dimension::Added) => figures.added_count += count,
            Some(Dimension::Party) => figures.party_count += count,
            None => {}
        }
    }
    figures
}

/// Which visits count as arrivals, of a list in order of time.
pub fn is_counted(visits: &[VisitFact]) -> Vec<bool> {
    let mut counted_at = HashMap::new();
    visits.iter().map(|visit| !is_same_visit(&mut counted_at, visit)).collect()
}

/// Two desks may both have written an arrival of one person; it counts once.
fn is_same_visit(counted_at: &mut HashMap<Uuid, i64>, visit: &VisitFact) -> bool {
    let Some(visitor) = visit.visitor else { return false };
    let is_soon = counted_at.get(&visitor).is_some_and(|at| visit.at_ms - at < SAME_VISIT_MS);
    if is_soon && !visit.is_separate {
        return true;
    }
    counted_at.insert(visitor, visit.at_ms);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(at_min: i64, who: Option<u128>, people: i64) -> VisitFact {
        VisitFact {
            at_ms: at_min * 60_000,
            visitor: who.map(Uuid::from_u128),
            visitor_type: "01".into(),
            people,
            has_left: false,
            is_separate: false,
        }
    }

    #[test]
    fn one_person_within_sixty_minutes_is_one_visit_in_any_order() {
        let figures = day(vec![visit(59, Some(7), 1), visit(0, Some(7), 1), visit(60, Some(7), 1)], &[]);
        assert_eq!((figures.visit_count, figures.visitor_count), (2, 1));
    }

    #[test]
    fn an_override_counts_by_itself() {
        let again = VisitFact { is_separate: true, ..visit(5, Some(7), 1) };
        assert_eq!(day(vec![visit(0, Some(7), 1), again], &[]).visit_count, 2);
    }

    #[test]
    fn anonymous_visits_count_in_visits_only() {
        let figures = day(vec![visit(0, None, 12), visit(1, None, 1)], &[]);
        assert_eq!((figures.visit_count, figures.visitor_count, figures.by_type["01"]), (13, 0, 13));
    }

    #[test]
    fn items_are_never_added_to_visits() {
        let figures = day(vec![visit(0, None, 1)], &[("B01".into(), 1), ("V01".into(), 1), ("P03".into(), 1)]);
        assert_eq!((figures.visit_count, figures.service_count()), (1, 3));
    }
}
