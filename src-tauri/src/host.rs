//! Dialogs, viewers and the PC's secret. With `FENGXIANG_FILES_DIR` a folder answers every dialog: saved files go there
//! under their names, and `open.xlsx`, `open.csv` or `open.fxbackup` in it is what the person "chose".

use fengxiang_commands::{FileKind, Host, SecretPlace};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

struct Folder(Option<PathBuf>);

pub fn of_this_machine(_data: &Path) -> Arc<dyn Host> {
    Arc::new(Folder(std::env::var_os("FENGXIANG_FILES_DIR").map(PathBuf::from)))
}

impl Host for Folder {
    fn choose_save(&self, name: &str) -> Option<PathBuf> {
        Some(self.0.as_ref()?.join(name))
    }

    fn choose_open(&self, kind: FileKind) -> Option<PathBuf> {
        let endings: &[&str] = match kind {
            FileKind::Backup => &["fxbackup"],
            FileKind::Table => &["xlsx", "csv", "xls"],
        };
        let files = endings.iter().map(|e| Some(self.0.as_ref()?.join(format!("open.{e}"))));
        files.flatten().find(|f| f.exists())
    }

    fn show(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn secret_place(&self) -> SecretPlace {
        SecretPlace::File
    }

    fn find_secret(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn keep_secret(&self, _secret: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn drop_secret(&self) -> io::Result<()> {
        Ok(())
    }
}
