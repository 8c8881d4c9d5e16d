//! What the shell promises around the window: one program per data directory, a clean end, no way out of the page.

use crate::station::{Counter, PASSWORD, open_station};
use fengxiang_tests::{CONTROL, Screen, wait_for};
use serde_json::json;
use std::io::Read;
use std::process::{Child, Command};
use tempfile::tempdir;

fn end_of(child: &mut Child) -> (Option<i32>, String) {
    let status = wait_for("the second start to end", || child.try_wait().unwrap());
    let mut words = String::new();
    child.stderr.take().unwrap().read_to_string(&mut words).unwrap();
    (status.code(), words)
}

#[test]
fn a_second_start_hands_over_to_the_first_window() {
    let Counter { window, screen, folder: _folder } = open_station();
    let (code, words) = end_of(&mut screen.start_beside(&screen.data_dir(), true));
    assert_eq!(code, Some(0), "{words}");
    window.click("tile-01");
    window.expect_text("day-visits", "1");
}

#[test]
fn without_a_session_bus_the_lock_alone_keeps_a_second_start_out() {
    let Counter { window, screen, folder: _folder } = open_station();
    let (code, words) = end_of(&mut screen.start_beside(&screen.data_dir(), false));
    assert_eq!(code, Some(1));
    assert!(words.contains("runs on this data directory already"), "{words}");
    window.click("tile-01");
    window.expect_text("day-visits", "1");
}

#[test]
fn two_data_directories_run_side_by_side() {
    let Counter { window, screen, folder: _folder } = open_station();
    let other = tempdir().unwrap();
    let mut second = screen.start_beside(other.path(), true);
    wait_for("the other desk's web view", || other.path().join("web").exists().then_some(()));
    assert_eq!(second.try_wait().unwrap(), None, "the other desk runs");
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    Command::new("kill").args(["-TERM", &second.id().to_string()]).status().unwrap();
    assert_eq!(end_of(&mut second).0, Some(0));
}

#[test]
fn told_to_end_the_desk_closes_its_store() {
    let Counter { window, screen, folder } = open_station();
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    let wal = screen.data_dir().join("desk.db-wal");
    assert!(wal.exists());
    screen.end_app();
    assert!(!wal.exists(), "what was written stands in the database itself");
    drop(screen);
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    window.type_into("open-password", PASSWORD);
    window.click("open-submit");
    window.expect_text("day-visits", "1");
}

#[test]
fn the_window_never_leaves_its_own_pages() {
    let station = open_station();
    let window = &station.window;
    window.type_into("desk-field", "7");
    for attempt in [
        "location.href = 'https://example.org/'",
        "open('https://example.org/')",
        "location.href = 'file:///etc/hostname'",
        "const a = document.createElement('a'); a.href = 'data:text/html,x'; a.download = 'x'; document.body.append(a); a.click()",
    ] {
        window.script(attempt, &json!([]));
    }
    window.press(&[CONTROL, "r"]);
    window.click("tile-01");
    window.expect_text("day-visits", "7");
    assert_eq!(window.script("return location.protocol", &json!([])), "tauri:");
}

#[test]
fn everything_grows_with_control_and_plus_and_stays_so() {
    let Counter { window, screen, folder } = open_station();
    let width = |window: &fengxiang_tests::Window| window.script("return innerWidth", &json!([])).as_f64().unwrap();
    let plain = width(&window);
    for _ in 0..9 {
        window.press(&[CONTROL, "+"]);
    }
    wait_for("twice the size", || (width(&window) * 2.0 <= plain + 2.0).then_some(()));
    screen.end_app();
    drop(screen);
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    window.wait("open-password");
    wait_for("the size of yesterday", || (width(&window) * 2.0 <= plain + 2.0).then_some(()));
    window.press(&[CONTROL, "0"]);
    wait_for("the plain size", || (width(&window) >= plain - 2.0).then_some(()));
}

#[test]
fn the_demo_opens_with_its_password_and_has_lived_a_month() {
    let home = tempdir().unwrap();
    let data = home.path().join("data");
    let fill = || Command::new(env!("CARGO_BIN_EXE_fengxiang-demo")).arg(&data).arg(PASSWORD).status().unwrap();
    assert!(fill().success());
    assert!(!fill().success(), "a station that stands is left alone");
    let screen = Screen::open(home.path());
    let window = screen.start_app();
    window.type_into("open-password", PASSWORD);
    window.click("open-submit");
    window.click("rail-tickets");
    window.expect_text("ticket-row", "雨天摔了一跤");
    window.click("rail-reports");
    window.wait("visit-table");
    screen.keep_picture("report");
}
