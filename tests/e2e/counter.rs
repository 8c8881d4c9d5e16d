//! At the counter: people come, are counted, and mistakes are taken back.

use crate::station::{open_station, register};
use fengxiang_tests::{CONTROL, ENTER};

const F5: &str = "\u{e035}";

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
