//! The count of all days, written down and brought up to date, against the pure fold over every fact.

use crate::common::*;
use chrono::NaiveDate;
use fengxiang_desk::Desk;
use fengxiang_desk::store::NewVisit;
use fengxiang_domain::ids::{VisitId, VisitorId};
use fengxiang_domain::report::count_by_day;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

const DAY_MIN: i64 = 24 * 60;
const STEPS: u64 = 150;

fn fold(desk: &Desk, after: Option<NaiveDate>) -> i64 {
    let all = ("0001-01-01".parse().unwrap(), "9999-12-31".parse().unwrap());
    let days = count_by_day(&desk.reader().get_report_facts(all, &[]).unwrap());
    days.into_iter().filter(|(on, _)| after.is_none_or(|a| *on > a)).map(|(_, count)| count).sum()
}

/// Numbers that look drawn; the same for a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len() as u64) as usize])
    }
}

fn come(bench: &Bench, visitor: Option<VisitorId>, people: i64) -> VisitId {
    let new = NewVisit { people, ..arrival(visitor, &["B01"]) };
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&new)).unwrap().value.id
}

/// One act of a random history. What is not legal any more is refused and changes nothing.
fn act(bench: &Bench, dice: &mut Dice, visitors: &[VisitorId], visits: &mut Vec<VisitId>) {
    let (kind, visit, minutes) = (dice.below(12), dice.pick(visits), dice.below(40) as i64);
    bench.pass_min(minutes);
    match (kind, visit) {
        (0, _) => bench.pass_min(DAY_MIN),
        (1, Some(visit)) => drop(bench.desk.write(bench.act("void_visit"), |w| w.void_visit(visit, "错登"))),
        (2, Some(visit)) => {
            let right = bench.desk.write(bench.act("correct_visit"), |w| w.correct_visit(visit, "02", &[], "类别有误"));
            visits.extend(right.ok().map(|r| r.value));
        }
        (3, _) => {
            let (one, other) = (dice.pick(visitors).unwrap(), dice.pick(visitors).unwrap());
            drop(bench.desk.write(bench.act("merge_visitors"), |w| w.merge_visitors(one, other)));
        }
        (4..=6, _) => visits.push(come(bench, None, 1 + dice.below(5) as i64)),
        _ => visits.push(come(bench, dice.pick(visitors), 1)),
    }
}

fn reopen(bench: Bench, folder: &Path) -> Bench {
    let Bench { desk, clock, around, .. } = bench;
    drop(desk);
    let (desk, manager) = Desk::open(folder, PASSWORD, around.clone()).unwrap();
    Bench { desk, manager, clock, around }
}

#[test]
fn the_count_that_is_kept_equals_the_fold_over_any_history_and_after_any_start() {
    for seed in 1..=4 {
        let dir = tempdir().unwrap();
        let mut bench = found(dir.path());
        let visitors: Vec<VisitorId> = (0..6).map(|i| bench.visitor(&format!("师傅{i}"), None)).collect();
        let (mut dice, mut visits) = (Dice(seed), Vec::new());
        for step in 0..STEPS {
            act(&bench, &mut dice, &visitors, &mut visits);
            if dice.below(15) == 0 {
                bench = reopen(bench, dir.path());
            }
            if dice.below(4) == 0 {
                let counted = bench.desk.count_all_visits(None).unwrap();
                assert_eq!(counted, fold(&bench.desk, None), "seed {seed}, step {step}");
            }
        }
        let split = "2026-03-20".parse().unwrap();
        assert_eq!(bench.desk.count_all_visits(Some(split)).unwrap(), fold(&bench.desk, Some(split)));
    }
}

#[test]
fn a_restored_file_counts_as_its_original() {
    let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
    let bench = found(dir.path());
    for _ in 0..3 {
        come(&bench, None, 2);
        bench.pass_min(DAY_MIN);
    }
    assert_eq!(bench.desk.count_all_visits(None).unwrap(), 6);
    let (file, place) = (other.path().join("backup.fxbk"), other.path().join("restored"));
    bench.desk.backup_to(&file).unwrap();
    fengxiang_desk::restore_backup(&file, &place).unwrap();
    let (restored, _) = Desk::open(&place, PASSWORD, bench.around.clone()).unwrap();
    assert_eq!(restored.count_all_visits(None).unwrap(), 6);
}

/// What a kill leaves: every file as it lies there while the desk is open, its last commits in the WAL only.
fn as_after_a_kill(folder: &Path) -> tempfile::TempDir {
    let image = tempdir().unwrap();
    for file in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|f| f.file_type().unwrap().is_file()) {
        // Shared memory does not survive.
        if !file.file_name().to_string_lossy().ends_with("-shm") {
            fs::copy(file.path(), image.path().join(file.file_name())).unwrap();
        }
    }
    image
}

#[test]
fn after_a_kill_the_count_equals_a_recount() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let visitors: Vec<VisitorId> = (0..4).map(|i| bench.visitor(&format!("师傅{i}"), None)).collect();
    let (mut dice, mut visits) = (Dice(5), Vec::new());
    for step in 0..STEPS {
        act(&bench, &mut dice, &visitors, &mut visits);
        if dice.below(3) == 0 {
            bench.desk.count_all_visits(None).unwrap();
        }
        if step % 10 == 0 {
            let image = as_after_a_kill(dir.path());
            let (desk, _) = Desk::open(image.path(), PASSWORD, bench.around.clone()).unwrap();
            let counted = desk.count_all_visits(None).unwrap();
            assert_eq!((counted, counted), (fold(&desk, None), fold(&bench.desk, None)), "step {step}");
        }
    }
}
