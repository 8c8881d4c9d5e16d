//! The encrypted file: what opens it, what is refused, what a backup holds.

use crate::common::*;
use fengxiang_desk::store::NewTicket;
use fengxiang_desk::{DATABASE_FILE, Desk, DeskError, KEY_FILE, restore_backup};
use std::fs;
use tempfile::tempdir;

#[test]
fn a_founded_station_opens_with_the_password_and_with_the_recovery_key() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let (manager, around) = (bench.manager, bench.around.clone());
    drop(bench);
    let (desk, staff) = Desk::open(dir.path(), PASSWORD, around.clone()).unwrap();
    assert_eq!(staff, manager);
    assert_eq!(desk.reader().get_station().unwrap().code, "GX03");
    drop(desk);
    assert!(Desk::open_recovery(dir.path(), &RECOVERY, around.clone()).is_ok());
    assert!(matches!(Desk::open_recovery(dir.path(), &[8; 20], around).err(), Some(DeskError::WrongRecovery)));
}

#[test]
fn a_wrong_password_touches_nothing() {
    let dir = tempdir().unwrap();
    let around = found(dir.path()).around;
    let before = fs::read(dir.path().join(DATABASE_FILE)).unwrap();
    assert!(matches!(Desk::open(dir.path(), "not the password at all", around).err(), Some(DeskError::WrongPassword)));
    assert_eq!(fs::read(dir.path().join(DATABASE_FILE)).unwrap(), before);
}

#[test]
fn a_missing_or_damaged_key_file_is_said_and_makes_no_new_database() {
    let dir = tempdir().unwrap();
    let around = found(dir.path()).around;
    let keys = dir.path().join(KEY_FILE);
    let whole = fs::read(&keys).unwrap();
    fs::write(&keys, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(Desk::open(dir.path(), PASSWORD, around.clone()).err(), Some(DeskError::KeyFileDamaged)));
    fs::remove_file(&keys).unwrap();
    assert!(matches!(Desk::open(dir.path(), PASSWORD, around.clone()).err(), Some(DeskError::KeyFileMissing)));
    let again = Desk::found(dir.path(), &station(), PASSWORD, &RECOVERY, around);
    assert!(matches!(again.err(), Some(DeskError::AlreadyFounded)));
}

#[test]
fn a_foreign_database_is_refused_and_left_as_it_is() {
    let dir = tempdir().unwrap();
    let around = found(dir.path()).around;
    let database = dir.path().join(DATABASE_FILE);
    let foreign = b"SQLite format 3\0 but of somebody else".repeat(300);
    fs::write(&database, &foreign).unwrap();
    assert!(matches!(Desk::open(dir.path(), PASSWORD, around).err(), Some(DeskError::ForeignDatabase)));
    assert_eq!(fs::read(&database).unwrap(), foreign);
}

#[test]
fn nothing_of_a_person_can_be_read_from_the_files() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.visitor("CANARYALIAS", Some("13855501234"));
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for canary in [b"CANARYALIAS".as_slice(), b"13855501234", b"GX03"] {
            assert!(!bytes.windows(canary.len()).any(|w| w == canary));
        }
    }
}

#[test]
fn a_backup_is_encrypted_and_restores_with_the_same_keys_only() {
    let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
    let bench = found(dir.path());
    bench.visitor("CANARYALIAS", None);
    let file = other.path().join("station.fxbackup");
    let size = bench.desk.backup_to(&file).unwrap();
    let bytes = fs::read(&file).unwrap();
    assert_eq!(bytes.len() as u64, size);
    assert!(!bytes.windows(11).any(|w| w == b"CANARYALIAS" || w == b"SQLite form"));
    let target = other.path().join("new");
    restore_backup(&file, &target).unwrap();
    assert!(matches!(
        Desk::open(&target, "another password", bench.around.clone()).err(),
        Some(DeskError::WrongPassword)
    ));
    let desk = Desk::open_recovery(&target, &RECOVERY, bench.around.clone()).unwrap();
    assert_eq!(desk.reader().search_visitors("canary").unwrap().len(), 1);
    assert!(matches!(restore_backup(&file, &target), Err(DeskError::AlreadyFounded)));
    assert!(bench.desk.backup_to(&file).is_err(), "an existing file is never overwritten");
}

#[test]
fn a_damaged_database_is_noticed() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    bench.visitor("王师傅", None);
    let around = bench.around.clone();
    drop(bench);
    let database = dir.path().join(DATABASE_FILE);
    let mut bytes = fs::read(&database).unwrap();
    bytes[100..200].fill(0xAA);
    fs::write(&database, bytes).unwrap();
    let opened = Desk::open(dir.path(), PASSWORD, around).err();
    assert!(matches!(opened, Some(DeskError::ForeignDatabase | DeskError::DamagedDatabase(_))), "{opened:?}");
}

