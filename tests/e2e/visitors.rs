//! Registered persons: cards, look-alikes, merging, importing a list.

use crate::station::{open_station, register};
use fengxiang_tests::{ESCAPE, wait_for};
use std::fs;

#[test]
fn a_visitor_is_registered_and_gets_a_printed_card() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    register(window, "王师傅", "13800006021");
    window.click("rail-visitors");
    window.expect_text("visitors-total", "1");
    window.click("visitor-open");
    window.expect_text("visitor-name", "王师傅");
    screen.keep_picture("visitor");
    window.click("visitor-card");
    window.wait("card-picture");
    window.click("card-print");
    window.wait("card-saved");
    let printed = wait_for("the card's PDF", || {
        fs::read_dir(screen.files_dir()).ok()?.flatten().find(|f| f.path().extension().is_some_and(|e| e == "pdf"))
    });
    assert!(fs::read(printed.path()).unwrap().starts_with(b"%PDF-"));
    assert!(!printed.file_name().to_string_lossy().contains("王"), "a file name names nobody");
}

#[test]
fn a_duplicate_is_noticed_while_typing_and_two_entries_become_one() {
    let station = open_station();
    let window = &station.window;
    register(window, "王师傅", "13800006021");
    window.click("desk-submit");
    window.expect_text("day-visits", "1");
    window.click("new-visitor");
    window.type_into("visitor-alias", "小王");
    window.type_into("visitor-phone", "13800006021");
    window.expect_text("lookalikes", "王师傅");
    window.click("visitor-consent");
    window.click("visitor-save");
    window.wait_gone("visitor-save");
    window.press(&[ESCAPE]);
    window.click("rail-visitors");
    window.expect_text("visitors-total", "2");
    window.type_into("visitors-search", "小王");
    window.expect_text("visitors-total", "1");
    window.click("visitor-open");
    window.click("visitor-merge");
    window.type_into("picker", "王师傅");
    window.click("picker-pick");
    window.wait("merge-kept");
    window.click("merge-yes");
    window.wait_gone("merge-yes");
    window.click("visitor-back");
    window.retype("visitors-search", "6021");
    window.expect_text("visitors-total", "1");
}

#[test]
fn a_list_is_imported_after_its_faults_were_named() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    window.click("rail-visitors");
    window.click("import-open");
    window.click("import-template");
    window.wait("import-template-saved");
    let bad = "称谓,类别,平台,姓名,手机,片区\n测试甲,外卖骑手,美团,,1380000a001,\n";
    fs::write(screen.files_dir().join("open.csv"), bad).unwrap();
    window.click("import-choose");
    window.wait("import-fault");
    assert_eq!(window.attribute("import-commit", "disabled"), "true");
    let good =
        "称谓,类别,平台,姓名,手机,片区\n测试甲,外卖骑手,美团,,13800000001,东区\n测试乙,快递员,顺丰,,13800000002,\n";
    fs::write(screen.files_dir().join("open.csv"), good).unwrap();
    window.click("import-choose");
    window.wait_gone("import-fault");
    window.click("import-consent");
    screen.keep_picture("import");
    window.click("import-commit");
    window.expect_text("import-done", "2");
    window.click("import-close");
    window.expect_text("visitors-total", "2");
}
