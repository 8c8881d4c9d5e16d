//! A day from opening to closing, and a page of the paper register.

use crate::station::open_station;
use fengxiang_tests::ENTER;

#[test]
fn a_day_is_opened_handed_over_and_closed() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    window.click("shift-go");
    window.click("check-all");
    window.click("check-medicine-fault");
    window.type_into("check-medicine-note", "创可贴用完");
    window.click("shift-finish");
    window.wait("shift-state");
    window.type_into("handover-text", "雨具还差 2 把");
    window.click("handover-save");
    window.expect_text("handover", "雨具还差 2 把");
    screen.keep_picture("shift");
    window.click("shift-handover");
    window.click("check-all");
    window.click("shift-finish");
    window.wait("shift-handover");
    window.expect_text("handover", "雨具还差 2 把");
    window.click("handover-tick");
    window.click("shift-close");
    window.click("check-all");
    window.click("shift-finish");
    window.wait_gone("shift-close");
    window.click("rail-desk");
    window.click("tile-01");
    window.expect_text("day-visits", "1");
}

#[test]
fn a_page_of_the_paper_register_is_typed_row_by_row() {
    let station = open_station();
    let window = &station.window;
    window.click("backfill-open");
    for time in ["0005", "0007"] {
        window.retype("backfill-time", time);
        window.retype("backfill-people", "2");
        window.type_into("backfill-people", ENTER);
        window.expect_text("backfill-row", "2");
    }
    assert_eq!(window.count("backfill-row"), 2);
    window.click("rail-desk");
    window.expect_text("day-visits", "4");
}
