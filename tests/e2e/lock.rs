//! Locking, signing in, and what is left after a power cut.

use crate::station::{Counter, PASSWORD, open_station};
use fengxiang_tests::{ENTER, Screen};

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
    window.type_into("open-password", ENTER);
    assert!(window.has("open-password"), "a wrong password opens nothing");
    screen.kill_app();
    drop(screen);
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    window.type_into("open-password", PASSWORD);
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
    window.click("rail-settings");
    window.click("settings-staff");
    window.type_into("staff-name", "志愿者乙");
    window.type_into("staff-pin", "602114");
    window.click("staff-save");
    window.expect_text("staff-added", "志愿者乙");
    window.click("lock");
    window.click("tile-01");
    window.expect_text("counted", "外卖骑手");
    screen.keep_picture("locked");
    window.click("staff-1");
    window.type_into("unlock-secret", "602115");
    window.click("unlock-submit");
    window.expect_text("failure", "4");
    window.type_into("unlock-secret", "\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}602114");
    window.click("unlock-submit");
    window.expect_text("day-visits", "1");
}
