//! Somebody with only the README: sets a station up, registers a rider, checks ten people in, closes the day and opens the
//! Excel file. And what such a day leaves behind on the disk names nobody.

use crate::station::{MANAGER, NAME, PASSWORD, register};
use calamine::{Reader, Xlsx, open_workbook};
use fengxiang_tests::{ENTER, Screen, Window, wait_for};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

const CANARY_NAME: &str = "金丝雀";
const CANARY_PHONE: &str = "13911112222";

fn set_up(window: &Window, language: &str) {
    window.click(language);
    window.click("start-new");
    window.type_into("setup-code", "GX03");
    window.type_into("setup-name", NAME);
    window.type_into("setup-address", "试用路 1 号");
    window.click("setup-next");
    window.type_into("setup-manager", MANAGER);
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
}

fn first_day(language: &str) {
    let folder = tempdir().unwrap();
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    set_up(&window, language);
    window.click("shift-go");
    window.click("check-all");
    window.click("shift-finish");
    window.wait("shift-close");
    window.click("rail-desk");
    register(&window, CANARY_NAME, CANARY_PHONE);
    window.click("chip-B01");
    window.click("desk-submit");
    window.expect_text("day-visits", "1");
    for n in 2..=10 {
        window.click(["tile-01", "tile-02", "tile-03"][n % 3]);
        window.expect_text("day-visits", &n.to_string());
    }
    window.type_into("desk-field", "2222");
    window.expect_text("hit", CANARY_NAME);
    window.type_into("desk-field", ENTER);
    window.wait_gone("hit");
    window.expect_text("day-visits", "10");
    window.click("rail-shift");
    window.click("shift-close");
    window.click("check-all");
    window.click("shift-finish");
    window.wait_gone("shift-close");
    window.click("rail-reports");
    window.expect_text("total-visits", "10");
    window.click("report-export");
    window.wait("report-saved");
    let sheet = exported(&screen.files_dir());
    let mut book: Xlsx<_> = open_workbook(&sheet).unwrap();
    let cells = book.worksheet_range_at(0).unwrap().unwrap();
    assert!(cells.rows().flatten().any(|c| format!("{c}") == "10"), "the day's ten visits stand in the file");
    screen.end_app();
    let named = who_is_named(folder.path());
    assert!(named.is_empty(), "{named:?} name a person");
}

fn exported(folder: &Path) -> PathBuf {
    wait_for("the sheet", || {
        let files = fs::read_dir(folder).ok()?.flatten().map(|f| f.path());
        files.into_iter().find(|f| f.extension().is_some_and(|e| e == "xlsx"))
    })
}

/// Files whose name or content, in either encoding a web view uses, holds the canary. Exports are excepted by asking for one
/// without a person.
fn who_is_named(root: &Path) -> Vec<PathBuf> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let needles = [CANARY_NAME, CANARY_PHONE].map(|t| [t.as_bytes().to_vec(), wide(t)]).concat();
    let holds = |bytes: &[u8]| needles.iter().any(|n| bytes.windows(n.len()).any(|w| w == n));
    let name = |file: &Path| file.to_string_lossy().into_owned().into_bytes();
    files_under(root).into_iter().filter(|f| holds(&fs::read(f).unwrap_or_default()) || holds(&name(f))).collect()
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    entries.flat_map(|p| if p.is_dir() { files_under(&p) } else { vec![p] }).collect()
}

#[test]
fn a_newcomers_first_day_in_chinese() {
    first_day("lang-zh");
}

#[test]
fn a_newcomers_first_day_in_english() {
    first_day("lang-en");
}
