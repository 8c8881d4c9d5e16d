//! How a desk is founded, opened and practised with, and whose password opens what. Knows files and keys, no noun of a station.

use crate::keys::{Key, KeyFile, KeyRing};
use crate::slots::{LINK_STATE, slot_id};
use crate::store::{self, NewStation, StaffRow, Store};
use crate::tries::{TRIES_FILE, TryBook};
use crate::{Act, DATABASE_FILE, Desk, DeskError, KEY_FILE, Surroundings};
use fengxiang_domain::ids::{Ids, StaffId, StationId};
use fengxiang_domain::people::{KeyName, PIN_TRIES_MAX, Role};
use fengxiang_domain::time::minute_name;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use zeroize::ZeroizeOnDrop;

/// Whose tries are counted while the store is shut and nobody is known.
const STORE: &str = "store";
const STATION_KEY: &str = "station_key";
const REPLICA: &str = "replica";
const IS_DISTRICT: &str = "is_district";
/// Set for good when a hub said that this device was taken out.
const REVOKED: &str = "sync_revoked";

/// What a desk gets to know of the station that it joins.
#[derive(ZeroizeOnDrop)]
pub struct Joining {
    #[zeroize(skip)]
    pub station: StationId,
    #[zeroize(skip)]
    pub code: String,
    /// Stands in the human numbers of this desk.
    #[zeroize(skip)]
    pub letter: String,
    pub station_key: [u8; 32],
    pub database_key: [u8; 32],
}

impl Desk {
    /// Sets a new station up: key file with the manager's password and the recovery key, database, first manager.
    pub fn found(
        folder: &Path,
        new: &NewStation,
        password: &str,
        recovery: &[u8; 20],
        around: Surroundings,
    ) -> Result<(Self, StaffId), DeskError> {
        Self::found_as(folder, new, Role::Manager, password, recovery, around)
    }

    fn found_as(
        folder: &Path,
        new: &NewStation,
        role: Role,
        password: &str,
        recovery: &[u8; 20],
        around: Surroundings,
    ) -> Result<(Self, StaffId), DeskError> {
        if Self::stands_in(folder) {
            return Err(DeskError::AlreadyFounded);
        }
        std::fs::create_dir_all(folder)?;
        let manager = StaffId(around.ids.new_id(around.clock.now_ms()));
        let keys = KeyRing::random(&*around.ids);
        let mut key_file = KeyFile::new();
        let own = keys.only(role.keys());
        key_file.put_password(&own, manager, password, &*around.ids);
        key_file.put_recovery(&keys, recovery, &*around.ids);
        let desk = Self::create(folder, new, manager, role, own, around)?;
        let act = Act { verb: "share_slots", actor: Some(manager) };
        let shared = desk.share_slots(&key_file, act).and_then(|()| desk.keep_recovery_mark(recovery, act));
        shared.and_then(|()| key_file.write(&folder.join(KEY_FILE))).inspect_err(|_| remove_files(folder))?;
        Ok((desk, manager))
    }

    /// The same of the district office: a desk of no station, led by an officer.
    pub fn found_district(
        folder: &Path,
        name: &str,
        officer: &str,
        password: &str,
        recovery: &[u8; 20],
        around: Surroundings,
    ) -> Result<(Self, StaffId), DeskError> {
        let office = NewStation {
            code: String::new(),
            name: name.to_owned(),
            level: "basic".into(),
            address: String::new(),
            opening_rules: "[]".into(),
            manager_name: officer.to_owned(),
            opening_balances: Vec::new(),
        };
        Self::found_as(folder, &office, Role::DistrictOfficer, password, recovery, around)
    }

    /// A desk more of a station that stands elsewhere: an empty file, to be filled from the hub. Nobody has a password in its
    /// key file yet; `write_slots` puts those there that came with the rows.
    pub fn join(folder: &Path, joining: &Joining, around: Surroundings) -> Result<Self, DeskError> {
        if Self::stands_in(folder) {
            return Err(DeskError::AlreadyFounded);
        }
        std::fs::create_dir_all(folder)?;
        let Joining { station, code, letter, station_key, database_key } = joining;
        let keys = KeyRing::of_database(Key::from_bytes(*database_key));
        let store = Store::create(&folder.join(DATABASE_FILE), self::database_key(&keys)?)?;
        let desk = Self::put_together(store, folder, around, (*station, false), *station_key, keys);
        let replica = random_hex(&*desk.around.ids, 16);
        let joined = desk.exchange(|x| {
            x.put_state(STATION_KEY, &hex(station_key))?;
            x.put_state(REPLICA, &replica)?;
            x.put_letter(letter)?;
            x.insert_station(code)
        });
        joined.inspect_err(|_| remove_files(folder))?;
        Ok(desk)
    }

