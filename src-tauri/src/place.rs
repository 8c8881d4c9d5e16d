//! Where the files of this desk lie, and a name for its data directory that two desks on one PC never share.

use anyhow::Context;
use std::path::{Path, PathBuf};

/// Where a desk keeps its data, instead of the user's data folder.
const DATA_DIR: &str = "FENGXIANG_DATA_DIR";
/// Hexadecimal digits of a hash that tell the data directories of one PC apart.
const NAME_CHARS: usize = 16;

#[derive(Clone)]
pub struct Place {
    /// The encrypted store, its keys, and the web view's own files.
    pub data: PathBuf,
    /// What belongs to this user on this PC and is never copied with the data.
    pub config: PathBuf,
    /// Stands for the data directory where a path cannot.
    pub name: String,
    /// Whether somebody chose another data directory than the usual one.
    pub is_chosen: bool,
}

impl Place {
    pub fn of(identifier: &str) -> anyhow::Result<Self> {
        let chosen = std::env::var_os(DATA_DIR).map(PathBuf::from);
        let is_chosen = chosen.is_some();
        let usual = || user_folder("LOCALAPPDATA", "XDG_DATA_HOME", ".local/share").map(|f| f.join(identifier));
        let data = chosen.map_or_else(usual, Ok)?;
        let config = user_folder("APPDATA", "XDG_CONFIG_HOME", ".config")?.join(identifier);
        // A folder that cannot be made is told by the window, as soon as something shall be written.
        if let Err(error) = std::fs::create_dir_all(&data) {
            eprintln!("making {}: {error}", data.display());
        }
        Ok(Self { name: name_of(&data), data, config, is_chosen })
    }
}

/// The same folder has the same name, however its path is written.
fn name_of(folder: &Path) -> String {
    let path = folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or_else(|_| folder.to_owned());
    blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex()[..NAME_CHARS].to_owned()
}

fn user_folder(windows: &str, unix: &str, at_home: &str) -> anyhow::Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let found =
        if cfg!(windows) { folder(windows) } else { folder(unix).or_else(|| Some(folder("HOME")?.join(at_home))) };
    found.context("this user has no folder of their own")
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_data_directory_has_one_name_and_shares_it_with_no_other() {
        let home = tempfile::tempdir().unwrap();
        let (one, other) = (home.path().join("one"), home.path().join("other"));
        std::fs::create_dir_all(&one).unwrap();
        assert_eq!(name_of(&one), name_of(&home.path().join("one/../one")));
        assert_ne!(name_of(&one), name_of(&other));
    }
}
