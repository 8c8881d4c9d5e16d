//! The district's desk and a station of it, each with its own window, and the hub's program between them.

use crate::station::{Counter, MANAGER, NAME, PASSWORD, confirm_key, open_station, register};
use crate::sync::{FRONT, Hub, enroll_by, fill_hub, new_pc, one_line};
use fengxiang_tests::{ENTER, ESCAPE, Window, accessibility_faults, left_over_chinese, wait_for};

const OFFICE: &str = "区级电脑甲";
const OFFICER: &str = "区级专员甲";
const TITLE: &str = "小区进门难";
const NOTICE: &str = "高温天气提醒";
/// What people typed, in whatever language the window speaks.
const TYPED: [&str; 15] = [
    NAME,
    MANAGER,
    FRONT,
    OFFICE,
    OFFICER,
    TITLE,
    NOTICE,
    "试用区",
    "试用路 1 号",
    "停电停水",
    "夜间热饭",
    "国庆节",
    "请各站备足饮水。",
    "保安不让进，要登记身份证",
    "区级督导乙",
];

/// Faults of the page as it stands, by name, and what is left in Chinese where the window speaks English.
fn faults(name: &str, pc: &Counter, is_english: bool) -> Vec<String> {
    let name = if is_english { format!("{name}-en") } else { name.to_owned() };
    pc.screen.keep_picture(&format!("district-{name}"));
    let left = if is_english { left_over_chinese(&pc.window, &TYPED) } else { Vec::new() };
    accessibility_faults(&pc.window).into_iter().chain(left).map(|fault| format!("{name}: {fault}")).collect()
}

#[test]
fn the_district_sees_a_station_that_it_let_in_and_the_station_hears_from_it() {
    let hub = Hub::start();
    let office = new_pc();
    let mut seen = found(&hub, &office);
    let station = open_station();
    register(&station.window, "王师傅", "13800006021");
    station.window.click("desk-submit");
    station.window.click("tile-01");
    station.window.expect_text("day-visits", "2");
    report(&station.window);
    seen.extend(invite(&hub, &office, &station));
    seen.extend(let_in(&office, &station));
    office.window.click("station-leave");
    office.window.expect_text("station-today", "2");

    seen.extend(give_title(&station));
    pause(&station.window);
    office.window.expect_text("station-reason", "停电停水");
    office.window.click("rail-board");
    office.window.expect_text("board-title", TITLE);
    seen.extend(publish(&office));
    seen.extend(hear(&station));

    speak_english(&office);
    seen.extend(walk(&office, true));
    assert!(seen.is_empty(), "{}", seen.join("\n"));
}

/// The first officer sets the desk up with the code that the hub's operator printed, and signs in again after the lock.
fn found(hub: &Hub, office: &Counter) -> Vec<String> {
    let window = &office.window;
    window.wait("start-district");
    let mut seen = faults("ways", office, false);
    window.click("lang-en");
    window.click("start-district");
    seen.extend(faults("found", office, true));
    window.click("district-found");
    window.wait("district-fault");
    window.click("lang-zh");
    seen.extend(faults("found-missing", office, false));
    fill_hub(window, &hub.program.address, OFFICE);
    window.type_into("hub-code", &hub.invite("--district"));
    window.type_into("setup-officer", OFFICER);
    window.type_into("setup-password", PASSWORD);
    window.type_into("setup-password2", PASSWORD);
    window.click("district-found");
    window.wait("recovery-group-0");
    seen.extend(faults("key", office, false));
    confirm_key(window);
    window.wait("stations-empty");
    seen.extend(faults("empty", office, false));
    assert!(!window.has("shift-pill") && !window.has("rail-desk"), "the office has no counter");
    window.click("lock");
    window.wait("office-locked");
    assert!(!window.has("tile-01") && !window.has("group-number"), "a locked office counts nobody");
    seen.extend(faults("locked", office, false));
    window.type_into("unlock-secret", PASSWORD);
    window.click("unlock-submit");
    window.wait("stations-empty");
    seen
}

/// Nobody sits there for the half minute until the next cycle.
fn sync_now(pc: &Counter) {
    pc.window.click("sync-state");
    pc.window.click("sync-now");
}

/// A problem, as somebody at the counter tells it.
fn report(window: &Window) {
    window.click("rail-tickets");
    window.click("ticket-open");
    window.type_into("ticket-sentence", "保安不让进，要登记身份证");
    window.click("ticket-urgent");
    window.click("ticket-save");
    window.click("ticket-close");
    window.wait_gone("ticket-no");
}

/// The district reads a code out, and the station's manager types it.
fn invite(hub: &Hub, office: &Counter, station: &Counter) -> Vec<String> {
    office.window.click("invite-station");
    let code = one_line(&office.window.text("invitation-code"));
    let seen = faults("invitation", office, false);
    enroll_by(&station.window, hub, &code);
    // While the code stands on screen the office looks whether somebody came.
    office.window.wait("station-waits");
    office.window.click("invite-close");
    office.window.wait_gone("invite-close");
    seen
}

/// Both compare by telephone what their screens show, and the officer says yes.
fn let_in(office: &Counter, station: &Counter) -> Vec<String> {
    let mut seen = faults("waiting", office, false);
    office.window.click("station-open");
    let shown = one_line(&office.window.text("device-fingerprint"));
    assert_eq!(shown, one_line(&station.window.text("sync-fingerprint")));
    seen.extend(faults("compare", office, false));
    office.window.click("device-confirm");
    office.window.wait_gone("device-waiting");
    sync_now(station);
    office.window.expect_text("station-name", NAME);
    seen
}