#[test]
fn a_database_that_is_older_than_its_mark_is_noticed_kept_and_then_goes_on() {
    let dir = tempdir().unwrap();
    let bench = found(dir.path());
    let around = bench.around.clone();
    drop(bench);
    let database = dir.path().join(DATABASE_FILE);
    let older = fs::read(&database).unwrap();
    let (desk, manager) = Desk::open(dir.path(), PASSWORD, around.clone()).unwrap();
    let act = fengxiang_desk::Act { verb: "add_visit", actor: Some(manager) };
    desk.write(act, |w| w.add_visit(&arrival(None, &["B01"]))).unwrap();
    drop(desk);
    fs::write(&database, &older).unwrap();
    let refused = Desk::open(dir.path(), PASSWORD, around.clone()).err();
    let Some(DeskError::BehindMark { missing: 2, folder }) = refused else { panic!("{refused:?}") };
    assert_eq!(fs::read(dir.path().join(folder).join(DATABASE_FILE)).unwrap(), older);
    let (desk, _) = Desk::open(dir.path(), PASSWORD, around).unwrap();
    assert_eq!(desk.check_chains().unwrap().broken_at, None);
}

#[test]
fn a_damaged_mark_is_no_reason_to_refuse_a_file() {
    let dir = tempdir().unwrap();
    let around = found(dir.path()).around;
    let mark = dir.path().join("desk.mark");
    let text = fs::read_to_string(&mark).unwrap();
    fs::write(&mark, text.replacen('0', "9", 1)).unwrap();
    assert!(Desk::open(dir.path(), PASSWORD, around).is_ok());
}

#[test]
fn a_password_opens_the_keys_of_its_role_and_the_recovery_key_opens_all() {
    use fengxiang_domain::people::KeyName;
    let dir = tempdir().unwrap();
    let around = found(dir.path()).around;
    let (desk, _) = Desk::open(dir.path(), PASSWORD, around.clone()).unwrap();
    let held = |desk: &Desk| KeyName::ALL.map(|name| desk.holds_key(name));
    assert_eq!(held(&desk), [true, true, false], "a manager has no Party key");
    desk.forget_keys();
    assert_eq!(held(&desk), [true, false, false], "nobody is signed in");
    drop(desk);
    assert_eq!(held(&Desk::open_recovery(dir.path(), &RECOVERY, around).unwrap()), [true, true, true]);
}

#[test]
fn a_restored_file_notices_it_and_remembers_it() {
    let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
    let bench = found(dir.path());
    assert_eq!(bench.desk.find_restored_at().unwrap(), None);
    let file = other.path().join("station.fxbackup");
    bench.desk.backup_to(&file).unwrap();
    let target = other.path().join("new");
    restore_backup(&file, &target).unwrap();
    for _ in 0..2 {
        let (desk, _) = Desk::open(&target, PASSWORD, bench.around.clone()).unwrap();
        assert_eq!(desk.find_restored_at().unwrap(), Some(MORNING));
    }
}

#[test]
fn a_restored_file_issues_no_number_that_may_stand_on_paper() {
    let (dir, other) = (tempdir().unwrap(), tempdir().unwrap());
    let bench = found(dir.path());
    let ticket = |desk: &Desk| {
        let new =
            NewTicket { sentence: "门难进".into(), phone: None, category: None, is_urgent: false, group_size: None };
        desk.write(bench.act("submit_ticket"), |w| w.add_ticket(&new)).unwrap().value.0
    };
    ticket(&bench.desk);
    let file = other.path().join("station.fxbackup");
    bench.desk.backup_to(&file).unwrap();
    let on_paper = ticket(&bench.desk);
    assert!(bench.desk.reader().list_number_gaps().unwrap().is_empty());
    let target = other.path().join("new");
    restore_backup(&file, &target).unwrap();
    for n in [1002, 1003] {
        let (desk, _) = Desk::open(&target, PASSWORD, bench.around.clone()).unwrap();
        let no = ticket(&desk);
        assert!(no.starts_with(&format!("SQ-GX03-20260316-A{n}")) && no != on_paper, "{no}");
        let gaps = desk.reader().list_number_gaps().unwrap();
        let told: Vec<_> = gaps.iter().map(|g| (g.kind.as_str(), g.from, g.to, g.at)).collect();
        assert_eq!(told, [("SQ", 2, 1001, MORNING), ("SJ", 1, 1000, MORNING)], "once");
        let entries = desk.reader().list_entries("number_gap", &gaps[0].id).unwrap();
        assert_eq!(entries[0].entry.fields[0].value["to"], 1001);
    }
}
