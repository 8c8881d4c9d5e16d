//! Two PCs of one station, each with its own window and its own files, and the hub's program between them.

use crate::station::{Counter, MANAGER, NAME, PASSWORD, open_station_with_key, register};
use fengxiang_tests::hub::process::Program;
use fengxiang_tests::{ESCAPE, Screen, Window, accessibility_faults, left_over_chinese};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::{TempDir, tempdir};

const HUB: &str = env!("CARGO_BIN_EXE_hub-child");
/// What is done on one PC is seen on the other within this time.
const SEEN_WITHIN: Duration = Duration::from_secs(5);
pub const FRONT: &str = "前台电脑";
const BACK: &str = "里间电脑";
/// What people typed, in whatever language the window speaks.
const TYPED: [&str; 7] = [NAME, MANAGER, FRONT, BACK, "试用区", "王师傅", "试用路 1 号"];

pub struct Hub {
    pub program: Program,
    _folder: TempDir,
}

impl Hub {
    pub fn start() -> Self {
        let folder = tempdir().unwrap();
        let database = folder.path().join("hub.db").display().to_string();
        let mut program = Program::new(Path::new(HUB), &database).unwrap();
        program.operate(&["init", "--district", "试用区"]).unwrap();
        program.serve().unwrap();
        Self { program, _folder: folder }
    }

    /// A code for the first desk of a new station.
    fn invitation(&self) -> String {
        self.invite("--new-station")
    }

    /// A code as its operator asks for it.
    pub fn invite(&self, whom: &str) -> String {
        let printed = self.program.operate(&["invite", whom]).unwrap();
        printed.split(' ').nth(1).expect("a code is printed").to_owned()
    }
}

pub fn new_pc() -> Counter {
    let folder = tempdir().unwrap();
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    Counter { window, screen, folder }
}

pub fn fill_hub(window: &Window, address: &str, device: &str) {
    window.type_into("hub-address", address);
    window.type_into("hub-device", device);
}

/// The station of this window joins the hub, as its manager does it.
fn enroll(window: &Window, hub: &Hub) {
    enroll_by(window, hub, &hub.invitation());
}

pub fn enroll_by(window: &Window, hub: &Hub, code: &str) {
    window.click("sync-state");
    fill_hub(window, &hub.program.address, FRONT);
    window.type_into("hub-code", code);
    window.click("hub-enroll");
    window.expect_text("sync-address", &hub.program.address);
    window.expect_text("sync-state", "已同步");
}

/// Opens the store for the first time after its files have come.
fn open_arrived(window: &Window) {
    window.wait("arrived");
    window.type_into("open-password", PASSWORD);
    window.click("open-submit");
    window.wait("desk-field");
}

pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect()
}

fn open_first_visitor(window: &Window) {
    window.click("rail-visitors");
    window.click("visitor-open");
    window.wait("visitor-name");
}

fn change_phone(window: &Window, phone: &str) {
    window.click("visitor-edit");
    window.retype("visitor-phone", phone);
    window.click("visitor-edit-save");
    window.wait_gone("visitor-edit-save");
}

/// Faults of the page as it stands, by name, and what is left in Chinese where the window speaks English.
fn faults(name: &str, pc: &Counter, is_english: bool) -> Vec<String> {
    pc.screen.keep_picture(&format!("sync-{name}"));
    let left = if is_english { left_over_chinese(&pc.window, &TYPED) } else { Vec::new() };
    accessibility_faults(&pc.window).into_iter().chain(left).map(|fault| format!("{name}: {fault}")).collect()
}

fn at_once(pc: &Counter, name: &str, wanted: &str) {
    let since = Instant::now();
    pc.window.expect_text(name, wanted);
    let needed = since.elapsed();
    assert!(needed < SEEN_WITHIN, "{name} said {wanted} after {needed:?}");
}

#[test]
fn two_pcs_of_a_station_agree_by_way_of_a_hub_that_comes_and_goes() {
    let mut hub = Hub::start();
    let (first, _) = open_station_with_key();
    let second = new_pc();
    let mut seen = Vec::new();
    register(&first.window, "王师傅", "13800006021");
    first.window.press(&[ESCAPE]);
    enroll(&first.window, &hub);
    seen.extend(join(&hub, &first, &second));

    first.window.click("rail-desk");
    first.window.click("tile-01");
    at_once(&second, "day-visits", "1");
    second.window.click("tile-01");
    at_once(&first, "day-visits", "2");

    hub.program.stop().unwrap();
    seen.extend(work_on_alone(&first, &second));
    hub.program.serve().unwrap();
    for pc in [&first, &second] {
        pc.window.click("sync-state");
        pc.window.click("sync-now");
    }
    // A conflict is there once both have told theirs.
    for pc in [&first, &second] {
        pc.window.expect_text("badge-trays", "1");
    }
    seen.extend(settle(&first, &second));
    for pc in [&first, &second] {
        pc.window.click("rail-desk");
        pc.window.expect_text("day-visits", "4");
    }
    assert!(seen.is_empty(), "{}", seen.join("\n"));
}

