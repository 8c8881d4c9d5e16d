//! Much of everything: a person who came two thousand times, and the largest list that may be imported. The bounds are wide,
//! a debug build on a busy machine keeps them; they tell slow from broken.

use crate::station::open_station;
use fengxiang_tests::outside::{self, PASSWORD};
use fengxiang_tests::{Screen, Window, wait_for};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::tempdir;

const VISITS: usize = 2_000;
/// Ten columns each and the row of their names: the 200,000 cells that a file may hold.
const ROWS: usize = 19_999;

#[test]
fn a_person_with_two_thousand_visits_opens_and_pages_at_once() {
    let folder = tempdir().unwrap();
    let screen = Screen::open(folder.path());
    visit_often(&screen.data_dir());
    let window = screen.start_app();
    window.type_into("open-password", PASSWORD);
    window.click("open-submit");
    window.click("rail-visitors");
    window.wait("visitor-open");
    let opened = timed(|| {
        window.click_unseen("visitor-open");
        window.wait("visit-row");
    });
    let before = window.count("visit-row");
    assert!(before > 0 && before < VISITS, "{before} visits: a page, not all of them");
    let paged = timed(|| {
        window.click_unseen("visits-more");
        wait_for("the next page", || (window.count("visit-row") > before).then_some(()));
    });
    println!("{VISITS} visits: the page opened in {opened:?}, the next came in {paged:?}");
    assert!(opened < Duration::from_secs(3) && paged < Duration::from_secs(3), "{opened:?}, {paged:?}");
}

fn visit_often(folder: &Path) {
    outside::found(folder).unwrap();
    let app = outside::signed_in(folder, outside::surroundings()).unwrap();
    let person = json!({ "alias": "王师傅", "visitor_type": "01", "platform": null, "name": null, "phone": null,
        "work_area": null, "consent_given": false });
    let id = outside::ask(&app, "visitor_add", person).unwrap()["id"].clone();
    for n in 0..VISITS {
        let reason = (n > 0).then_some("came_again");
        let visit =
            json!({ "visitor_id": id, "visitor_type": null, "people": 1, "items": [], "separate_reason": reason });
        outside::ask(&app, "visit_add", visit).unwrap();
    }
    app.close();
}

#[test]
fn the_largest_list_is_imported_and_says_what_it_is_doing() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    fs::write(screen.files_dir().join("open.csv"), largest_list()).unwrap();
    window.click("rail-visitors");
    window.click("import-open");
    let read = timed(|| {
        window.click("import-choose");
        window.wait("import-consent");
    });
    window.click("import-consent");
    let written = timed(|| {
        window.click_unseen("import-commit");
        window.expect_text("import-busy", &ROWS.to_string());
        wait_long(window, "import-done");
    });
    println!("{ROWS} rows: read in {read:?}, written in {written:?}");
    window.expect_text("import-done", &ROWS.to_string());
    window.click("import-close");
    window.expect_text("visitors-total", &ROWS.to_string());
}

fn largest_list() -> String {
    let names = "称谓,类别,平台,姓名,手机,片区,备注一,备注二,备注三,备注四\n".to_owned();
    let line = |n| format!("测试{n},外卖骑手,美团,样例{n},139{n:08},东区,甲,乙,丙,丁\n");
    std::iter::once(names).chain((1..=ROWS).map(line)).collect()
}

fn timed(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

/// Writing so much may outlast the patience for a click.
fn wait_long(window: &Window, test: &str) {
    let begun = Instant::now();
    while !window.has(test) {
        assert!(begun.elapsed() < Duration::from_secs(120), "waited in vain for {test}");
        std::thread::sleep(Duration::from_millis(200));
    }
}