    /// What only a desk of this station may be told: the secret that all its desks share, and the key of their databases.
    pub fn station_secrets(&self) -> Result<([u8; 32], [u8; 32]), DeskError> {
        let key = self.reader().find_meta(STATION_KEY)?.and_then(|k| blake3::Hash::from_hex(k).ok());
        let station_key = *key.ok_or_else(|| DeskError::DamagedDatabase("meta.station_key".into()))?.as_bytes();
        Ok((station_key, *self.database_key()?.bytes()))
    }

    pub fn station_id(&self) -> StationId {
        self.station
    }

    /// Whether this is a desk of the district office.
    pub fn is_district(&self) -> bool {
        self.is_district
    }

    /// A station to practise in: its name and one person of the real one, a key that is in memory only, nothing else. What
    /// stood in the folder is thrown away first.
    pub fn practise(folder: &Path, of: &Desk, person: &StaffRow) -> Result<Self, DeskError> {
        discard_practice(folder)?;
        std::fs::create_dir_all(folder)?;
        let station = of.reader().get_station()?;
        let new = NewStation {
            code: station.code,
            name: station.name,
            level: station.level,
            address: station.address,
            opening_rules: "[]".into(),
            manager_name: person.name.clone(),
            opening_balances: Vec::new(),
        };
        let around = of.around.clone();
        let keys = KeyRing::random(&*around.ids);
        Self::create(folder, &new, person.id, person.role, keys, around)
    }

    fn create(
        folder: &Path,
        new: &NewStation,
        first: StaffId,
        role: Role,
        keys: KeyRing,
        around: Surroundings,
    ) -> Result<Self, DeskError> {
        let station = StationId(around.ids.new_id(around.clock.now_ms()));
        let station_key = Key::random(&*around.ids);
        let store = Store::create(&folder.join(DATABASE_FILE), database_key(&keys)?)?;
        let is_district = role.is_of_district();
        let desk = Self::put_together(store, folder, around, (station, is_district), *station_key.bytes(), keys);
        let replica = random_hex(&*desk.around.ids, 16);
        let founded = desk.write(Act { verb: "found_station", actor: Some(first) }, |w| {
            w.put_meta(STATION_KEY, &hex(station_key.bytes()))?;
            w.put_meta(REPLICA, &replica)?;
            if is_district {
                w.put_meta(IS_DISTRICT, "1")?;
            }
            w.found_station(new, first, role)
        });
        founded.inspect_err(|_| remove_files(folder))?;
        Ok(desk)
    }

    /// Moves the closed files of a station that was filled elsewhere to where none stands yet. The key file last: a crash in between
    /// leaves a station without one, which the first page offers to set aside.
    pub fn move_in(from: &Path, to: &Path) -> Result<(), DeskError> {
        if Self::stands_in(to) {
            return Err(DeskError::AlreadyFounded);
        }
        if !from.join(KEY_FILE).exists() {
            return Err(DeskError::KeyFileMissing);
        }
        for name in ["desk.mark", "desk.db-wal", DATABASE_FILE, KEY_FILE] {
            if from.join(name).exists() {
                std::fs::rename(from.join(name), to.join(name))?;
            }
        }
        crate::file::sync_folder(to)
    }

    /// Whether a station was set up here.
    pub fn stands_in(folder: &Path) -> bool {
        folder.join(KEY_FILE).exists() || folder.join(DATABASE_FILE).exists()
    }

    /// Opens the store with somebody's password. Wrong ones in a row are counted beside the store.
    pub fn open(folder: &Path, password: &str, around: Surroundings) -> Result<(Self, StaffId), DeskError> {
        let file = KeyFile::read(&folder.join(KEY_FILE))?;
        let tries = TryBook::of(folder);
        tries.count_try(STORE, around.clock.now_ms())?;
        let (staff, keys) = file.open_password(password, None)?;
        tries.forget(STORE)?;
        let desk = Self::open_with(folder, keys, around)?;
        desk.must_not_be_revoked()?;
        let row = desk.get_worker(staff).map_err(|error| desk.store.settle_doubt(error))?;
        desk.hold_for(row.role);
        Ok((desk, staff))
    }

