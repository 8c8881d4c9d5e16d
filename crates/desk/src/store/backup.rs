//! A backup is one file: head, key file, encrypted database copy, and a checksum over all of it.

use super::check::check_connection;
use super::connection::{connect_reader, connect_writer, settle};
use super::{Store, files_of, restore_note};
use crate::error::DeskError;
use crate::file::{replace, sync_folder};
use crate::keys::KeyFile;
use crate::{DATABASE_FILE, KEY_FILE};
use rusqlite::{OpenFlags, named_params};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"FXBACKU1";
const HEAD_BYTES: u64 = 24;
const CHECKSUM_BYTES: u64 = 32;
/// A key file has a slot per member of staff; a larger one is not a key file.
const KEY_FILE_MAX_BYTES: u64 = 1 << 20;
const CHUNK_BYTES: usize = 1 << 16;

impl Store {
    /// Copies, checks the copy, packs, reads the packed file back. Whatever fails leaves no file behind.
    pub(crate) fn backup_to(&self, file: &Path, key_file: &Path) -> Result<u64, DeskError> {
        if file.exists() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
        }
        let copy = self.path().with_extension("copy");
        remove(&copy);
        let packed = self.copy_and_check(&copy).and_then(|()| pack(file, &copy, key_file));
        remove(&copy);
        packed
    }

    /// On a connection of its own, so that the counter goes on meanwhile.
    fn copy_and_check(&self, copy: &Path) -> Result<(), DeskError> {
        let target = copy.to_str().ok_or(DeskError::InvalidField("path"))?;
        let source = connect_reader(self.path(), &self.key)?;
        source.execute_batch("PRAGMA query_only = OFF")?;
        source.execute("VACUUM INTO :target", named_params! { ":target": target })?;
        let opened = connect_writer(copy, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        check_connection(&opened)?;
        settle(&opened)?;
        Ok(opened.execute_batch("PRAGMA journal_mode = DELETE")?)
    }
}

fn remove(copy: &Path) {
    for file in files_of(copy) {
        let _ = fs::remove_file(file);
    }
}

fn pack(file: &Path, database: &Path, key_file: &Path) -> Result<u64, DeskError> {
    let keys = KeyFile::read(key_file)?.without_unattended().to_bytes();
    let mut out = OpenOptions::new().write(true).create_new(true).open(file)?;
    let written = write_packed(&mut out, &keys, database).and_then(|()| check_backup(file));
    written.inspect_err(|_| drop(fs::remove_file(file)))
}

fn write_packed(out: &mut File, keys: &[u8], database: &Path) -> Result<(), DeskError> {
    let mut database = File::open(database)?;
    let lengths = [keys.len() as u64, database.metadata()?.len()].map(u64::to_le_bytes).concat();
    let mut hashing = Hashing { hasher: blake3::Hasher::new(), out };
    hashing.write_all(&[MAGIC.as_slice(), &lengths, keys].concat())?;
    io::copy(&mut database, &mut hashing)?;
    let checksum = hashing.hasher.finalize();
    out.write_all(checksum.as_bytes())?;
    Ok(out.sync_all()?)
}

/// Hashes what passes through.
struct Hashing<'a> {
    hasher: blake3::Hasher,
    out: &'a mut File,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether this is a whole backup; its size in bytes. Opens nothing in it: it needs no key.
pub(crate) fn check_backup(file: &Path) -> Result<u64, DeskError> {
    let mut packed = BufReader::new(File::open(file)?);
    let size = packed.get_ref().metadata()?.len();
    let (head, keys, database) = read_head(&mut packed)?;
    let content = HEAD_BYTES.checked_add(keys).and_then(|n| n.checked_add(database)).ok_or(DeskError::NotABackup)?;
    if Some(size) != content.checked_add(CHECKSUM_BYTES) {
        return Err(DeskError::NotABackup);
    }
    let (mut hasher, mut left, mut chunk) = (blake3::Hasher::new(), keys + database, vec![0; CHUNK_BYTES]);
    hasher.update(&head);
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        packed.read_exact(&mut chunk[..most])?;
        hasher.update(&chunk[..most]);
        left -= most as u64;
    }
    let mut checksum = [0; CHECKSUM_BYTES as usize];
    packed.read_exact(&mut checksum)?;
    if hasher.finalize() == checksum { Ok(size) } else { Err(DeskError::NotABackup) }
}

fn read_head(packed: &mut impl Read) -> Result<([u8; HEAD_BYTES as usize], u64, u64), DeskError> {
    let mut head = [0; HEAD_BYTES as usize];
    packed.read_exact(&mut head).map_err(|_| DeskError::NotABackup)?;
    let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes"));
    let (keys, database) = (number(8), number(16));
    if &head[..8] == MAGIC && keys <= KEY_FILE_MAX_BYTES {
        Ok((head, keys, database))
    } else {
        Err(DeskError::NotABackup)
    }
}

/// The key file comes last: without it nothing stands there yet.
pub(crate) fn unpack_backup(file: &Path, folder: &Path) -> Result<(), DeskError> {
    check_backup(file)?;
    fs::create_dir_all(folder)?;
    let mut packed = BufReader::new(File::open(file)?);
    let (_, keys_bytes, database_bytes) = read_head(&mut packed)?;
    let mut keys = Vec::new();
    packed.by_ref().take(keys_bytes).read_to_end(&mut keys)?;
    KeyFile::parse(&keys)?;
    let part = folder.join(DATABASE_FILE).with_added_extension("part");
    let mut database = File::create(&part)?;
    io::copy(&mut packed.take(database_bytes), &mut database)?;
    database.sync_all()?;
    restore_note(&folder.join(DATABASE_FILE), true)?;
    fs::rename(&part, folder.join(DATABASE_FILE))?;
    sync_folder(folder)?;
    replace(&folder.join(KEY_FILE), &keys)
}
