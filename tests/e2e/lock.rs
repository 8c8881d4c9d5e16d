//! Locking, signing in, practising, and what is left after a power cut.

use crate::station::{Counter, PASSWORD, open_station};
use fengxiang_tests::{ENTER, Screen, Window};

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
    window.click("tile-02");
    window.expect_text("day-visits", "1");
    window.click("tile-02");
    window.expect_text("day-visits", "2");
    window.click("practice-off");
    window.wait_gone("practice-bar");
    window.expect_text("day-visits", "1");
}