    /// Opens the store with every key of the station. 160 random bits need no counting of tries.
    pub fn open_recovery(folder: &Path, recovery: &[u8; 20], around: Surroundings) -> Result<Self, DeskError> {
        let keys = KeyFile::read(&folder.join(KEY_FILE))?.open_recovery(recovery)?;
        let desk = Self::open_with(folder, keys, around)?;
        if desk.find_recovery_mark()?.is_none() {
            desk.keep_recovery_mark(recovery, Act { verb: "keep_recovery", actor: None })?;
        }
        Ok(desk)
    }

    /// Opens the store with this PC's secret, nobody signed in; `None` where that was never allowed.
    pub fn open_unattended(folder: &Path, secret: &[u8], around: Surroundings) -> Result<Option<Self>, DeskError> {
        match KeyFile::read(&folder.join(KEY_FILE))?.open_unattended(secret) {
            Some(keys) => {
                let desk = Self::open_with(folder, keys, around)?;
                desk.must_not_be_revoked()?;
                Ok(Some(desk))
            }
            None => Ok(None),
        }
    }

    fn open_with(folder: &Path, keys: KeyRing, around: Surroundings) -> Result<Self, DeskError> {
        let key = database_key(&keys)?.clone();
        Self::open_as_it_is(folder, keys, around)
            .map_err(|error| store::settle_doubt(error, &folder.join(DATABASE_FILE), &key))
    }

    fn open_as_it_is(folder: &Path, keys: KeyRing, around: Surroundings) -> Result<Self, DeskError> {
        let store = Store::open(&folder.join(DATABASE_FILE), database_key(&keys)?)?;
        let station = store.reader().station_id()?;
        let damaged = |name: &str| DeskError::DamagedDatabase(format!("meta.{name}"));
        let key = store.reader().find_meta(STATION_KEY)?.and_then(|k| blake3::Hash::from_hex(k).ok());
        let station_key = *key.ok_or_else(|| damaged(STATION_KEY))?.as_bytes();
        let is_district = store.reader().find_meta(IS_DISTRICT)?.is_some();
        Self::put_together(store, folder, around, (station, is_district), station_key, keys).take_stock()
    }

    fn put_together(
        store: Store,
        folder: &Path,
        around: Surroundings,
        (station, is_district): (StationId, bool),
        station_key: [u8; 32],
        keys: KeyRing,
    ) -> Self {
        Self {
            store,
            folder: folder.to_owned(),
            around,
            station,
            is_district,
            slip_key: blake3::derive_key("fengxiang 2026 ticket slip", &station_key),
            mac_key: blake3::derive_key("fengxiang 2026 outbox value", &station_key),
            id_key: blake3::derive_key("fengxiang 2026 computed id", &station_key),
            keys: Mutex::new(keys),
            key_file_turn: Mutex::default(),
            backup_turn: Mutex::default(),
            newest_at: AtomicI64::new(0),
            day_counts: Mutex::default(),
            day_boundary_min: AtomicI64::new(0),
        }
    }

    /// Before the first write: what is the newest moment in the file, and was it restored? A restored file remembers it.
    fn take_stock(self) -> Result<Self, DeskError> {
        let (head, last_line_at) = (self.reader().head()?, self.reader().get_last_line_at()?);
        self.note_time(head.at_ms().max(last_line_at));
        self.day_boundary_min.store(self.reader().get_day_boundary_min()?, Ordering::SeqCst);
        let database = self.folder.join(DATABASE_FILE);
        if store::has_restore_note(&database) {
            let now = self.now_ms().to_string();
            self.write(Act { verb: "notice_restore", actor: None }, |w| {
                w.leave_numbers_out()?;
                w.put_meta("restored_at", &now)
            })?;
            self.take_new_name()?;
            store::restore_note(&database, false)?;
        }
        Ok(self)
    }

    /// A restored file that belongs to a hub is another incarnation: what its lost part told the hub comes back by pull, and
    /// what waits here goes there under new numbers.
    fn take_new_name(&self) -> Result<(), DeskError> {
        if self.find_state(LINK_STATE)?.is_none() {
            return Ok(());
        }
        let replica = random_hex(&*self.around.ids, 16);
        self.exchange(|x| {
            x.begin_replica(&replica)?;
            x.want_letter()?;
            x.raise_alarm("restored", 0)
        })?;
        Ok(())
    }

