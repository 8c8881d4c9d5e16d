//! Figures on the screen and in the file are the same figures.

use crate::station::{open_station, register};
use calamine::{Data, Reader, Xlsx, open_workbook};
use fengxiang_tests::wait_for;
use std::fs;

#[test]
fn the_exported_table_says_what_the_screen_says() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    register(window, "王师傅", "13800006021");
    window.click("chip-B01");
    window.click("desk-submit");
    window.expect_text("day-visits", "1");
    window.type_into("desk-field", "7");
    window.click("tile-02");
    window.expect_text("day-visits", "8");
    window.click("rail-reports");
    window.expect_text("total-visits", "8");
    window.click("report-export");
    window.wait("report-saved");
    let file = wait_for("the sheet", || {
        fs::read_dir(screen.files_dir()).ok()?.flatten().find(|f| f.file_name().to_string_lossy().contains("R02"))
    });
    let mut book: Xlsx<_> = open_workbook(file.path()).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let has = |row: &&[Data], word: &str| row.iter().any(|c| c.to_string().trim() == word);
    let header = rows.iter().position(|r| has(r, "合计人次")).expect("the header row");
    let total = rows.iter().find(|r| r.first().is_some_and(|c| c.to_string().contains("合计"))).expect("the total row");
    let column = |word: &str| rows[header].iter().position(|c| c.to_string().trim() == word).expect("a column");
    assert_eq!(total[column("合计人次")].to_string(), window.text("total-visits"));
    assert_eq!(total[column("快递员")].to_string(), "7");
    assert_eq!(total[column("基础项次")].to_string(), "1");
    window.click("figure-total-visits");
    window.wait("register-drawer");
    assert_eq!(window.count("register-line"), 2, "a figure opens down to its rows");
}
