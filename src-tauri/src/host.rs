//! Dialogs, viewers and the PC's secret. With `FENGXIANG_FILES_DIR` a folder answers every dialog: saved files go there
//! under their names, and `open.xlsx`, `open.csv` or `open.fxbackup` in it is what the person "chose".

use crate::place::Place;
use crate::secret::Secret;
use fengxiang_commands::{FileKind, Host, SecretPlace};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

const FILES_DIR: &str = "FENGXIANG_FILES_DIR";

struct ThisMachine {
    app: AppHandle,
    /// Answers instead of dialogs, which no test can drive.
    files: Option<PathBuf>,
    secret: Secret,
}

pub fn of_this_machine(app: &AppHandle, place: &Place) -> Arc<dyn Host> {
    let files = std::env::var_os(FILES_DIR).map(PathBuf::from);
    Arc::new(ThisMachine { app: app.clone(), files, secret: Secret::of(place) })
}

/// Dialogs block their caller: never the window's own thread, commands run elsewhere.
impl Host for ThisMachine {
    fn choose_save(&self, name: &str) -> Option<PathBuf> {
        if let Some(folder) = &self.files {
            return Some(folder.join(name));
        }
        let ending = Path::new(name).extension()?.to_str()?;
        path(self.dialog().set_file_name(name).add_filter(ending, &[ending]).blocking_save_file())
    }

    fn choose_open(&self, kind: FileKind) -> Option<PathBuf> {
        let endings = endings(kind);
        if let Some(folder) = &self.files {
            return endings.iter().map(|e| folder.join(format!("open.{e}"))).find(|f| f.exists());
        }
        path(self.dialog().add_filter(endings.join(", "), endings).blocking_pick_file())
    }

    fn show(&self, path: &Path) -> io::Result<()> {
        if self.files.is_some() {
            return Ok(());
        }
        tauri_plugin_opener::open_path(path, None::<&str>).map_err(|error| io::Error::other(error.to_string()))
    }

    fn secret_place(&self) -> SecretPlace {
        self.secret.place()
    }

    fn find_secret(&self) -> io::Result<Option<Vec<u8>>> {
        self.secret.find()
    }

    fn keep_secret(&self, secret: &[u8]) -> io::Result<()> {
        self.secret.keep(secret)
    }

    fn drop_secret(&self) -> io::Result<()> {
        self.secret.remove()
    }
}

impl ThisMachine {
    fn dialog(&self) -> FileDialogBuilder<tauri::Wry> {
        let dialog = self.app.dialog().file();
        match self.app.get_webview_window(crate::window::MAIN) {
            Some(window) => dialog.set_parent(&window),
            None => dialog,
        }
    }
}

fn endings(kind: FileKind) -> &'static [&'static str] {
    match kind {
        FileKind::Backup => &["fxbackup"],
        FileKind::Table => &["xlsx", "csv", "xls"],
    }
}

fn path(chosen: Option<FilePath>) -> Option<PathBuf> {
    chosen?.into_path().ok()
}