    /// A hub says that this device was taken out. From now on only the recovery key opens its data.
    pub fn note_revoked(&self) -> Result<(), DeskError> {
        self.exchange(|x| x.put_state(REVOKED, "1"))?;
        Ok(())
    }

    pub fn is_revoked(&self) -> Result<bool, DeskError> {
        Ok(self.find_state(REVOKED)?.is_some())
    }

    fn must_not_be_revoked(&self) -> Result<(), DeskError> {
        if self.is_revoked()? { Err(DeskError::Revoked) } else { Ok(()) }
    }

    /// When this file noticed that it had been restored, milliseconds UTC. Its numbers may stand on paper already.
    pub fn find_restored_at(&self) -> Result<Option<i64>, DeskError> {
        Ok(self.reader().find_meta("restored_at")?.and_then(|at| at.parse().ok()))
    }

    /// Whether this is the password of this person, who from now on is the one whose keys are at hand.
    pub fn check_password(&self, staff: StaffId, password: &str) -> Result<(), DeskError> {
        let row = self.get_worker(staff)?;
        let tries = TryBook::of(&self.folder);
        tries.count_try(&staff.to_string(), self.now_ms())?;
        let (_, keys) = self.key_file()?.open_password(password, Some(staff))?;
        tries.forget(&staff.to_string())?;
        if keys.get(KeyName::Database).map(Key::bytes) != Some(self.database_key()?.bytes()) {
            return Err(DeskError::KeyFileDamaged);
        }
        self.hold(keys);
        self.hold_for(row.role);
        self.write(Act { verb: "sign_in", actor: Some(staff) }, |w| {
            // A password lifts a PIN that waits; one that is disabled is the manager's to set anew.
            if row.pin_failures < PIN_TRIES_MAX { w.set_pin_failures(staff, 0) } else { Ok(()) }
        })?;
        Ok(())
    }

    /// Who this is, if they may sign in today.
    pub fn get_worker(&self, staff: StaffId) -> Result<StaffRow, DeskError> {
        let row = self.reader().get_staff(staff)?;
        if row.may_work_on(&self.today()) { Ok(row) } else { Err(DeskError::Retired) }
    }

    /// Gives a person a password, and behind it those keys of their role that are at hand: the giver's, and with the
    /// recovery key all of them.
    pub fn set_password(
        &self,
        staff: StaffId,
        password: &str,
        recovery: Option<&[u8; 20]>,
        act: Act,
    ) -> Result<crate::Written<()>, DeskError> {
        let row = self.reader().get_staff(staff)?;
        let _turn = self.key_file_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.key_file()?;
        let all = recovery.map(|r| file.open_recovery(r)).transpose()?.unwrap_or_default();
        let keys = self.held_keys().and(&all).only(row.role.keys());
        file.put_password(&keys, staff, password, &*self.around.ids);
        let written = self.share_slot(&file, staff, act)?;
        self.write_key_file(&file)?;
        TryBook::of(&self.folder).forget(&staff.to_string())?;
        Ok(written)
    }

    fn share_slot(&self, file: &KeyFile, staff: StaffId, act: Act) -> Result<crate::Written<()>, DeskError> {
        let id = slot_id(staff);
        self.write(act, |w| {
            w.touch(crate::Kind::Staff, Some(&id));
            w.put_slot(&id, file.find_slot(&id).as_deref())
        })
    }

    /// One's own password; the keys behind it stay.
    pub fn change_password(&self, staff: StaffId, old: &str, new: &str) -> Result<(), DeskError> {
        let tries = TryBook::of(&self.folder);
        tries.count_try(&staff.to_string(), self.now_ms())?;
        let _turn = self.key_file_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.key_file()?;
        let (_, keys) = file.open_password(old, Some(staff))?;
        tries.forget(&staff.to_string())?;
        file.put_password(&keys, staff, new, &*self.around.ids);
        self.share_slot(&file, staff, Act { verb: "change_password", actor: Some(staff) })?;
        self.write_key_file(&file)
    }