/// A social worker's words for the district: not with a phone number in them.
fn give_title(station: &Counter) -> Vec<String> {
    let window = &station.window;
    window.click("rail-tickets");
    window.click("ticket-title-open");
    window.type_into("title-text", "回电 13800006021");
    window.click("title-save");
    window.expect_text("failure", "电话");
    let seen = faults("title", station, false);
    window.retype("title-text", TITLE);
    window.click("title-save");
    window.expect_text("ticket-title", TITLE);
    seen
}

fn pause(window: &Window) {
    window.click("pause");
    window.click("pause-power");
    window.click("pause-save");
    window.wait("pause-bar");
}

fn publish(office: &Counter) -> Vec<String> {
    let window = &office.window;
    window.click("rail-publish");
    let mut seen = faults("notices-empty", office, false);
    window.click("notice-add");
    window.type_into("notice-title", NOTICE);
    window.type_into("notice-text", "请各站备足饮水。");
    seen.extend(faults("notice", office, false));
    window.click("notice-save");
    window.expect_text("notice-row", NOTICE);
    window.click("publish-codes");
    window.click("shared-service_item");
    window.type_into("shared-new", "夜间热饭");
    window.click("shared-add");
    wait_for("the new entry", || window.read().contains("夜间热饭").then_some(()));
    window.click("publish-calendar");
    for (field, day) in [("calendar-from", "2027-10-01"), ("calendar-to", "2027-10-03")] {
        window.type_into(field, day);
        window.press(&[ENTER]);
    }
    window.type_into("calendar-name", "国庆节");
    window.click("calendar-add");
    wait_for("three days", || (window.count("calendar-row") == 3).then_some(()));
    window.click("publish-limits");
    window.click("limit-C-handle");
    window.retype("limit-amount", "4");
    seen.extend(faults("limit", office, false));
    window.click("limit-save");
    window.expect_text("limit-C-handle", "4 个工作日");
    seen.extend(walk(office, false));
    seen
}

/// The station shows what was published, and changes none of it.
fn hear(station: &Counter) -> Vec<String> {
    let window = &station.window;
    window.click("rail-desk");
    window.wait("district-strip");
    // By the page's own words: the driver leaves out what may be cut off at the edge.
    wait_for("the notice", || window.read().contains(NOTICE).then_some(()));
    let mut seen = faults("strip", station, false);
    window.click("district-strip");
    window.expect_text("district-notice", "请各站备足饮水。");
    seen.extend(faults("strip-open", station, false));
    window.press(&[ESCAPE]);
    window.wait_gone("district-notice");
    window.click("rail-settings");
    window.click("settings-shared");
    window.expect_text("limit-C-handle", "4 个工作日");
    wait_for("three days", || (window.count("calendar-row") == 3).then_some(()));
    assert!(!window.has("calendar-remove") && !window.has("notice-edit"), "a station only reads");
    seen.extend(faults("shared", station, false));
    seen
}

fn speak_english(pc: &Counter) {
    pc.window.click("rail-settings");
    pc.window.click("settings-look");
    pc.window.click("lang-en");
    pc.window.expect_text("lock", "Lock");
}

/// Every page of the office as it stands.
fn walk(office: &Counter, is_english: bool) -> Vec<String> {
    let window = &office.window;
    let mut seen = Vec::new();
    let mut look = |name: &str, test: &str| {
        window.wait(test);
        seen.extend(faults(name, office, is_english));
    };
    window.click("rail-stations");
    look("stations", "station-row");
    window.click("station-open");
    look("station", "day-row");
    window.click("invite-desk");
    look("invite-desk", "invitation-code");
    window.click("invite-close");
    window.wait_gone("invite-close");
    window.click("station-leave");
    window.click("rail-board");
    look("board", "board-ticket");
    window.click("rail-publish");
    for (tab, test) in
        [("notices", "notice-row"), ("codes", ""), ("calendar", "calendar-row"), ("limits", "limit-row-A")]
    {
        window.click(&format!("publish-{tab}"));
        if tab == "codes" {
            window.click("shared-service_item");
            wait_for("the entry", || window.read().contains("夜间热饭").then_some(()));
        } else {
            window.wait(test);
        }
        look(tab, &format!("publish-{tab}"));
    }
    window.click("rail-settings");
    for section in ["staff", "sync", "trays", "backup", "trail", "password", "look"] {
        window.click(&format!("settings-{section}"));
        look(section, &format!("settings-{section}"));
    }
    assert!(!window.has("settings-station") && !window.has("settings-practice"), "nothing of a station");
    seen
}

#[test]
fn a_supervisor_of_the_district_reads_and_changes_nothing() {
    let hub = Hub::start();
    let office = new_pc();
    found(&hub, &office);
    let window = &office.window;
    window.click("rail-settings");
    window.click("settings-staff");
    assert!(!window.has("staff-save"), "no volunteer works at the office");
    window.click("staff-add-other");
    window.type_into("other-name", "区级督导乙");
    window.type_into("other-password", PASSWORD);
    let mut seen = faults("staff-add", &office, false);
    window.click("other-save");
    window.expect_text("staff-added", "区级督导乙");
    window.click("lock");
    window.click("staff-1");
    window.type_into("unlock-secret", PASSWORD);
    window.click("unlock-submit");
    window.click("rail-stations");
    window.wait("stations-empty");
    assert!(!window.has("invite-station") && !window.has("invite-office"));
    seen.extend(faults("supervisor-stations", &office, false));
    window.click("rail-publish");
    window.wait("publish-read-only");
    assert!(!window.has("notice-add"));
    window.click("publish-limits");
    window.wait("limit-A-accept");
    seen.extend(faults("supervisor-limits", &office, false));
    window.click("publish-calendar");
    assert!(!window.has("calendar-add"));
    assert!(seen.is_empty(), "{}", seen.join("\n"));
}