/// The second PC asks, both show the same digits, the first lets it in, and the station stands on both.
fn join(hub: &Hub, first: &Counter, second: &Counter) -> Vec<String> {
    first.window.click("device-invite");
    let code = one_line(&first.window.text("invitation-code"));
    let mut seen = faults("invitation", first, false);
    second.window.wait("start-join");
    second.window.click("lang-en");
    seen.extend(faults("ways", second, true));
    second.window.click("start-join");
    fill_hub(&second.window, &hub.program.address, BACK);
    second.window.type_into("hub-code", &code.to_lowercase());
    seen.extend(faults("join", second, true));
    second.window.click("join-start");
    let theirs = one_line(&second.window.text("join-fingerprint"));
    seen.extend(faults("compare", second, true));
    first.window.wait("device-waiting");
    assert_eq!(one_line(&first.window.text("device-fingerprint")), theirs);
    seen.extend(faults("waiting", first, false));
    first.window.click("device-confirm");
    first.window.wait_gone("device-waiting");
    open_arrived(&second.window);
    second.window.expect_text("sync-state", "In sync");
    seen
}

/// Both change the same person's phone and count on while there is no hub.
fn work_on_alone(first: &Counter, second: &Counter) -> Vec<String> {
    for (pc, phone) in [(first, "13800006022"), (second, "13800006023")] {
        open_first_visitor(&pc.window);
        change_phone(&pc.window, phone);
        pc.window.click("rail-desk");
        pc.window.click("tile-02");
        pc.window.expect_text("day-visits", "3");
    }
    first.window.expect_text("sync-state", "离线，");
    second.window.expect_text("sync-state", "Offline, ");
    [faults("offline", first, false), faults("offline-en", second, true)].concat()
}

/// One PC decides; the other shows the same, and both trays are empty.
fn settle(first: &Counter, second: &Counter) -> Vec<String> {
    for pc in [first, second] {
        pc.window.click("settings-trays");
        pc.window.wait("conflict-row");
    }
    let mut seen = faults("trays", first, false);
    seen.extend(faults("trays-en", second, true));
    let chosen = second.window.text("conflict-value-0");
    second.window.click("conflict-take-0");
    second.window.expect_text("tray-told", &chosen);
    for pc in [first, second] {
        pc.window.wait("tray-empty");
        // The person's page stands as it was left.
        pc.window.click("rail-visitors");
        pc.window.expect_text("visitor-full-phone", &chosen);
    }
    seen
}

#[test]
fn a_revoked_pc_says_so_and_an_erased_person_is_gone_from_every_pc() {
    let hub = Hub::start();
    let (first, _) = open_station_with_key();
    let second = new_pc();
    register(&first.window, "王师傅", "13800006021");
    first.window.press(&[ESCAPE]);
    enroll(&first.window, &hub);
    let mut seen = join(&hub, &first, &second);
    second.window.click("rail-visitors");
    second.window.expect_text("visitors-total", "1");

    open_first_visitor(&first.window);
    first.window.click("visitor-erase");
    first.window.type_into("erase-alias", "王师傅");
    seen.extend(faults("erase", &first, false));
    first.window.click("erase-yes");
    first.window.wait_gone("erase-yes");
    second.window.wait_gone("visitor-open");

    first.window.click("sync-state");
    first.window.click("device-revoke");
    seen.extend(faults("revoke", &first, false));
    first.window.click("revoke-yes");
    first.window.wait("device-revoked");
    seen.extend(faults("devices", &first, false));
    // It hears of it from the hub, and shuts itself whatever was on its screen.
    second.window.type_into("open-password", PASSWORD);
    second.window.click("open-submit");
    second.window.expect_text("failure", "revoked");
    seen.extend(faults("revoked", &second, true));
    assert!(seen.is_empty(), "{}", seen.join("\n"));
}

#[test]
fn the_last_pc_burns_and_the_printed_key_brings_the_station_back() {
    let hub = Hub::start();
    let (first, key) = open_station_with_key();
    register(&first.window, "王师傅", "13800006021");
    first.window.click("desk-submit");
    first.window.expect_text("day-visits", "1");
    enroll(&first.window, &hub);
    first.screen.kill_app();
    drop(first);

    let second = new_pc();
    let window = &second.window;
    window.click("start-recover");
    fill_hub(window, &hub.program.address, "新电脑");
    type_key(window, &key);
    let mut seen = faults("recover", &second, false);
    window.click("join-start");
    window.wait("arrived");
    seen.extend(faults("arrived", &second, false));
    type_key(window, &key);
    window.type_into("recovery-password", "a new day for the old bees");
    window.type_into("recovery-password2", "a new day for the old bees");
    window.click("recovery-open");
    window.expect_text("day-visits", "1");
    window.expect_text("sync-state", "已同步");
    open_first_visitor(window);
    window.expect_text("visitor-name", "王师傅");
    window.click("sync-state");
    window.wait("device-revoke");
    assert!(!window.has("device-waiting"), "the PC that burnt does not ask to be let in");
    assert!(seen.is_empty(), "{}", seen.join("\n"));
}

fn type_key(window: &Window, key: &[String]) {
    for (i, group) in key.iter().enumerate() {
        window.type_into(&format!("group-{i}"), group);
    }
}

#[test]
fn a_wrong_code_and_a_hub_that_is_not_there_are_said_and_what_was_typed_stays() {
    let hub = Hub::start();
    let pc = new_pc();
    let window = &pc.window;
    window.click("start-join");
    fill_hub(window, &hub.program.address, BACK);
    window.type_into("hub-code", "AAAAA-AAAAA");
    window.click("join-start");
    window.expect_text("failure", "邀请码不对");
    window.retype("hub-address", "http://127.0.0.1:9");
    window.click("join-start");
    window.expect_text("failure", "连不上");
    let typed = window.script("return document.querySelector('[data-test=\"hub-code\"]').value", &json!([]));
    assert_eq!(typed, "AAAAA-AAAAA");
}