    pub fn remove_password(&self, staff: StaffId, act: Act) -> Result<(), DeskError> {
        let _turn = self.key_file_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.key_file()?;
        file.remove_password(staff);
        self.share_slot(&file, staff, act)?;
        self.write_key_file(&file)
    }

    /// The keys behind a person's password, by name; `None` without a password.
    pub fn find_key_names(&self, staff: StaffId) -> Result<Option<Vec<KeyName>>, DeskError> {
        Ok(self.key_file()?.find_key_names(staff).map(<[KeyName]>::to_vec))
    }

    pub fn has_unattended(&self) -> Result<bool, DeskError> {
        Ok(self.key_file()?.has_unattended())
    }

    /// Lets this PC open the store by itself with a secret, or no longer.
    pub fn set_unattended(&self, secret: Option<&[u8]>) -> Result<(), DeskError> {
        let _turn = self.key_file_turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.key_file()?;
        file.remove_unattended();
        if let Some(secret) = secret {
            file.put_unattended(&self.held_keys(), secret, &*self.around.ids);
        }
        self.write_key_file(&file)
    }

    /// A slot that is older than a change of role gives no more than the role does.
    fn hold_for(&self, role: Role) {
        let keys = self.held_keys();
        self.hold(keys.only(role.keys()).and(&keys.only(&[KeyName::Database])));
    }

    /// Nobody is signed in with a password any more: of the keys only the database's stays.
    pub fn forget_keys(&self) {
        let database = self.held_keys().only(&[KeyName::Database]);
        self.hold(database);
    }

    /// Whether a key is at hand for whoever is signed in.
    pub fn holds_key(&self, name: KeyName) -> bool {
        self.held_keys().get(name).is_some()
    }

    pub(crate) fn key_file(&self) -> Result<KeyFile, DeskError> {
        KeyFile::read(&self.folder.join(KEY_FILE))
    }

    pub(crate) fn write_key_file(&self, file: &KeyFile) -> Result<(), DeskError> {
        file.write(&self.folder.join(KEY_FILE))
    }

    fn database_key(&self) -> Result<Key, DeskError> {
        database_key(&self.held_keys()).cloned()
    }
}

/// Throws away what somebody practised with.
pub fn discard_practice(folder: &Path) -> Result<(), DeskError> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
        _ => Ok(()),
    }
}

/// Moves everything of a station that does not open into a folder of its own, and says which. Nothing is deleted.
pub fn set_aside(folder: &Path, now: i64) -> Result<PathBuf, DeskError> {
    let name = format!("set-aside-{}", minute_name(now));
    let free = |n: u32| folder.join(if n == 0 { name.clone() } else { format!("{name}-{n}") });
    let target = (0..).map(free).find(|f| !f.exists()).expect("numbers do not run out");
    std::fs::create_dir(&target)?;
    let database = store::files_of(&folder.join(DATABASE_FILE));
    // The key file last: until it is gone a station still stands here, and the move can be tried again.
    let others = ["desk.mark", "desk.restored", TRIES_FILE, KEY_FILE].map(|f| folder.join(f));
    for file in database.into_iter().chain(others) {
        if let (true, Some(name)) = (file.exists(), file.file_name()) {
            std::fs::rename(&file, target.join(name))?;
        }
    }
    crate::file::sync_folder(folder)?;
    Ok(target)
}

/// Whether a station stands here that no password can open: something of it is missing or damaged.
pub fn is_broken(folder: &Path) -> bool {
    let no_database = !folder.join(DATABASE_FILE).exists();
    let keys = KeyFile::read(&folder.join(KEY_FILE));
    let no_keys = matches!(keys, Err(DeskError::KeyFileMissing | DeskError::KeyFileDamaged));
    Desk::stands_in(folder) && (no_database || no_keys)
}

fn database_key(keys: &KeyRing) -> Result<&Key, DeskError> {
    keys.get(KeyName::Database).ok_or(DeskError::KeyFileDamaged)
}

/// A founding that failed leaves nothing in the way of the next one.
fn remove_files(folder: &Path) {
    for file in store::files_of(&folder.join(DATABASE_FILE)).into_iter().chain([folder.join("desk.mark")]) {
        let _ = std::fs::remove_file(file);
    }
}

fn random_hex(ids: &dyn Ids, bytes: usize) -> String {
    let mut random = vec![0; bytes];
    ids.fill(&mut random);
    hex(&random)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
