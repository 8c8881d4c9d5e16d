//! A station to begin with, as its first manager sets it up through the window.

use fengxiang_tests::{Screen, Window};
use tempfile::{TempDir, tempdir};

pub const PASSWORD: &str = "three bees over nine bridges";
pub const NAME: &str = "试用广场能量站";
pub const MANAGER: &str = "站长甲";

pub struct Counter {
    pub window: Window,
    pub screen: Screen,
    /// Deleted when the test ends, not before.
    pub folder: TempDir,
}

/// A station set up through the window as its first manager would, up to the front desk.
pub fn open_station() -> Counter {
    open_station_with_key().0
}

/// The same, with the recovery key as it was printed.
pub fn open_station_with_key() -> (Counter, Vec<String>) {
    let folder = tempdir().unwrap();
    let screen = Screen::open(folder.path());
    let window = screen.start_app();
    window.click("start-new");
    fill_station(&window);
    screen.keep_picture("setup");
    window.click("setup-next");
    fill_manager(&window);
    window.click("setup-next");
    window.click("setup-next");
    let key = confirm_key(&window);
    window.wait("desk-field");
    (Counter { window, screen, folder }, key)
}

/// Reads the recovery key from the last page of a set-up and types two of its groups back.
pub fn confirm_key(window: &Window) -> Vec<String> {
    let key: Vec<String> = (0..8).map(|group| window.text(&format!("recovery-group-{group}"))).collect();
    for field in ["recovery-first", "recovery-second"] {
        let group: usize = window.attribute(field, "data-index").parse().expect("a group's place");
        window.type_into(field, &key[group]);
    }
    window.click("setup-finish");
    key
}

pub fn fill_station(window: &Window) {
    window.type_into("setup-code", "GX03");
    window.type_into("setup-name", NAME);
    window.type_into("setup-address", "试用路 1 号");
}

pub fn fill_manager(window: &Window) {
    window.type_into("setup-manager", MANAGER);
    window.type_into("setup-password", PASSWORD);
    window.type_into("setup-password2", PASSWORD);
}

pub fn register(window: &Window, alias: &str, phone: &str) {
    window.click("new-visitor");
    window.type_into("visitor-alias", alias);
    window.type_into("visitor-phone", phone);
    window.click("visitor-consent");
    window.click("visitor-save");
    window.wait_gone("visitor-save");
}
