//! A backup is one file: the encrypted database copy and the key file, each behind its length.

use super::{Store, connect_writer};
use crate::error::DeskError;
use crate::keys::DatabaseKey;
use crate::{DATABASE_FILE, KEY_FILE};
use rusqlite::{OpenFlags, named_params};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"FXBACKU1";
/// A key file has a slot per member of staff; a larger one is not a key file.
const KEY_FILE_MAX_BYTES: u64 = 1 << 20;

impl Store {
    pub(crate) fn backup_to(&self, file: &Path, key_file: &Path, key: &DatabaseKey) -> Result<u64, DeskError> {
        let copy = self.path().with_extension("copy");
        let _ = fs::remove_file(&copy);
        let packed = self.copy_and_check(&copy, key).and_then(|()| pack(file, &copy, key_file));
        let _ = fs::remove_file(&copy);
        packed
    }

    fn copy_and_check(&self, copy: &Path, key: &DatabaseKey) -> Result<(), DeskError> {
        let target = copy.to_str().ok_or(DeskError::InvalidField("path"))?;
        self.writer().0.connection.execute("VACUUM INTO :target", named_params! { ":target": target })?;
        let opened = connect_writer(copy, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let verdict: String = opened.query_row("PRAGMA integrity_check", [], |r| r.get(0))?;
        opened.execute_batch("PRAGMA journal_mode = DELETE")?;
        if verdict == "ok" { Ok(()) } else { Err(DeskError::DamagedDatabase(verdict)) }
    }
}

fn pack(file: &Path, database: &Path, key_file: &Path) -> Result<u64, DeskError> {
    let keys = fs::read(key_file)?;
    let mut out = OpenOptions::new().write(true).create_new(true).open(file)?;
    out.write_all(MAGIC)?;
    out.write_all(&u64::try_from(keys.len()).expect("a key file is small").to_le_bytes())?;
    out.write_all(&keys)?;
    std::io::copy(&mut File::open(database)?, &mut out)?;
    out.sync_all()?;
    Ok(out.metadata()?.len())
}

pub(crate) fn unpack_backup(file: &Path, folder: &Path) -> Result<(), DeskError> {
    let mut packed = File::open(file)?;
    let mut head = [0; 16];
    packed.read_exact(&mut head).map_err(|_| DeskError::ForeignDatabase)?;
    let key_bytes = u64::from_le_bytes(head[8..].try_into().expect("eight bytes"));
    if &head[..8] != MAGIC || key_bytes > KEY_FILE_MAX_BYTES {
        return Err(DeskError::ForeignDatabase);
    }
    fs::create_dir_all(folder)?;
    let mut database = OpenOptions::new().write(true).create_new(true).open(folder.join(DATABASE_FILE))?;
    let mut keys = Vec::new();
    Read::by_ref(&mut packed).take(key_bytes).read_to_end(&mut keys)?;
    std::io::copy(&mut packed, &mut database)?;
    database.sync_all()?;
    let mut key_file = OpenOptions::new().write(true).create_new(true).open(folder.join(KEY_FILE))?;
    key_file.write_all(&keys)?;
    key_file.sync_all()?;
    Ok(())
}
