//! What the application keeps from one call to a later one: chosen and written files, a read import, a recovery key.

use super::Context;
use fengxiang_paper::import::Visitors;
use std::path::{Path, PathBuf};

impl Context<'_> {
    pub fn choose_backup(&self, token: String, path: PathBuf) {
        self.app.state().chosen_backup = Some((token, path));
    }

    pub fn find_chosen_backup(&self, token: &str) -> Option<PathBuf> {
        let state = self.app.state();
        state.chosen_backup.as_ref().filter(|(t, _)| t == token).map(|(_, path)| path.clone())
    }

    pub fn is_known_broken(&self) -> bool {
        self.app.state().is_broken
    }

    pub fn note_set_aside(&self) {
        self.app.state().is_broken = false;
    }

    /// Remembers a file as one that may be shown.
    pub fn keep_saved(&self, path: &Path) {
        self.app.state().saved.insert(path.to_owned());
    }

    pub fn is_saved(&self, path: &Path) -> bool {
        self.app.state().saved.contains(path)
    }

    /// Keeps a file that was read until somebody confirms it; the token stands for it.
    pub fn keep_import(&self, visitors: Visitors) -> String {
        let around = self.around();
        let token = around.ids.new_id(around.clock.now_ms()).to_string();
        self.app.state().imports.put(token.clone(), visitors);
        token
    }

    pub fn put_import_back(&self, token: String, visitors: Visitors) {
        self.app.state().imports.put(token, visitors);
    }

    pub fn take_import(&self, token: &str) -> Option<Visitors> {
        self.app.state().imports.take(token)
    }

    pub fn keep_recovery(&self, groups: Option<Vec<String>>) {
        self.app.state().unconfirmed_recovery = groups;
    }

    pub fn unconfirmed_recovery(&self) -> Option<Vec<String>> {
        self.app.state().unconfirmed_recovery.clone()
    }
}
