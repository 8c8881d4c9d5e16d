//! People who work here and their PINs. Passwords are not here: they are slots of the key file.

use super::Reader;
use crate::keys::pin_hash;
use crate::{Desk, DeskError, FormField, Kind, Writer, touched_or};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::{PIN_TRIES, PIN_TRIES_MAX, Role};
use fengxiang_domain::time::business_on;
use rusqlite::{OptionalExtension, Row, named_params};
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct StaffRow {
    pub id: StaffId,
    pub name: String,
    pub role: Role,
    pub has_pin: bool,
    /// Wrong PINs in a row.
    pub pin_failures: i64,
    pub valid_until_on: Option<String>,
    pub is_active: bool,
}

impl StaffRow {
    /// Whether this person may sign in on the given day.
    pub fn may_work_on(&self, today: &str) -> bool {
        self.is_active && self.valid_until_on.as_deref().is_none_or(|until| until >= today)
    }
}

/// What can be changed of a person.
pub struct StaffEdit {
    pub name: String,
    pub role: Role,
    pub valid_until_on: Option<String>,
    pub is_active: bool,
}

impl From<StaffRow> for StaffEdit {
    fn from(row: StaffRow) -> Self {
        let StaffRow { id: _, name, role, has_pin: _, pin_failures: _, valid_until_on, is_active } = row;
        Self { name, role, valid_until_on, is_active }
    }
}

/// In the order of their numbers in an entry.
fn staff_fields(edit: &StaffEdit) -> [Value; 4] {
    let StaffEdit { name, role, valid_until_on, is_active } = edit;
    [json!(name), json!(role.code()), json!(valid_until_on), json!(is_active)]
}

const COLUMNS: &str =
    "s.id, s.name, s.role, p.staff_id IS NOT NULL, coalesce(p.failures, 0), s.valid_until_on, s.is_active
     FROM staff s LEFT JOIN staff_pin p ON p.staff_id = s.id";

fn staff_row(r: &Row) -> rusqlite::Result<StaffRow> {
    let (id, role): (String, String) = (r.get(0)?, r.get(2)?);
    let id = StaffId::parse(&id).ok_or(rusqlite::Error::InvalidQuery)?;
    // A role of a newer program gets nothing rather than something: the least of all roles.
    let role = Role::from_code(&role).unwrap_or(Role::Volunteer);
    let (has_pin, pin_failures) = (r.get(3)?, r.get(4)?);
    Ok(StaffRow { id, name: r.get(1)?, role, has_pin, pin_failures, valid_until_on: r.get(5)?, is_active: r.get(6)? })
}

/// Salt, hash and wrong tries in a row.
type PinRow = ([u8; 16], [u8; 32], i64);

