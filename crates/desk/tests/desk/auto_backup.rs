//! Backups that nobody has to think of.

use crate::common::*;
use fengxiang_desk::store::NewTicket;
use fengxiang_desk::{Desk, check_backup, restore_backup};
use std::fs;
use tempfile::tempdir;

const DAY_MIN: i64 = 24 * 60;

#[test]
fn one_is_made_a_day_and_opens_like_any_backup() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &["B01"]))).unwrap();
    assert!(bench.desk.back_up_daily().unwrap());
    assert!(!bench.desk.back_up_daily().unwrap(), "today's stands already");
    bench.pass_min(DAY_MIN);
    assert!(bench.desk.back_up_daily().unwrap());
    let backups = bench.desk.list_auto_backups().unwrap();
    assert_eq!(backups.len(), 2);
    let file = dir.path().join("backups").join(&backups[1].name);
    assert!(check_backup(&file).unwrap() == backups[1].size_bytes);
    let other = tempdir().unwrap();
    restore_backup(&file, other.path()).unwrap();
    let (desk, _) = Desk::open(other.path(), PASSWORD, bench.around.clone()).unwrap();
    assert_eq!(desk.reader().get_day_facts("2026-03-16").unwrap().visits.len(), 1);
}

#[test]
fn at_closing_only_what_is_new_is_worth_one() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    assert!(bench.desk.back_up_at_close().unwrap());
    assert!(!bench.desk.back_up_at_close().unwrap());
    bench.pass_min(5);
    bench.desk.write(bench.act("add_visit"), |w| w.add_visit(&arrival(None, &[]))).unwrap();
    assert!(bench.desk.back_up_at_close().unwrap());
}

#[test]
fn seven_days_and_four_weeks_are_kept() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    for _ in 0..40 {
        bench.desk.back_up_daily().unwrap();
        bench.pass_min(DAY_MIN);
    }
    let names: Vec<String> = bench.desk.list_auto_backups().unwrap().into_iter().map(|b| b.name).collect();
    // 40 days from Monday 2026-03-16 end on Friday 2026-04-24: seven days, and the Sundays of the two weeks before them.
    assert_eq!(names.len(), 9, "{names:?}");
    assert!(names[0].starts_with("auto-20260405") && names[8].starts_with("auto-20260424"), "{names:?}");
}

#[test]
fn what_stands_in_the_folder_besides_is_left_alone() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    fs::create_dir_all(dir.path().join("backups")).unwrap();
    let own = dir.path().join("backups/mine.fxbackup");
    fs::write(&own, b"by hand").unwrap();
    bench.desk.back_up_daily().unwrap();
    bench.desk.renew_backups().unwrap();
    assert_eq!(fs::read(own).unwrap(), b"by hand");
}

#[test]
fn a_backup_that_was_renewed_holds_nothing_of_an_erased_person() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let wang = bench.visitor("王试用", Some("13900000000"));
    let ticket = NewTicket {
        sentence: "王试用说没有热水".into(),
        phone: Some("13900000000".into()),
        category: None,
        is_urgent: false,
        group_size: None,
    };
    bench.desk.write(bench.act("add_ticket"), |w| w.add_ticket(&ticket)).unwrap();
    bench.desk.back_up_daily().unwrap();
    let subjects = bench.desk.reader().list_subjects_of(wang).unwrap();
    bench.desk.exchange(|x| subjects.iter().try_for_each(|s| x.erase_subject(s))).unwrap();
    bench.pass_min(1);
    bench.desk.renew_backups().unwrap();
    let backups = bench.desk.list_auto_backups().unwrap();
    assert_eq!(backups.len(), 1, "the older one is gone");
    let other = tempdir().unwrap();
    restore_backup(&dir.path().join("backups").join(&backups[0].name), other.path()).unwrap();
    let (desk, _) = Desk::open(other.path(), PASSWORD, bench.around.clone()).unwrap();
    assert!(desk.reader().search_visitors("13900000000").unwrap().is_empty());
    assert!(desk.reader().list_tickets(None, 10).unwrap().iter().all(|t| t.sentence.is_empty()));
    assert!(desk.check_chains().unwrap().broken_at.is_none(), "hashes stay");
}

#[test]
fn other_copies_of_the_file_go_when_somebody_is_erased() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    // As a step of the schema and a file that fell behind leave them.
    let evidence = dir.path().join("behind-7-9");
    fs::create_dir(&evidence).unwrap();
    for copy in [dir.path().join("desk.schema-1.db"), evidence.join("desk.db")] {
        fs::copy(dir.path().join("desk.db"), copy).unwrap();
    }
    let own = dir.path().join("desk.schema-mine.db");
    fs::write(&own, b"by hand").unwrap();
    bench.desk.renew_backups().unwrap();
    assert!(!evidence.exists() && !dir.path().join("desk.schema-1.db").exists());
    assert_eq!(fs::read(own).unwrap(), b"by hand", "what nobody of ours made stays");
    assert!(bench.desk.check_file().is_ok());
}
