//! What every screen looks like: nothing that a screen reader stumbles over, nothing left in the other language.

use crate::station::open_station;

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