impl Reader<'_> {
    /// Those who may sign in on the given day, `YYYY-MM-DD`.
    pub fn list_staff(&self, today: &str) -> Result<Vec<StaffRow>, DeskError> {
        Ok(self.list_all_staff()?.into_iter().filter(|row| row.may_work_on(today)).collect())
    }

    /// Everybody who ever worked here, in the order they came.
    pub fn list_all_staff(&self) -> Result<Vec<StaffRow>, DeskError> {
        let sql = format!("SELECT {COLUMNS} ORDER BY s.created_at, s.id");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([], staff_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn get_staff(&self, id: StaffId) -> Result<StaffRow, DeskError> {
        let sql = format!("SELECT {COLUMNS} WHERE s.id = :id");
        Ok(self.0.prepare_cached(&sql)?.query_row(named_params! { ":id": id.to_string() }, staff_row)?)
    }

    fn find_pin(&self, staff: StaffId) -> Result<Option<PinRow>, DeskError> {
        let sql = "SELECT salt, hash, failures FROM staff_pin WHERE staff_id = :staff";
        let found = self.0.query_row(sql, named_params! { ":staff": staff.to_string() }, |r| {
            let (salt, hash) = (r.get(0)?, r.get(1)?);
            Ok((salt, hash, r.get(2)?))
        });
        Ok(found.optional()?)
    }
}

impl Writer<'_> {
    pub fn add_staff(
        &mut self,
        id: StaffId,
        name: &str,
        role: Role,
        valid_until_on: Option<&str>,
    ) -> Result<(), DeskError> {
        self.check_name_is_free(id, name)?;
        self.tx.execute(
            "INSERT INTO staff (id, station_id, name, role, valid_until_on, is_active, created_at)
             VALUES (:id, :station_id, :name, :role, :valid_until_on, 1, :created_at)",
            named_params! {
                ":id": id.to_string(), ":station_id": self.station.to_string(), ":name": name, ":role": role.code(),
                ":valid_until_on": valid_until_on, ":created_at": self.now,
            },
        )?;
        let values = vec![json!(name), json!(role.code()), json!(valid_until_on), json!(true)];
        self.record_new("staff", &id.to_string(), Some(id.to_string()), values);
        self.touch(Kind::Staff, Some(&id.to_string()));
        Ok(())
    }

    /// A new member of staff with a PIN that is good on this PC only.
    pub fn add_staff_with_pin(
        &mut self,
        name: &str,
        role: Role,
        valid_until_on: Option<&str>,
        pin: Option<&str>,
    ) -> Result<StaffId, DeskError> {
        let id = StaffId(self.ids.new_id(self.now));
        self.add_staff(id, name, role, valid_until_on)?;
        if pin.is_some() {
            self.set_pin(id, pin)?;
        }
        Ok(id)
    }

    /// Changes what differs, each field with its own entry. Somebody must remain who may do everything.
    pub fn edit_staff(&mut self, id: StaffId, edit: &StaffEdit) -> Result<(), DeskError> {
        let stored = self.reader().get_staff(id)?.into();
        self.save_staff(id, &stored, edit)
    }

    /// The same from a form that was opened with these values: what nobody touched in it stays as it is stored by now.
    pub fn save_staff(&mut self, id: StaffId, opened: &StaffEdit, form: &StaffEdit) -> Result<(), DeskError> {
        let before = StaffEdit::from(self.reader().get_staff(id)?);
        let edit = &StaffEdit {
            name: touched_or(&before.name, &opened.name, &form.name),
            role: touched_or(&before.role, &opened.role, &form.role),
            valid_until_on: touched_or(&before.valid_until_on, &opened.valid_until_on, &form.valid_until_on),
            is_active: touched_or(&before.is_active, &opened.is_active, &form.is_active),
        };
        if edit.is_active {
            self.check_name_is_free(id, &edit.name)?;
        }
        self.tx.execute(
            "UPDATE staff SET name = :name, role = :role, valid_until_on = :until, is_active = :active WHERE id = :id",
            named_params! {
                ":id": id.to_string(), ":name": edit.name, ":role": edit.role.code(), ":until": edit.valid_until_on,
                ":active": edit.is_active,
            },
        )?;
        self.check_manager_remains()?;
        let fields = (1..).zip(staff_fields(&before)).zip(staff_fields(opened)).zip(staff_fields(edit));
        let fields = fields.map(|(((field, stored), opened), now)| FormField { field, stored, opened, now });
        self.record_form("staff", &id.to_string(), Some(&id.to_string()), fields.collect());
        self.touch(Kind::Staff, Some(&id.to_string()));
        self.touch(Kind::Session, None);
        Ok(())
    }

    /// A name is taken while its bearer may still work.
    fn check_name_is_free(&self, id: StaffId, name: &str) -> Result<(), DeskError> {
        let today = business_on(self.now, 0).to_string();
        let others = self.reader().list_staff(&today)?;
        if others.iter().any(|s| s.id != id && s.name == name) { Err(DeskError::NameTaken) } else { Ok(()) }
    }

    /// A manager whose access ends on some day does not count: that day would leave nobody.
    pub(super) fn check_manager_remains(&self) -> Result<(), DeskError> {
        let staff = self.reader().list_all_staff()?;
        let remains = staff.iter().any(|s| s.role.leads() && s.is_active && s.valid_until_on.is_none());
        if remains { Ok(()) } else { Err(DeskError::LastManager) }
    }

    /// A new PIN forgets what was typed wrong before; `None` takes the PIN away. It never leaves this PC.
    pub fn set_pin(&mut self, staff: StaffId, pin: Option<&str>) -> Result<(), DeskError> {
        let id = self.reader().get_staff(staff)?.id.to_string();
        self.tx.execute("DELETE FROM staff_pin WHERE staff_id = :staff", named_params! { ":staff": id })?;
        if let Some(pin) = pin {
            let mut salt = [0; 16];
            self.ids.fill(&mut salt);
            self.tx.execute(
                "INSERT INTO staff_pin (staff_id, station_id, salt, hash, failures) VALUES (:staff, :station_id, :salt, :hash, 0)",
                named_params! {
                    ":staff": id, ":station_id": self.station.to_string(), ":salt": salt, ":hash": pin_hash(pin, &salt),
                },
            )?;
        }
        self.touch(Kind::Staff, Some(&id));
        Ok(())
    }

    /// Counts a try and returns the PIN with the tries before this one.
    fn count_pin_try(&mut self, staff: StaffId) -> Result<PinRow, DeskError> {
        let row = self.reader().find_pin(staff)?.ok_or(DeskError::NotFound)?;
        self.set_pin_failures(staff, row.2 + 1)?;
        Ok(row)
    }

    pub(crate) fn set_pin_failures(&mut self, staff: StaffId, failures: i64) -> Result<(), DeskError> {
        self.tx.execute(
            "UPDATE staff_pin SET failures = :failures WHERE staff_id = :staff",
            named_params! { ":failures": failures, ":staff": staff.to_string() },
        )?;
        self.touch(Kind::Session, Some(&staff.to_string()));
        Ok(())
    }
}

impl Desk {
    /// Checks a PIN. The try is on disk before the check, so that pulling the plug buys no further tries. After five the
    /// PIN waits for a password or the manager, after ten for the manager alone; tries go on being counted meanwhile.
    pub fn check_pin(&self, staff: StaffId, pin: &str) -> Result<(), DeskError> {
        let act = |verb, actor| crate::Act { verb, actor };
        let (salt, hash, failures) = self.write(act("try_pin", None), |w| w.count_pin_try(staff))?.value;
        if failures >= PIN_TRIES {
            return Err(locked_pin(failures + 1));
        }
        // Both sides are hashes of a secret under a random salt: comparing them early tells nothing useful.
        if pin_hash(pin, &salt) != hash {
            return match PIN_TRIES - failures - 1 {
                0 => Err(DeskError::PinLocked),
                left => Err(DeskError::WrongPin { left }),
            };
        }
        self.write(act("sign_in", Some(staff)), |w| w.set_pin_failures(staff, 0))?;
        Ok(())
    }
}

fn locked_pin(failures: i64) -> DeskError {
    if failures >= PIN_TRIES_MAX { DeskError::PinDisabled } else { DeskError::PinLocked }
}
