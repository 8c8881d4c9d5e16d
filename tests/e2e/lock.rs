//! Locking, signing in, practising, and what is left after a power cut.

use crate::station::{Counter, MANAGER, PASSWORD, open_station, open_station_with_key, register};
use fengxiang_tests::{ENTER, ESCAPE, Screen, Window};
use serde_json::json;
use std::time::{Duration, Instant};

const PIN: &str = "602114";

fn add_volunteer(window: &Window) {
    window.click("rail-settings");
    window.click("settings-staff");
    window.type_into("staff-name", "志愿者乙");
    window.type_into("staff-pin", PIN);
    window.click("staff-save");
    window.expect_text("staff-added", "志愿者乙");
}

#[test]
fn what_was_counted_survives_a_kill() {
    let Counter { window, screen, folder } = open_station();
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    screen.kill_app();
    drop(screen);
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    window.type_into("open-password", "this is the wrong one");
    window.click("open-submit");
    window.wait("failure");
    window.retype("open-password", PASSWORD);
    window.click("open-submit");
    window.expect_text("day-visits", "1");
    window.click("rail-settings");
    window.click("settings-trail");
    window.click("trail-verify");
    window.expect_text("trail-result", "完整");
}

#[test]
fn a_locked_desk_goes_on_counting_and_a_volunteer_signs_in_with_a_pin() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    add_volunteer(window);
    window.click("lock");
    window.click("tile-01");
    window.expect_text("counted", "外卖骑手");
    screen.keep_picture("locked");
    window.click("staff-1");
    window.type_into("unlock-secret", "602115");
    window.click("unlock-submit");
    window.expect_text("failure", "4");
    window.retype("unlock-secret", PIN);
    window.click("unlock-submit");
    window.click("rail-desk");
    window.expect_text("day-visits", "1");
}

#[test]
fn five_wrong_pins_lock_the_pin_and_the_counter_goes_on() {
    let station = open_station();
    let window = &station.window;
    add_volunteer(window);
    window.click("lock");
    window.click("staff-1");
    for _ in 0..5 {
        window.retype("unlock-secret", "602115");
        window.click("unlock-submit");
        window.wait("failure");
        window.type_into("unlock-secret", ENTER);
    }
    window.retype("unlock-secret", PIN);
    window.click("unlock-submit");
    window.expect_text("failure", "站长");
    window.click("tile-01");
    window.expect_text("counted", "外卖骑手");
}

#[test]
fn an_emergency_is_recorded_while_locked_after_saying_what_to_do() {
    let station = open_station();
    let window = &station.window;
    window.click("lock");
    window.click("emergency");
    window.expect_text("emergency-calls", "120");
    window.click("incident-illness");
    window.type_into("incident-text", "一位骑手头晕");
    window.click("incident-save");
    window.expect_text("incident-no", "SJ-GX03-");
}

#[test]
fn practice_leaves_no_trace_in_the_figures() {
    let station = open_station();
    let window = &station.window;
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    window.click("rail-settings");
    window.click("settings-practice");
    window.click("practice-turn");
    window.wait("practice-bar");
    window.click("rail-desk");
    window.expect_text("day-visits", "0");
    assert!(!window.has("undo"), "what was counted for real cannot be undone in practice");
    window.click("tile-02");
    window.expect_text("day-visits", "1");
    window.click("tile-02");
    window.expect_text("day-visits", "2");
    window.click("practice-off");
    window.wait_gone("practice-bar");
    window.expect_text("day-visits", "1");
}

/// Signs the volunteer in at the lock.
fn volunteer_signs_in(window: &Window) {
    window.click("staff-1");
    window.type_into("unlock-secret", PIN);
    window.click("unlock-submit");
    window.expect_text("user-menu", "志愿者乙");
}

fn manager_signs_in(window: &Window) {
    window.click("staff-0");
    window.type_into("unlock-secret", PASSWORD);
    window.click("unlock-submit");
    window.expect_text("user-menu", MANAGER);
}

#[test]
fn another_person_takes_over_in_less_than_two_seconds() {
    let station = open_station();
    let window = &station.window;
    add_volunteer(window);
    let begun = Instant::now();
    window.click("user-menu");
    window.click("switch-user");
    volunteer_signs_in(window);
    let taken = begun.elapsed();
    println!("switching the user took {taken:?}, the driver's clicks among them");
    assert!(taken < Duration::from_secs(2), "{taken:?}");
}

#[test]
fn a_desk_that_nobody_touches_locks_after_five_minutes_and_keeps_what_was_typed() {
    let station = open_station();
    let window = &station.window;
    window.click("new-visitor");
    window.type_into("visitor-alias", "写到一半");
    later(window, 4);
    std::thread::sleep(Duration::from_secs(6));
    assert!(!window.has("unlock-secret"), "four minutes are not five");
    later(window, 5);
    window.wait("unlock-secret");
    assert!(!window.has("visitor-alias"), "nothing typed shows on a locked desk");
    manager_signs_in(window);
    let typed = window.script("return document.querySelector('[data-test=visitor-alias]').value", &json!([]));
    assert_eq!(typed, "写到一半");
}

/// Turns the window's clock on. Only a driver can: the app has no such door.
fn later(window: &Window, minutes: i64) {
    window.script(
        "window.clockNow ??= Date.now; const by = arguments[0] * 60_000; Date.now = () => window.clockNow() + by;",
        &json!([minutes]),
    );
}

#[test]
fn nobody_sees_what_the_person_before_had_open_or_typed() {
    let station = open_station();
    let window = &station.window;
    add_volunteer(window);
    window.click("rail-desk");
    register(window, "王师傅", "13800006021");
    window.press(&[ESCAPE]);
    window.click("rail-visitors");
    window.type_into("visitors-search", "王师傅");
    window.click("visitor-open");
    window.expect_text("visitor-full-phone", "13800006021");
    window.click("lock");
    volunteer_signs_in(window);
    window.wait("visitors-search");
    assert!(!window.has("visitor-full-phone"), "the page of one person stays with who opened it");
    let typed = "return document.querySelector('[data-test=visitors-search]').value";
    assert_eq!(window.script(typed, &json!([])), "");
}

#[test]
fn only_the_recovery_key_gives_the_party_key_to_an_adviser() {
    let (station, key) = open_station_with_key();
    let window = &station.window;
    window.click("rail-settings");
    window.click("settings-staff");
    window.click("staff-add-other");
    window.type_into("other-name", "党建丙");
    window.click("other-role");
    window.click("other-role-party_adviser");
    window.type_into("other-password", "six hives by the river");
    window.wait("group-0");
    window.click("other-save");
    window.expect_text("staff-added", "党建丙");
    window.wait("staff-lacks-keys");
    window.script("[...document.querySelectorAll('[data-test=staff-secret]')].at(-1).click()", &json!([]));
    window.type_into("secret-password", "seven hives by the river");
    type_key(window, &key);
    window.click("secret-save");
    window.wait_gone("secret-save");
    window.wait_gone("staff-lacks-keys");
    window.click("lock");
    window.click("staff-1");
    window.type_into("unlock-secret", "seven hives by the river");
    window.click("unlock-submit");
    window.expect_text("user-menu", "党建丙");
}

fn type_key(window: &Window, key: &[String]) {
    for (i, group) in key.iter().enumerate() {
        window.type_into(&format!("group-{i}"), group);
    }
}
