//! A backup taken by hand opens on another PC with nothing but the recovery key; damage is said, never overwritten.

use crate::station::{Counter, open_station_with_key};
use fengxiang_tests::{Screen, wait_for};
use std::fs;
use tempfile::tempdir;

#[test]
fn a_backup_and_the_printed_key_open_the_station_on_another_pc() {
    let (Counter { window, screen, folder: _folder }, key) = open_station_with_key();
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    window.click("rail-settings");
    window.click("settings-backup");
    window.click("backup-make");
    window.wait("backup-made");
    let backup = wait_for("the backup", || {
        fs::read_dir(screen.files_dir()).ok()?.flatten().find(|f| f.path().extension().is_some_and(|e| e == "fxbackup"))
    });
    let bytes = fs::read(backup.path()).unwrap();
    let name = "试用广场能量站".as_bytes();
    assert!(!bytes.windows(name.len()).any(|w| w == name), "a backup is encrypted");
    screen.kill_app();
    drop(screen);
    let other = tempdir().unwrap();
    let screen = Screen::open(other.path());
    fs::write(screen.files_dir().join("open.fxbackup"), bytes).unwrap();
    let window = screen.start_app();
    window.click("start-restore");
    window.click("restore-choose");
    window.wait("restore-chosen");
    window.click("restore-take");
    window.click("open-by-key");
    for (i, group) in key.iter().enumerate() {
        window.type_into(&format!("group-{i}"), group);
    }
    window.type_into("recovery-password", "a new day for the old bees");
    window.type_into("recovery-password2", "a new day for the old bees");
    window.click("recovery-open");
    window.expect_text("day-visits", "1");
}

#[test]
fn a_damaged_database_is_set_aside_and_a_backup_offered() {
    let (Counter { window, screen, folder }, _) = open_station_with_key();
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    screen.kill_app();
    let database = screen.data_dir().join("desk.db");
    drop(screen);
    let mut bytes = fs::read(&database).unwrap();
    bytes[16..4096].fill(0x5a);
    fs::write(&database, &bytes).unwrap();
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    window.type_into("open-password", crate::station::PASSWORD);
    window.click("open-submit");
    window.click("set-aside");
    window.click("set-aside-yes");
    window.wait("set-aside-folder");
    window.wait("start-restore");
    assert!(!database.exists(), "no new empty database beside it");
    let kept = walk(&screen.data_dir()).into_iter().any(|f| fs::read(f).is_ok_and(|b| b == bytes));
    assert!(kept, "the damaged file is kept as it was");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.flat_map(|e| if e.path().is_dir() { walk(&e.path()) } else { vec![e.path()] }).collect()
}
