//! A walk through every screen of a station that has something on each.

use crate::station::register;
use fengxiang_tests::{ESCAPE, Window};

const SETTINGS: [&str; 13] = [
    "station",
    "staff",
    "codes",
    "balances",
    "sync",
    "trays",
    "backup",
    "unattended",
    "trail",
    "password",
    "look",
    "practice",
    "papers",
];

/// Walks through every screen and says its name on each; ends at the lock.
pub fn tour(window: &Window, look: impl FnMut(&str)) {
    tour_by(window, Window::click, look);
}

pub fn tour_by(window: &Window, click: fn(&Window, &str), mut look: impl FnMut(&str)) {
    let mut walk = Walk { window, click, look: &mut look };
    walk.desk();
    walk.visitors();
    walk.merging();
    walk.rooms();
    walk.settings();
    walk.pause();
    walk.practice();
}

struct Walk<'a> {
    window: &'a Window,
    click: fn(&Window, &str),
    look: &'a mut dyn FnMut(&str),
}

impl Walk<'_> {
    fn click(&self, test: &str) {
        (self.click)(self.window, test);
    }

    fn see(&mut self, name: &str, test: &str) {
        self.window.wait(test);
        (self.look)(name);
    }

    /// Opens a dialog, looks at it and closes it as fingers would.
    fn glance(&mut self, opener: &str, name: &str, test: &str) {
        self.click(opener);
        self.see(name, test);
        self.window.press(&[ESCAPE]);
        self.window.wait_gone(test);
    }

    fn desk(&mut self) {
        self.click("rail-desk");
        self.see("desk", "desk-field");
        self.glance("new-visitor", "visitor-dialog", "visitor-save");
        self.glance("ticket-open", "ticket-dialog", "ticket-save");
        self.glance("emergency", "emergency", "incident-save");
        self.glance("correct", "correct", "correct-save");
        self.glance("present-open", "present", "present-row");
    }

    fn visitors(&mut self) {
        self.click("rail-visitors");
        self.see("visitors", "visitor-open");
        self.click("visitor-open");
        self.see("visitor", "visitor-name");
        self.glance("visitor-card", "card", "card-no");
        self.glance("visitor-edit", "visitor-edit", "visitor-edit-save");
        self.glance("visitor-erase", "visitor-erase", "erase-yes");
    }

    fn merging(&mut self) {
        self.click("visitor-merge");
        self.see("merge-whom", "picker");
        self.window.set_text("picker", "师傅");
        self.click("picker-pick");
        self.see("merge", "merge-yes");
        self.window.press(&[ESCAPE]);
        self.window.wait_gone("merge-yes");
        self.click("visitor-back");
        self.glance("import-open", "import", "import-choose");
    }

    fn rooms(&mut self) {
        self.click("rail-tickets");
        self.see("tickets", "ticket-row");
        self.click("rail-shift");
        self.see("shift", "handover-text");
        self.click("shift-backfill");
        self.see("backfill", "backfill-time");
        self.click("rail-reports");
        self.see("reports", "visit-table");
        self.click("report-register");
        self.see("register", "register-line");
    }

    fn settings(&mut self) {
        self.click("rail-settings");
        for section in SETTINGS {
            self.click(&format!("settings-{section}"));
            self.see(&format!("settings-{section}"), &format!("settings-{section}"));
        }
        self.click("settings-staff");
        self.glance("staff-add-other", "staff-add", "other-save");
        self.glance("staff-secret", "staff-secret", "secret-save");
    }

    fn pause(&mut self) {
        self.click("rail-desk");
        self.click("pause");
        self.see("pause", "pause-save");
        self.click("pause-power");
        self.click("pause-save");
        self.see("paused", "pause-bar");
        self.click("resume");
        self.window.wait_gone("pause-bar");
    }

    fn practice(&mut self) {
        self.click("rail-settings");
        self.click("settings-practice");
        self.click("practice-turn");
        self.see("practice", "practice-bar");
        self.click("rail-desk");
        self.see("practice-desk", "desk-field");
        self.click("practice-off");
        self.window.wait_gone("practice-bar");
        self.click("lock");
        self.see("locked", "unlock-secret");
    }
}

/// Something to see on every screen.
pub fn furnish(window: &Window) {
    register(window, "李师傅", "13800006022");
    window.press(&[ESCAPE]);
    register(window, "王师傅", "13800006021");
    window.click("desk-submit");
    window.expect_text("day-visits", "1");
    window.click("ticket-open");
    window.type_into("ticket-sentence", "小区进门难");
    window.click("ticket-save");
    window.click("ticket-close");
    window.wait_gone("ticket-close");
}
