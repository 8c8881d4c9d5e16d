//! The station and what it brought along from the time before this program.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::{StaffId, StationId};
use fengxiang_domain::people::Role;
use rusqlite::named_params;
use serde_json::json;

pub struct NewStation {
    pub code: String,
    pub name: String,
    pub level: String,
    pub address: String,
    /// JSON list of {weekday, opens, closes, attended}.
    pub opening_rules: String,
    pub manager_name: String,
    pub opening_balances: Vec<OpeningBalanceRow>,
}

pub struct OpeningBalanceRow {
    pub indicator: String,
    pub as_of_on: String,
    pub value: i64,
    pub source: String,
}

pub struct StationRow {
    pub id: String,
    pub code: String,
    pub name: String,
    pub level: String,
    pub address: String,
}

impl Reader<'_> {
    pub fn station_id(&self) -> Result<StationId, DeskError> {
        let id: String = self.0.query_row("SELECT id FROM station", [], |r| r.get(0))?;
        StationId::parse(&id).ok_or_else(|| DeskError::DamagedDatabase("station.id".into()))
    }

    pub fn get_station(&self) -> Result<StationRow, DeskError> {
        let sql = "SELECT id, code, name, level, address FROM station";
        Ok(self.0.query_row(sql, [], |r| {
            Ok(StationRow { id: r.get(0)?, code: r.get(1)?, name: r.get(2)?, level: r.get(3)?, address: r.get(4)? })
        })?)
    }

    /// The total of an indicator from before this program was used.
    pub fn get_opening_balance(&self, indicator: &str) -> Result<i64, DeskError> {
        let sql = "SELECT coalesce(sum(value), 0) FROM opening_balance WHERE indicator = :indicator";
        Ok(self.0.query_row(sql, named_params! { ":indicator": indicator }, |r| r.get(0))?)
    }
}

impl Writer<'_> {
    pub fn found_station(&mut self, new: &NewStation, manager: StaffId) -> Result<(), DeskError> {
        let id = self.station.to_string();
        self.tx.execute(
            "INSERT INTO station (id, code, name, level, address, opening_rules, created_at)
             VALUES (:id, :code, :name, :level, :address, :opening_rules, :created_at)",
            named_params! {
                ":id": id, ":code": new.code, ":name": new.name, ":level": new.level, ":address": new.address,
                ":opening_rules": new.opening_rules, ":created_at": self.now,
            },
        )?;
        let values =
            vec![json!(new.code), json!(new.name), json!(new.level), json!(new.address), json!(new.opening_rules)];
        self.record_new("station", &id, None, values);
        self.touch(Kind::Station, Some(&id));
        self.add_staff(manager, &new.manager_name, Role::Manager, None)?;
        new.opening_balances.iter().try_for_each(|b| self.add_opening_balance(b))
    }

    fn add_opening_balance(&mut self, balance: &OpeningBalanceRow) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO opening_balance (id, station_id, indicator, as_of_on, value, source)
             VALUES (:id, :station_id, :indicator, :as_of_on, :value, :source)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":indicator": balance.indicator,
                ":as_of_on": balance.as_of_on, ":value": balance.value, ":source": balance.source,
            },
        )?;
        let values =
            vec![json!(balance.indicator), json!(balance.as_of_on), json!(balance.value), json!(balance.source)];
        self.record_new("opening_balance", &id, None, values);
        Ok(())
    }
}
