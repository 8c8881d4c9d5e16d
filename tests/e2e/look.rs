//! What every screen looks like: nothing that a screen reader stumbles over, nothing left in the other language, nothing
//! that hangs over the edge at twice the size.

use crate::station::{Counter, MANAGER, NAME, fill_manager, fill_station, open_station};
use crate::tour::{furnish, tour, tour_by};
use fengxiang_tests::{Screen, Window, accessibility_faults, left_over_chinese};
use serde_json::json;
use tempfile::tempdir;

const TYPED: [&str; 7] = [NAME, MANAGER, "试用路 1 号", "王师傅", "李师傅", "小区进门难", "雨具还差 2 把"];
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

fn speak_english(window: &Window) {
    window.click("rail-settings");
    window.click("settings-look");
    window.click("lang-en");
    window.expect_text("lock", "Lock");
}

/// Puts the colours on that the settings offer.
fn wear(window: &Window, theme: &str) {
    window.click("rail-settings");
    window.click("settings-look");
    window.click(&format!("theme-{theme}"));
}

/// What axe finds on a whole tour in these colours.
fn faults_in(theme: &str, is_english: bool) -> String {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    furnish(window);
    if is_english {
        speak_english(window);
    }
    wear(window, theme);
    let mut faults = Vec::new();
    tour(window, |name| {
        screen.keep_picture(&format!("tour-{name}-{theme}"));
        faults.extend(accessibility_faults(window).into_iter().map(|f| format!("{name}: {f}")));
    });
    faults.join("\n")
}

#[test]
fn no_screen_has_an_accessibility_fault() {
    assert_eq!(faults_in("light", false), "");
}

#[test]
fn no_screen_has_an_accessibility_fault_in_the_dark() {
    assert_eq!(faults_in("dark", false), "");
}

#[test]
fn no_screen_has_an_accessibility_fault_in_high_contrast_and_english() {
    assert_eq!(faults_in("contrast", true), "");
}

/// The first pages have no settings to choose colours in; the next start would wear what was stored.
fn paint(window: &Window, theme: &str) {
    window.script("document.documentElement.dataset.theme = arguments[0]", &json!([theme]));
}

fn first_pages(language: &str, theme: &str, typed: &[&str]) -> Vec<String> {
    let folder = tempdir().unwrap();
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    let mut faults = Vec::new();
    let mut look = |name: &str| {
        screen.keep_picture(&format!("first-{name}-{language}-{theme}"));
        faults.extend(accessibility_faults(&window).into_iter().map(|f| format!("{name}: {f}")));
        if language == "en" {
            faults.extend(left_over_chinese(&window, typed).into_iter().map(|text| format!("{name}: {text}")));
        }
    };
    window.wait("start-new");
    window.click(if language == "en" { "lang-en" } else { "lang-zh" });
    paint(&window, theme);
    look("start");
    window.click("start-restore");
    window.wait("restore-choose");
    look("restore");
    window.click("restore-back");
    for (way, name) in [("start-join", "join"), ("start-recover", "recover")] {
        window.click(way);
        window.wait("hub-address");
        look(name);
        window.click("join-back");
    }
    set_up(&window, &mut look);
    screen.kill_app();
    drop(screen);
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    window.wait("open-password");
    paint(&window, theme);
    faults.extend(accessibility_faults(&window).into_iter().map(|f| format!("sealed: {f}")));
    screen.keep_picture(&format!("first-sealed-{language}-{theme}"));
    window.click("open-by-key");
    window.wait("group-0");
    faults.extend(accessibility_faults(&window).into_iter().map(|f| format!("sealed by key: {f}")));
    screen.keep_picture(&format!("first-sealed-key-{language}-{theme}"));
    faults
}

fn set_up(window: &Window, look: &mut impl FnMut(&str)) {
    window.click("start-new");
    fill_station(window);
    look("station");
    window.click("setup-next");
    fill_manager(window);
    look("manager");
    window.click("setup-next");
    window.wait("setup-source");
    look("balances");
    window.click("setup-next");
    window.wait("recovery-group-0");
    look("recovery");
}

#[test]
fn the_first_pages_have_no_accessibility_fault_in_either_language() {
    let typed = [NAME, MANAGER, "试用路 1 号"];
    let faults = [
        first_pages("zh-CN", "dark", &typed),
        first_pages("en", "contrast", &typed),
        first_pages("en", "light", &typed),
    ]
    .concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_chinese_and_no_accessibility_fault_is_left_over_in_english() {
    let station = open_station();
    let (window, screen) = (&station.window, &station.screen);
    furnish(window);
    speak_english(window);
    let mut left = Vec::new();
    tour(window, |name| {
        screen.keep_picture(&format!("tour-{name}-en"));
        left.extend(left_over_chinese(window, &TYPED).into_iter().map(|text| format!("{name}: {text}")));
        left.extend(accessibility_faults(window).into_iter().map(|f| format!("{name}: {f}")));
    });
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
