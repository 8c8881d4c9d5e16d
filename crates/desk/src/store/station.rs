//! The station itself: where it is, when it is open, whom to call.

use super::{NewBalance, Reader};
use crate::{DeskError, Exchange, FormField, Kind, Writer, touched_or};
use fengxiang_domain::ids::{StaffId, StationId};
use fengxiang_domain::people::Role;
use rusqlite::{OptionalExtension, named_params};
use serde_json::{Value, json};

pub struct NewStation {
    pub code: String,
    pub name: String,
    pub level: String,
    pub address: String,
    /// JSON list of {weekday, opens, closes, attended}.
    pub opening_rules: String,
    pub manager_name: String,
    pub opening_balances: Vec<NewBalance>,
}

pub struct StationRow {
    pub id: String,
    pub code: String,
    pub name: String,
    pub level: String,
    pub address: String,
    pub opening_rules: String,
    pub phone: Option<String>,
    pub manager_phone: Option<String>,
    pub aed_place: Option<String>,
}

impl Exchange<'_> {
    /// The station of a desk that joins one, until its row comes.
    pub(crate) fn insert_station(&mut self, code: &str) -> Result<(), DeskError> {
        let sql = "INSERT INTO station (id, code, name, level, address, opening_rules, created_at)
                   VALUES (:id, :code, '', 'basic', '', '[]', :created_at)";
        let params = named_params! { ":id": self.station(), ":code": code, ":created_at": self.now() };
        self.tx().execute(sql, params)?;
        Ok(())
    }
}

/// All of a station that can be changed.
pub struct StationEdit {
    pub code: String,
    pub name: String,
    pub level: String,
    pub address: String,
    pub opening_rules: String,
    pub phone: Option<String>,
    pub manager_phone: Option<String>,
    pub aed_place: Option<String>,
}

const DAY_BOUNDARY: &str = "day_boundary_min";

impl Reader<'_> {
    pub fn station_id(&self) -> Result<StationId, DeskError> {
        let id: String = self.0.query_row("SELECT id FROM station", [], |r| r.get(0))?;
        StationId::parse(&id).ok_or_else(|| DeskError::DamagedDatabase("station.id".into()))
    }

    pub fn get_station(&self) -> Result<StationRow, DeskError> {
        let sql = "SELECT id, code, name, level, address, opening_rules, phone, manager_phone, aed_place FROM station";
        Ok(self.0.query_row(sql, [], |r| {
            Ok(StationRow {
                id: r.get(0)?,
                code: r.get(1)?,
                name: r.get(2)?,
                level: r.get(3)?,
                address: r.get(4)?,
                opening_rules: r.get(5)?,
                phone: r.get(6)?,
                manager_phone: r.get(7)?,
                aed_place: r.get(8)?,
            })
        })?)
    }

    pub fn get_day_boundary_min(&self) -> Result<i64, DeskError> {
        let sql = "SELECT value FROM meta WHERE key = :key";
        let found: Option<String> =
            self.0.query_row(sql, named_params! { ":key": DAY_BOUNDARY }, |r| r.get(0)).optional()?;
        Ok(found.and_then(|v| v.parse().ok()).unwrap_or(0))
    }
}

impl Writer<'_> {
    pub fn found_station(&mut self, new: &NewStation, first: StaffId, role: Role) -> Result<(), DeskError> {
        let id = self.station.to_string();
        self.tx.execute(
            "INSERT INTO station (id, code, name, level, address, opening_rules, created_at)
             VALUES (:id, :code, :name, :level, :address, :opening_rules, :created_at)",
            named_params! {
                ":id": id, ":code": new.code, ":name": new.name, ":level": new.level, ":address": new.address,
                ":opening_rules": new.opening_rules, ":created_at": self.now,
            },
        )?;
        let values = vec![
            json!(new.code),
            json!(new.name),
            json!(new.level),
            json!(new.address),
            json!(new.opening_rules),
            Value::Null,
            Value::Null,
            Value::Null,
        ];
        self.record_new("station", &id, None, values);
        self.touch(Kind::Station, Some(&id));
        self.add_staff(first, &new.manager_name, role, None)?;
        new.opening_balances.iter().try_for_each(|b| self.add_balance(b))
    }

    /// Changes what differs, each field with its own entry. A code that stands in a number stays.
    pub fn edit_station(&mut self, edit: &StationEdit) -> Result<(), DeskError> {
        let stored = self.reader().get_station()?.into();
        self.save_station(&stored, edit)
    }

    /// The same from a form that was opened with these values: what nobody touched in it stays as it is stored by now.
    pub fn save_station(&mut self, opened: &StationEdit, form: &StationEdit) -> Result<(), DeskError> {
        let before = StationEdit::from(self.reader().get_station()?);
        let edit = &StationEdit {
            code: touched_or(&before.code, &opened.code, &form.code),
            name: touched_or(&before.name, &opened.name, &form.name),
            level: touched_or(&before.level, &opened.level, &form.level),
            address: touched_or(&before.address, &opened.address, &form.address),
            opening_rules: touched_or(&before.opening_rules, &opened.opening_rules, &form.opening_rules),
            phone: touched_or(&before.phone, &opened.phone, &form.phone),
            manager_phone: touched_or(&before.manager_phone, &opened.manager_phone, &form.manager_phone),
            aed_place: touched_or(&before.aed_place, &opened.aed_place, &form.aed_place),
        };
        if edit.code != before.code && self.reader().has_issued_numbers()? {
            return Err(DeskError::CodeFixed);
        }
        self.update_station(edit)?;
        let id = self.station.to_string();
        let fields = (1..).zip(edit_fields(&before)).zip(edit_fields(opened)).zip(edit_fields(edit));
        let fields = fields.map(|(((field, stored), opened), now)| FormField { field, stored, opened, now });
        self.record_form("station", &id, None, fields.collect());
        self.touch(Kind::Station, Some(&id));
        Ok(())
    }

    fn update_station(&mut self, edit: &StationEdit) -> Result<(), DeskError> {
        let StationEdit { code, name, level, address, opening_rules, phone, manager_phone, aed_place } = edit;
        self.tx.execute(
            "UPDATE station SET code = :code, name = :name, level = :level, address = :address,
                    opening_rules = :opening_rules, phone = :phone, manager_phone = :manager_phone, aed_place = :aed_place
             WHERE id = :id",
            named_params! {
                ":code": code, ":name": name, ":level": level, ":address": address, ":opening_rules": opening_rules,
                ":phone": phone, ":manager_phone": manager_phone, ":aed_place": aed_place, ":id": self.station.to_string(),
            },
        )?;
        Ok(())
    }

    pub(crate) fn set_day_boundary(&mut self, minutes: i64) -> Result<(), DeskError> {
        self.tx.execute(
            "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            named_params! { ":key": DAY_BOUNDARY, ":value": minutes.to_string() },
        )?;
        self.touch(Kind::Station, None);
        Ok(())
    }
}

impl From<StationRow> for StationEdit {
    fn from(row: StationRow) -> Self {
        let StationRow { id: _, code, name, level, address, opening_rules, phone, manager_phone, aed_place } = row;
        Self { code, name, level, address, opening_rules, phone, manager_phone, aed_place }
    }
}

fn edit_fields(edit: &StationEdit) -> [Value; 8] {
    let StationEdit { code, name, level, address, opening_rules, phone, manager_phone, aed_place } = edit;
    [
        json!(code),
        json!(name),
        json!(level),
        json!(address),
        json!(opening_rules),
        json!(phone),
        json!(manager_phone),
        json!(aed_place),
    ]
}
