//! What the district tells every station: notices, entries of code lists, days that are not what their weekday says, limits.
//! Written at a district desk, read at every desk. Knows no problem and no day's figures.

use super::Reader;
use crate::kinds::find_kind;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::codes::{CodeList, Dimension};
use fengxiang_domain::deadline::{Limit, LimitUnit, built_in};
use rusqlite::{OptionalExtension, named_params};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    pub id: String,
    pub title: String,
    pub text: String,
    pub published_on: String,
    /// The last day it is shown.
    pub until_on: Option<String>,
}

/// What a notice says; its day comes by itself.
#[derive(Debug, Clone)]
pub struct NewNotice {
    pub title: String,
    pub text: String,
    pub until_on: Option<String>,
}

/// A holiday, or a weekend day on which people work for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRow {
    pub id: String,
    pub on: String,
    pub is_workday: bool,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedCodeRow {
    pub code: String,
    pub label: String,
    pub is_retired: bool,
}

impl Reader<'_> {
    /// The newest first; with a day, only those that are shown on it.
    pub fn list_notices(&self, on: Option<&str>) -> Result<Vec<NoticeRow>, DeskError> {
        let sql = "SELECT id, title, text, published_on, until_on FROM notice
                   WHERE is_alive = 1 AND (:on IS NULL OR until_on IS NULL OR until_on >= :on)
                   ORDER BY published_on DESC, id DESC";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":on": on }, |r| {
            let (id, title, text) = (r.get(0)?, r.get(1)?, r.get(2)?);
            Ok(NoticeRow { id, title, text, published_on: r.get(3)?, until_on: r.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn list_shared_codes(&self, list: CodeList) -> Result<Vec<SharedCodeRow>, DeskError> {
        let sql = "SELECT code, label, is_retired FROM shared_code WHERE list = :list ORDER BY length(code), code";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":list": list.name() }, |r| {
            Ok(SharedCodeRow { code: r.get(0)?, label: r.get(1)?, is_retired: r.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn list_calendar(&self) -> Result<Vec<CalendarRow>, DeskError> {
        let sql = "SELECT id, on_day, is_workday, name FROM calendar_day WHERE is_alive = 1 ORDER BY on_day";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| {
            Ok(CalendarRow { id: r.get(0)?, on: r.get(1)?, is_workday: r.get(2)?, name: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The limits that count: the district's, and where it set none the built-in ones.
    pub fn list_limits(&self) -> Result<Vec<Limit>, DeskError> {
        let mut statement = self.0.prepare_cached("SELECT level, stage, amount, unit FROM deadline")?;
        let rows = statement.query_map([], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get(2)?, r.get::<_, String>(3)?))
        })?;
        let set: Vec<(String, String, i64, String)> = rows.collect::<Result<_, _>>()?;
        let mut limits = built_in();
        for limit in &mut limits {
            let own = set.iter().find(|(level, stage, ..)| *level == limit.level && stage == limit.stage.code());
            if let Some((amount, unit)) =
                own.and_then(|(.., amount, unit)| Some((*amount, LimitUnit::from_code(unit)?)))
            {
                (limit.amount, limit.unit) = (amount, unit);
            }
        }
        Ok(limits)
    }

    /// The office's newest public key, with its number.
    pub fn find_office_key(&self) -> Result<Option<(i64, String)>, DeskError> {
        let sql = "SELECT no, public FROM office_key ORDER BY no DESC LIMIT 1";
        let found = self.0.prepare_cached(sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)));
        Ok(found.optional()?)
    }

    /// When the office opened the station's keys, and why; the newest first.
    pub fn list_office_accesses(&self) -> Result<Vec<(i64, String)>, DeskError> {
        let mut statement = self.0.prepare_cached("SELECT at, reason FROM supervision_access ORDER BY at DESC")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Devices that a district desk gave keys.
    pub fn list_district_devices(&self) -> Result<Vec<String>, DeskError> {
        let sql = "SELECT device_id FROM district_device UNION SELECT given_by FROM district_device";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    pub fn add_notice(&mut self, new: &NewNotice) -> Result<String, DeskError> {
        let (id, on) = (self.new_id(), self.business_on(self.now));
        let NewNotice { title, text, until_on } = new;
        self.tx.execute(
            "INSERT INTO notice (id, station_id, title, text, published_on, until_on, is_alive)
             VALUES (:id, :station_id, :title, :text, :on, :until_on, 1)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":title": title, ":text": text, ":on": on,
                ":until_on": until_on,
            },
        )?;
        self.record_new("notice", &id, None, vec![json!(title), json!(text), json!(on), json!(until_on)]);
        self.touch(Kind::Shared, Some(&id));
        Ok(id)
    }

    /// Changes what a notice says; each desk shows the new words.
    pub fn edit_notice(&mut self, id: &str, new: &NewNotice) -> Result<(), DeskError> {
        let sql = "SELECT title, text, until_on FROM notice WHERE id = :id AND is_alive = 1";
        let before = self.tx.query_row(sql, named_params! { ":id": id }, |r| {
            Ok(NewNotice { title: r.get(0)?, text: r.get(1)?, until_on: r.get(2)? })
        });
        let before = before.optional()?.ok_or(DeskError::NotFound)?;
        let fields = |n: &NewNotice| [(1, json!(n.title)), (2, json!(n.text)), (4, json!(n.until_on))];
        for ((field, value), (_, old)) in fields(new).into_iter().zip(fields(&before)) {
            if value != old {
                self.edit_shared("notice", id, field, &value)?;
            }
        }
        Ok(())
    }

    /// Takes a notice or a day of the calendar back.
    pub fn remove_shared(&mut self, kind: &'static str, id: &str) -> Result<(), DeskError> {
        let spec = find_kind(kind).filter(|spec| spec.can_be_removed).ok_or(DeskError::NotFound)?;
        let sql = format!("SELECT 1 FROM {} WHERE id = :id AND is_alive = 1", spec.table);
        let found = self.tx.query_row(&sql, named_params! { ":id": id }, |_| Ok(())).optional()?;
        found.ok_or(DeskError::NotFound)?;
        self.put_alive(spec, id, false)
    }

    /// Adds an entry for all stations under the next free code.
    pub fn add_shared_code(
        &mut self,
        list: CodeList,
        dimension: Option<Dimension>,
        label: &str,
    ) -> Result<String, DeskError> {
        let own: Vec<String> = self.reader().list_shared_codes(list)?.into_iter().map(|row| row.code).collect();
        let code = list.next_district_code(dimension, &own).ok_or(DeskError::InvalidField("dimension"))?;
        let id = shared_id(&["shared_code", list.name(), &code]);
        self.tx.execute(
            "INSERT INTO shared_code (id, station_id, list, code, label, is_retired)
             VALUES (:id, :station_id, :list, :code, :label, 0)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":list": list.name(), ":code": code, ":label": label,
            },
        )?;
        let values = vec![json!(label), json!(false), json!(list.name()), json!(code)];
        self.record_new("shared_code", &id, None, values);
        self.touch(Kind::Station, Some(&id));
        Ok(code)
    }

    /// Renames an entry, retires it or brings it back.
    pub fn edit_shared_code(&mut self, list: CodeList, row: &SharedCodeRow) -> Result<(), DeskError> {
        let own = self.reader().list_shared_codes(list)?;
        let before = own.into_iter().find(|before| before.code == row.code).ok_or(DeskError::NotFound)?;
        let id = shared_id(&["shared_code", list.name(), &row.code]);
        if before.label != row.label {
            self.edit_shared("shared_code", &id, 1, &json!(row.label))?;
        }
        if before.is_retired != row.is_retired {
            self.edit_shared("shared_code", &id, 2, &json!(row.is_retired))?;
        }
        Ok(())
    }

    /// Says what kind of day a date is; once more for the same date changes it.
    pub fn put_calendar_day(&mut self, on: &str, is_workday: bool, name: &str) -> Result<(), DeskError> {
        let id = shared_id(&["calendar_day", on]);
        let values = [json!(on), json!(is_workday), json!(name)];
        let sql = "SELECT is_workday, name, is_alive FROM calendar_day WHERE id = :id";
        let before = self.tx.query_row(sql, named_params! { ":id": id }, |r| {
            Ok((r.get::<_, bool>(0)?, r.get::<_, String>(1)?, r.get::<_, bool>(2)?))
        });
        let Some((was_workday, old_name, is_alive)) = before.optional()? else {
            let sql = "INSERT INTO calendar_day (id, station_id, on_day, is_workday, name, is_alive)
                       VALUES (:id, :station_id, :on, :is_workday, :name, 1)";
            let station = self.station.to_string();
            self.tx.execute(
                sql,
                named_params! { ":id": id, ":station_id": station, ":on": on, ":is_workday": is_workday, ":name": name },
            )?;
            self.record_new("calendar_day", &id, None, values.into());
            self.touch(Kind::Shared, Some(&id));
            return Ok(());
        };
        if !is_alive {
            self.revive(find_kind("calendar_day").ok_or(DeskError::NotFound)?, &id)?;
        }
        if was_workday != is_workday {
            self.edit_shared("calendar_day", &id, 2, &json!(is_workday))?;
        }
        if old_name != name {
            self.edit_shared("calendar_day", &id, 3, &json!(name))?;
        }
        Ok(())
    }

    /// Sets the limit of a stage at a level for all stations.
    pub fn put_limit(&mut self, limit: &Limit) -> Result<(), DeskError> {
        let (stage, unit) = (limit.stage.code(), limit.unit.code());
        let id = shared_id(&["deadline", &limit.level, stage]);
        let sql = "SELECT amount, unit FROM deadline WHERE id = :id";
        let before =
            self.tx.query_row(sql, named_params! { ":id": id }, |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?)));
        let Some((amount, old_unit)) = before.optional()? else {
            self.tx.execute(
                "INSERT INTO deadline (id, station_id, level, stage, amount, unit)
                 VALUES (:id, :station_id, :level, :stage, :amount, :unit)",
                named_params! {
                    ":id": id, ":station_id": self.station.to_string(), ":level": limit.level, ":stage": stage,
                    ":amount": limit.amount, ":unit": unit,
                },
            )?;
            let values = vec![json!(limit.level), json!(stage), json!(limit.amount), json!(unit)];
            self.record_new("deadline", &id, None, values);
            self.touch(Kind::Shared, Some(&id));
            return Ok(());
        };
        if amount != limit.amount {
            self.edit_shared("deadline", &id, 3, &json!(limit.amount))?;
        }
        if old_unit != unit {
            self.edit_shared("deadline", &id, 4, &json!(unit))?;
        }
        Ok(())
    }

    pub fn add_district_device(&mut self, device: &str, given_by: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO district_device (id, station_id, at, device_id, given_by)
             VALUES (:id, :station_id, :at, :device, :given_by)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":at": self.now, ":device": device,
                ":given_by": given_by,
            },
        )?;
        let value = json!({ "at": self.now, "device": device, "by": given_by });
        self.record_fact("district_device", &id, value, None);
        self.touch(Kind::Sync, Some(device));
        Ok(())
    }

    pub fn add_office_key(&mut self, no: i64, public: &str) -> Result<(), DeskError> {
        let id = shared_id(&["office_key", &no.to_string()]);
        self.tx.execute(
            "INSERT INTO office_key (id, station_id, at, no, public) VALUES (:id, :station_id, :at, :no, :public)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":at": self.now, ":no": no, ":public": public,
            },
        )?;
        self.record_fact("office_key", &id, json!({ "at": self.now, "no": no, "public": public }), None);
        self.touch(Kind::Sync, Some(&id));
        Ok(())
    }

    /// Says on the station's board why the office opened its keys.
    pub fn add_office_access(&mut self, station: &str, device: &str, reason: &str) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO supervision_access (id, station_id, at, device_id, reason)
             VALUES (:id, :station_id, :at, :device, :reason)",
            named_params! { ":id": id, ":station_id": station, ":at": self.now, ":device": device, ":reason": reason },
        )?;
        let value = json!({ "at": self.now, "device": device, "reason": reason });
        self.record_on_board(station, "supervision_access", &id, value);
        self.touch(Kind::Sync, Some(device));
        Ok(())
    }

    fn edit_shared(&mut self, kind: &'static str, id: &str, field: u32, value: &Value) -> Result<(), DeskError> {
        self.edit_field(find_kind(kind).ok_or(DeskError::NotFound)?, id, field, value)
    }
}

/// An id that every district desk computes alike, over what is no secret.
fn shared_id(of: &[&str]) -> String {
    let hash = blake3::derive_key("fengxiang 2026 shared id", of.join(" ").as_bytes());
    let bytes: [u8; 16] = hash[..16].try_into().expect("a hash is longer than an id");
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}
