//! Journeys of the people at the counter, through the real window on a real encrypted file.

use fengxiang_tests::{CONTROL, ENTER, Screen, Window};
use tempfile::{TempDir, tempdir};

const PASSWORD: &str = "three bees over nine bridges";
const F5: &str = "\u{e035}";

struct Counter {
    window: Window,
    screen: Screen,
    /// Deleted when the test ends, not before.
    data: TempDir,
}

/// A station set up through the window as its first manager would, up to the front desk.
fn open_station() -> Counter {
    let data = tempdir().unwrap();
    let screen = Screen::open(data.path());
    let window = screen.start_app();
    window.type_into("setup-code", "GX03");
    window.type_into("setup-name", "试用广场能量站");
    window.type_into("setup-address", "试用路 1 号");
    screen.keep_picture("setup");
    window.click("setup-next");
    window.type_into("setup-manager", "站长甲");
    window.type_into("setup-password", PASSWORD);
    window.type_into("setup-password2", PASSWORD);
    window.click("setup-next");
    window.click("setup-next");
    for field in ["recovery-first", "recovery-second"] {
        let group = window.attribute(field, "data-index");
        let text = window.text(&format!("recovery-group-{group}"));
        window.type_into(field, &text);
    }
    window.click("setup-finish");
    window.wait("desk-field");
    Counter { window, screen, data }
}

fn register(window: &Window, alias: &str, phone: &str) {
    window.click("new-visitor");
    window.type_into("visitor-alias", alias);
    window.type_into("visitor-phone", phone);
    window.click("visitor-consent");
    window.click("visitor-save");
    window.wait_gone("visitor-save");
}

#[test]
fn a_new_station_counts_its_first_visit_and_takes_it_back() {
    let station = open_station();
    let window = &station.window;
    window.expect_text("day-visits", "0");
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    window.click("chip-B01");
    window.expect_text("day-services", "1");
    window.click("undo");
    window.expect_text("day-visits", "0");
    window.expect_text("day-services", "0");
    window.press(&[F5]);
    window.expect_text("day-visits", "1");
    window.press(&[CONTROL, "z"]);
    window.expect_text("day-visits", "0");
}

#[test]
fn a_registered_rider_checks_in_with_four_digits_and_enter() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    register(window, "王师傅", "13800006021");
    window.expect_text("hit", "王师傅");
    window.click("chip-B02");
    window.click("desk-submit");
    window.expect_text("day-visits", "1");
    window.expect_text("day-services", "1");
    window.type_into("desk-field", "6021");
    window.expect_text("hit", "6021");
    screen.keep_picture("front-desk");
    window.type_into("desk-field", ENTER);
    // Within the hour: the same visit.
    window.wait_gone("hit");
    window.expect_text("day-visits", "1");
}

#[test]
fn a_small_number_before_a_tile_is_a_group_and_four_digits_never_are() {
    let station = open_station();
    let window = &station.window;
    window.type_into("desk-field", "7");
    window.click("tile-02");
    window.expect_text("day-visits", "7");
    window.type_into("desk-field", "12");
    window.click("tile-02");
    window.click("group-yes");
    window.expect_text("day-visits", "19");
    window.type_into("desk-field", "6021");
    window.click("tile-01");
    window.expect_text("day-visits", "20");
}

#[test]
fn what_was_counted_survives_a_kill() {
    let Counter { window, screen, data } = open_station();
    window.click("tile-01");
    window.expect_text("day-visits", "1");
    screen.kill_app();
    drop(screen);
    let screen = Screen::open(data.path());
    let window = screen.start_app();
    window.type_into("open-password", "this is the wrong one");
    window.click("open-submit");
    window.wait("failure");
    window.type_into("open-password", ENTER);
    assert!(window.has("open-password"), "a wrong password opens nothing");
    screen.kill_app();
    drop(screen);
    let screen = Screen::open(data.path());
    let window = screen.start_app();
    window.type_into("open-password", PASSWORD);
    window.click("open-submit");
    window.expect_text("day-visits", "1");
    window.click("rail-settings");
    window.click("trail-verify");
    window.expect_text("trail-result", "完整");
}

#[test]
fn a_locked_desk_goes_on_counting_and_a_volunteer_signs_in_with_a_pin() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    window.click("rail-settings");
    window.type_into("staff-name", "志愿者乙");
    window.type_into("staff-pin", "602114");
    window.click("staff-save");
    window.expect_text("staff-added", "志愿者乙");
    window.click("lock");
    window.click("tile-01");
    window.expect_text("counted", "外卖骑手");
    screen.keep_picture("locked");
    window.type_into("staff-choice", "志愿者乙");
    window.type_into("unlock-secret", "602115");
    window.click("unlock-submit");
    window.expect_text("failure", "4");
    window.type_into("unlock-secret", "\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}\u{e003}602114");
    window.click("unlock-submit");
    window.expect_text("day-visits", "1");
}

#[test]
fn a_problem_heard_gets_its_number_and_stands_in_the_list() {
    let station = open_station();
    let window = &station.window;
    window.click("ticket-open");
    window.type_into("ticket-sentence", "小区进门难，保安不让进");
    window.click("ticket-save");
    assert!(window.text("ticket-no").starts_with("SQ-GX03-"));
    window.click("ticket-close");
    window.wait_gone("ticket-no");
    window.click("rail-tickets");
    window.expect_text("ticket-row", "小区进门难");
}

#[test]
fn the_language_switches_at_run_time() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    window.click("rail-settings");
    window.click("lang-en");
    window.expect_text("lock", "Lock");
    window.click("rail-desk");
    window.expect_text("tile-01", "Food rider");
    screen.keep_picture("front-desk-en");
}
