//! People who work here and their PINs. Passwords are not here: they are slots of the key file.

use super::Reader;
use crate::keys::pin_hash;
use crate::{Desk, DeskError, Kind, Writer};
use fengxiang_domain::ids::StaffId;
use fengxiang_domain::people::{PIN_TRIES, Role};
use fengxiang_domain::time::business_on;
use rusqlite::{OptionalExtension, Row, named_params};
use serde_json::json;

#[derive(Debug)]
pub struct StaffRow {
    pub id: StaffId,
    pub name: String,
    pub role: Role,
    pub has_pin: bool,
    pub valid_until_on: Option<String>,
}

const COLUMNS: &str = "s.id, s.name, s.role, p.staff_id IS NOT NULL, s.valid_until_on
     FROM staff s LEFT JOIN staff_pin p ON p.staff_id = s.id";

fn staff_row(r: &Row) -> rusqlite::Result<StaffRow> {
    let (id, role): (String, String) = (r.get(0)?, r.get(2)?);
    let id = StaffId::parse(&id).ok_or(rusqlite::Error::InvalidQuery)?;
    // A role of a newer program gets nothing rather than something: the least of all roles.
    let role = Role::from_code(&role).unwrap_or(Role::Volunteer);
    Ok(StaffRow { id, name: r.get(1)?, role, has_pin: r.get(3)?, valid_until_on: r.get(4)? })
}

/// Salt, hash and wrong tries in a row.
type PinRow = ([u8; 16], [u8; 32], i64);

impl Reader<'_> {
    /// Those who may sign in on the given day, `YYYY-MM-DD`.
    pub fn list_staff(&self, today: &str) -> Result<Vec<StaffRow>, DeskError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE s.valid_until_on IS NULL OR s.valid_until_on >= :today ORDER BY s.created_at, s.id"
        );
        let mut statement = self.0.prepare(&sql)?;
        let rows = statement.query_map(named_params! { ":today": today }, staff_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn get_staff(&self, id: StaffId) -> Result<StaffRow, DeskError> {
        let sql = format!("SELECT {COLUMNS} WHERE s.id = :id");
        Ok(self.0.query_row(&sql, named_params! { ":id": id.to_string() }, staff_row)?)
    }

    fn find_pin(&self, staff: StaffId) -> Result<Option<PinRow>, DeskError> {
        let sql = "SELECT salt, hash, failures FROM staff_pin WHERE staff_id = :staff";
        Ok(self
            .0
            .query_row(sql, named_params! { ":staff": staff.to_string() }, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
            .optional()?)
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
        let taken: bool = self.tx.query_row(
            "SELECT EXISTS (SELECT 1 FROM staff WHERE name = :name AND (valid_until_on IS NULL OR valid_until_on >= :today))",
            named_params! { ":name": name, ":today": business_on(self.now, 0).to_string() },
            |r| r.get(0),
        )?;
        if taken {
            return Err(DeskError::NameTaken);
        }
        self.tx.execute(
            "INSERT INTO staff (id, station_id, name, role, valid_until_on, created_at)
             VALUES (:id, :station_id, :name, :role, :valid_until_on, :created_at)",
            named_params! {
                ":id": id.to_string(), ":station_id": self.station.to_string(), ":name": name, ":role": role.code(),
                ":valid_until_on": valid_until_on, ":created_at": self.now,
            },
        )?;
        let values = vec![json!(name), json!(role.code()), json!(valid_until_on)];
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
        if let Some(pin) = pin {
            let mut salt = [0; 16];
            self.ids.fill(&mut salt);
            self.tx.execute(
                "INSERT INTO staff_pin (staff_id, salt, hash) VALUES (:staff, :salt, :hash)",
                named_params! { ":staff": id.to_string(), ":salt": salt, ":hash": pin_hash(pin, &salt) },
            )?;
        }
        Ok(id)
    }

    fn set_pin_failures(&mut self, staff: StaffId, failures: i64) -> Result<(), DeskError> {
        self.tx.execute(
            "UPDATE staff_pin SET failures = :failures WHERE staff_id = :staff",
            named_params! { ":failures": failures, ":staff": staff.to_string() },
        )?;
        self.touch(Kind::Session, Some(&staff.to_string()));
        Ok(())
    }
}

impl Desk {
    /// Checks a PIN. The try is on disk before the check, so that pulling the plug buys no further tries.
    pub fn check_pin(&self, staff: StaffId, pin: &str) -> Result<(), DeskError> {
        let (salt, hash, failures) = self.reader().find_pin(staff)?.ok_or(DeskError::NotFound)?;
        if failures >= PIN_TRIES {
            return Err(DeskError::PinLocked);
        }
        let act = |verb| crate::Act { verb, actor: Some(staff) };
        self.write(act("try_pin"), |w| w.set_pin_failures(staff, failures + 1))?;
        // Both sides are hashes of a secret under a random salt: comparing them early tells nothing useful.
        if pin_hash(pin, &salt) != hash {
            return match PIN_TRIES - failures - 1 {
                0 => Err(DeskError::PinLocked),
                left => Err(DeskError::WrongPin { left }),
            };
        }
        self.write(act("sign_in"), |w| w.set_pin_failures(staff, 0))?;
        Ok(())
    }
}
