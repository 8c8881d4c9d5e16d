//! What every screen looks like: nothing that a screen reader stumbles over, nothing left in the other language, nothing
//! that hangs over the edge at twice the size.

use crate::station::{Counter, MANAGER, NAME, open_station, register};
use fengxiang_tests::{ESCAPE, Screen, Window, accessibility_faults, left_over_chinese};
use serde_json::json;
use tempfile::tempdir;

const TYPED: [&str; 6] = [NAME, MANAGER, "试用路 1 号", "王师傅", "小区进门难", "雨具还差 2 把"];
const SETTINGS: [&str; 11] = [
    "station",
    "staff",
    "codes",
    "balances",
    "backup",
    "unattended",
    "trail",
    "password",
    "look",
    "practice",
    "papers",
];

#[test]
fn the_language_switches_at_run_time() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    window.click("rail-settings");
    window.click("settings-look");
    window.click("lang-en");
    window.expect_text("lock", "Lock");
    window.click("rail-desk");
    window.expect_text("tile-01", "Food rider");
    screen.keep_picture("front-desk-en");
}

/// Walks through every screen and says its name on each.
fn tour(window: &Window, look: impl FnMut(&str)) {
    tour_by(window, Window::click, look);
}

fn tour_by(window: &Window, click: fn(&Window, &str), mut look: impl FnMut(&str)) {
    let mut see = |name: &str, test: &str| {
        window.wait(test);
        look(name);
    };
    click(window, "rail-desk");
    see("desk", "desk-field");
    click(window, "new-visitor");
    see("visitor-dialog", "visitor-save");
    window.press(&[ESCAPE]);
    window.wait_gone("visitor-save");
    click(window, "ticket-open");
    see("ticket-dialog", "ticket-save");
    window.press(&[ESCAPE]);
    window.wait_gone("ticket-save");
    click(window, "emergency");
    see("emergency", "incident-save");
    window.press(&[ESCAPE]);
    window.wait_gone("incident-save");
    click(window, "rail-visitors");
    see("visitors", "visitor-open");
    click(window, "visitor-open");
    see("visitor", "visitor-name");
    click(window, "visitor-card");
    see("card", "card-no");
    window.press(&[ESCAPE]);
    window.wait_gone("card-no");
    click(window, "visitor-edit");
    see("visitor-edit", "visitor-edit-save");
    window.press(&[ESCAPE]);
    window.wait_gone("visitor-edit-save");
    click(window, "visitor-back");
    click(window, "import-open");
    see("import", "import-choose");
    window.press(&[ESCAPE]);
    window.wait_gone("import-choose");
    click(window, "rail-tickets");
    see("tickets", "ticket-row");
    click(window, "rail-shift");
    see("shift", "handover-text");
    click(window, "shift-backfill");
    see("backfill", "backfill-time");
    click(window, "rail-reports");
    see("reports", "visit-table");
    click(window, "report-register");
    see("register", "register-line");
    click(window, "rail-settings");
    for section in SETTINGS {
        click(window, &format!("settings-{section}"));
        see(&format!("settings-{section}"), &format!("settings-{section}"));
    }
}

fn furnish(window: &Window) {
    register(window, "王师傅", "13800006021");
    window.click("desk-submit");
    window.expect_text("day-visits", "1");
    window.click("ticket-open");
    window.type_into("ticket-sentence", "小区进门难");
    window.click("ticket-save");
    window.click("ticket-close");
    window.wait_gone("ticket-close");
}

fn speak_english(window: &Window) {
    window.click("rail-settings");
    window.click("settings-look");
    window.click("lang-en");
    window.expect_text("lock", "Lock");
}

#[test]
fn no_screen_has_an_accessibility_fault() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    furnish(window);
    let mut faults = Vec::new();
    tour(window, |name| {
        screen.keep_picture(&format!("tour-{name}"));
        faults.extend(accessibility_faults(window).into_iter().map(|f| format!("{name}: {f}")));
    });
    window.click("lock");
    window.wait("unlock-secret");
    faults.extend(accessibility_faults(window).into_iter().map(|f| format!("locked: {f}")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_first_pages_have_no_accessibility_fault_in_either_language() {
    let folder = tempdir().unwrap();
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    let mut faults = Vec::new();
    window.wait("start-new");
    faults.extend(accessibility_faults(&window));
    window.click("lang-en");
    screen.keep_picture("tour-first-en");
    faults.extend(left_over_chinese(&window, &[]));
    window.click("start-restore");
    window.wait("restore-choose");
    faults.extend(accessibility_faults(&window));
    faults.extend(left_over_chinese(&window, &[]));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_chinese_is_left_over_in_english() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    furnish(window);
    speak_english(window);
    let mut left = Vec::new();
    tour(window, |name| {
        screen.keep_picture(&format!("tour-{name}-en"));
        left.extend(left_over_chinese(window, &TYPED).into_iter().map(|text| format!("{name}: {text}")));
    });
    window.click("lock");
    window.wait("unlock-secret");
    left.extend(left_over_chinese(window, &TYPED).into_iter().map(|text| format!("locked: {text}")));
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn at_twice_the_size_no_screen_is_wider_than_the_window() {
    let Counter { window, screen, folder: _folder } = open_station();
    furnish(&window);
    for _ in 0..10 {
        window.press(&["\u{e009}", "="]);
    }
    let mut wide = Vec::new();
    tour_by(&window, Window::click_unseen, |name| {
        screen.keep_picture(&format!("tour-{name}-200"));
        let over = window.script("return document.documentElement.scrollWidth - window.innerWidth", &json!([]));
        if over.as_i64().unwrap_or(0) > 1 {
            wide.push(format!("{name}: {over} px"));
        }
    });
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

#[test]
fn the_content_policy_is_never_broken() {
    let station = open_station();
    let window = &station.window;
    window.script(
        "window.broken = []; document.addEventListener('securitypolicyviolation', (e) => window.broken.push(`${e.violatedDirective} ${e.blockedURI}`));",
        &json!([]),
    );
    furnish(window);
    tour(window, |_| {});
    assert_eq!(window.script("return window.broken", &json!([])), json!([]));
}
