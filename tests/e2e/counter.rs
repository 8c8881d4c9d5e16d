//! At the counter: people come, are counted, and mistakes are taken back.

use crate::station::{open_station, register};
use fengxiang_tests::{CONTROL, DOWN, ENTER};

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
fn pinyin_and_initials_find_people_and_arrows_choose_between_them() {
    let station = open_station();
    let window = &station.window;
    register(window, "单师傅", "13800000001");
    window.press(&["\u{e00c}"]);
    register(window, "王·买买提", "13800000002");
    window.press(&["\u{e00c}"]);
    for (typed, found) in
        [("shanshifu", "单师傅"), ("ssf", "单师傅"), ("wangmaimaiti", "王·买买提"), ("wmmt", "王·买买提")]
    {
        window.retype("desk-field", typed);
        window.expect_text("hit", found);
        window.retype("desk-field", "");
        window.wait_gone("hit");
    }
    window.type_into("desk-field", "0002");
    window.expect_text("hit", "王·买买提");
    window.type_into("desk-field", ENTER);
    window.expect_text("day-visits", "1");
    register(window, "王师傅", "13800000003");
    window.retype("desk-field", "w");
    window.retype("desk-field", "wang");
    window.wait("hit-1");
    let second = window.text("hit-1");
    window.type_into("desk-field", DOWN);
    window.type_into("desk-field", ENTER);
    let wanted = ["王师傅", "王·买买提"].into_iter().find(|name| second.contains(name)).expect("one of the two");
    window.expect_text("last-done", wanted);
}

#[test]
fn a_card_is_scanned_wherever_the_focus_is_and_a_misread_one_is_refused() {
    let station = open_station();
    let window = &station.window;
    register(window, "王师傅", "13800006021");
    window.click("rail-visitors");
    window.click("visitor-open");
    window.click("visitor-card");
    // Text that is still fading in is no text to the driver.
    window.expect_text("card-no", "K");
    let card = window.text("card-no");
    window.press(&["\u{e00c}"]);
    window.wait_gone("card-no");
    window.click("rail-desk");
    window.retype("desk-field", "");
    window.click("tile-02");
    window.expect_text("day-visits", "1");
    window.scan(&card);
    window.expect_text("day-visits", "2");
    window.expect_text("last-done", "王师傅");
    let misread = format!("{}{}", &card[..8], if card.ends_with('7') { '8' } else { '7' });
    window.scan(&misread);
    window.wait("failure");
    window.expect_text("day-visits", "2");
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
fn a_wrong_entry_is_corrected_or_voided_for_a_reason_of_one_tap() {
    let station = open_station();
    let window = &station.window;
    window.click("tile-01");
    window.click("chip-B01");
    window.expect_text("day-services", "1");
    window.click("correct");
    window.click("correct-type");
    window.click("correct-type-02");
    window.click("reason-wrong_type");
    window.click("correct-save");
    window.wait_gone("correct-save");
    window.expect_text("arrival", "快递员");
    window.expect_text("day-visits", "1");
    window.click("correct");
    window.click("reason-nobody_came");
    window.click("void");
    window.expect_text("day-visits", "0");
    window.expect_text("day-services", "0");
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
