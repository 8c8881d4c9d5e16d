//! Where this PC keeps the key of an unattended start: the system's key store or, where none answers, a file that only
//! its user reads. Both lie outside the data directory and every backup. Knows nothing of what the secret opens.

use crate::place::Place;
use fengxiang_commands::SecretPlace;
use keyring_core::{CredentialStore, Entry, Error};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

/// A key store that asks somebody for a password answers late or never: then the file it is.
const PATIENCE: Duration = Duration::from_secs(3);
const SERVICE: &str = "cn.fengxiang.desk";

/// The secret of one data directory.
pub struct Secret {
    name: String,
    file: PathBuf,
    store: OnceLock<Option<Arc<CredentialStore>>>,
    find_store: fn() -> Option<Arc<CredentialStore>>,
}

impl Secret {
    pub fn of(place: &Place) -> Self {
        Self::with(place.config.join(format!("{}.key", place.name)), &place.name, system_store)
    }

    fn with(file: PathBuf, name: &str, find_store: fn() -> Option<Arc<CredentialStore>>) -> Self {
        Self { name: name.to_owned(), file, store: OnceLock::new(), find_store }
    }

    pub fn place(&self) -> SecretPlace {
        if self.file.exists() || self.store().is_none() { SecretPlace::File } else { SecretPlace::KeyStore }
    }

    pub fn find(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.find_stored(),
            other => other.map(Some),
        }
    }

    fn find_stored(&self) -> io::Result<Option<Vec<u8>>> {
        match self.in_store(|entry| entry.get_secret()) {
            Some(Ok(secret)) => Ok(Some(secret)),
            None | Some(Err(Error::NoEntry)) => Ok(None),
            Some(Err(error)) => Err(io::Error::other(error.to_string())),
        }
    }

    pub fn keep(&self, secret: &[u8]) -> io::Result<()> {
        let copy = secret.to_vec();
        match self.in_store(move |entry| entry.set_secret(&copy)) {
            Some(Ok(())) => self.remove_file(),
            _ => self.write_file(secret),
        }
    }

    pub fn remove(&self) -> io::Result<()> {
        self.remove_file()?;
        match self.in_store(|entry| entry.delete_credential()) {
            None | Some(Ok(()) | Err(Error::NoEntry)) => Ok(()),
            Some(Err(error)) => Err(io::Error::other(error.to_string())),
        }
    }

    fn store(&self) -> Option<&Arc<CredentialStore>> {
        self.store.get_or_init(|| within_patience(self.find_store).flatten()).as_ref()
    }

    /// `None` when there is no store or it did not answer in time.
    fn in_store<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Option<keyring_core::Result<T>> {
        let (store, name) = (Arc::clone(self.store()?), self.name.clone());
        within_patience(move || act(&Entry::new_in_store(&store, SERVICE, &name)?))
    }

    /// Whole or not at all: written beside, synced, renamed.
    fn write_file(&self, secret: &[u8]) -> io::Result<()> {
        let folder = self.file.parent().ok_or(io::ErrorKind::NotFound)?;
        make_private_folder(folder)?;
        crate::file::replace(&self.file, secret, create_private)
    }

    fn remove_file(&self) -> io::Result<()> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

/// Runs on a thread of its own; an answer that comes too late goes nowhere.
fn within_patience<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(body()));
    receiver.recv_timeout(PATIENCE).ok()
}

#[cfg(target_os = "linux")]
fn system_store() -> Option<Arc<CredentialStore>> {
    Some(zbus_secret_service_keyring_store::Store::new().ok()?)
}

#[cfg(windows)]
fn system_store() -> Option<Arc<CredentialStore>> {
    Some(windows_native_keyring_store::Store::new().ok()?)
}

#[cfg(not(any(target_os = "linux", windows)))]
fn system_store() -> Option<Arc<CredentialStore>> {
    None
}

#[cfg(unix)]
fn make_private_folder(folder: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(unix)]
fn create_private(path: &std::path::Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // What a torn attempt left behind might have other permissions.
    let _ = fs::remove_file(path);
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Elsewhere the user's own folder is private by the system's rules.
#[cfg(not(unix))]
fn make_private_folder(folder: &std::path::Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

#[cfg(not(unix))]
fn create_private(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::tempdir;

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn without_a_key_store_a_file_for_its_user_alone_keeps_the_secret() {
        let home = tempdir().unwrap();
        let folder = home.path().join("config/fengxiang");
        let secret = Secret::with(folder.join("a.key"), "a", || None);
        assert_eq!(secret.place(), SecretPlace::File);
        assert_eq!(secret.find().unwrap(), None);
        secret.keep(b"first").unwrap();
        secret.keep(b"second").unwrap();
        assert_eq!(secret.find().unwrap().as_deref(), Some(b"second".as_slice()));
        assert_eq!((mode(&folder), mode(&folder.join("a.key"))), (0o700, 0o600));
        secret.remove().unwrap();
        assert_eq!(secret.find().unwrap(), None);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_others_could_read_is_closed_first() {
        let home = tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Secret::with(home.path().join("a.key"), "a", || None).keep(b"x").unwrap();
        assert_eq!(mode(home.path()), 0o700);
    }

    #[test]
    fn two_data_directories_have_two_secrets() {
        let home = tempdir().unwrap();
        let of = |name: &str| Secret::with(home.path().join(format!("{name}.key")), name, || None);
        of("one").keep(b"1").unwrap();
        of("other").keep(b"2").unwrap();
        assert_eq!(of("one").find().unwrap().as_deref(), Some(b"1".as_slice()));
        of("one").remove().unwrap();
        assert_eq!(of("other").find().unwrap().as_deref(), Some(b"2".as_slice()));
    }

    #[test]
    fn a_key_store_that_never_answers_is_given_up() {
        let home = tempdir().unwrap();
        let asleep = || {
            std::thread::sleep(PATIENCE * 3);
            None
        };
        let secret = Secret::with(home.path().join("a.key"), "a", asleep);
        secret.keep(b"x").unwrap();
        assert_eq!(secret.place(), SecretPlace::File);
    }
}
