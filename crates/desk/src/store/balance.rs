//! 期初累计: what was counted before this program was used, with where the figure comes from.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use rusqlite::named_params;
use serde_json::json;

pub struct NewBalance {
    pub indicator: String,
    pub as_of_on: String,
    pub value: i64,
    pub source: String,
}

#[derive(Debug)]
pub struct BalanceRow {
    pub id: String,
    pub indicator: String,
    pub as_of_on: String,
    pub value: i64,
    pub source: String,
}

impl Reader<'_> {
    /// The total of an indicator from before this program was used.
    pub fn get_opening_balance(&self, indicator: &str) -> Result<i64, DeskError> {
        let sql = "SELECT coalesce(sum(value), 0) FROM opening_balance WHERE indicator = :indicator AND is_alive = 1";
        Ok(self.0.query_row(sql, named_params! { ":indicator": indicator }, |r| r.get(0))?)
    }

    /// The last day that an opening balance of an indicator covers: what this desk wrote up to then is in it already.
    pub fn find_covered_until(&self, indicator: &str) -> Result<Option<String>, DeskError> {
        let sql = "SELECT max(as_of_on) FROM opening_balance WHERE indicator = :indicator AND is_alive = 1";
        Ok(self.0.query_row(sql, named_params! { ":indicator": indicator }, |r| r.get(0))?)
    }

    pub fn list_balances(&self) -> Result<Vec<BalanceRow>, DeskError> {
        let sql = "SELECT id, indicator, as_of_on, value, source FROM opening_balance WHERE is_alive = 1
                   ORDER BY indicator, as_of_on, id";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| {
            let (id, indicator, as_of_on) = (r.get(0)?, r.get(1)?, r.get(2)?);
            Ok(BalanceRow { id, indicator, as_of_on, value: r.get(3)?, source: r.get(4)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    pub fn add_balance(&mut self, new: &NewBalance) -> Result<(), DeskError> {
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO opening_balance (id, station_id, indicator, as_of_on, value, source, is_alive)
             VALUES (:id, :station_id, :indicator, :as_of_on, :value, :source, 1)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":indicator": new.indicator,
                ":as_of_on": new.as_of_on, ":value": new.value, ":source": new.source,
            },
        )?;
        let values = vec![json!(new.indicator), json!(new.as_of_on), json!(new.value), json!(new.source)];
        self.record_new("opening_balance", &id, None, values);
        self.touch(Kind::Station, Some(&id));
        Ok(())
    }

    /// Leaves a tombstone: the row stays, `is_alive` goes.
    pub fn remove_balance(&mut self, id: &str) -> Result<(), DeskError> {
        let sql = "UPDATE opening_balance SET is_alive = 0 WHERE id = :id AND is_alive = 1";
        if self.tx.execute(sql, named_params! { ":id": id })? == 0 {
            return Err(DeskError::NotFound);
        }
        self.record_removal("opening_balance", id);
        self.touch(Kind::Station, Some(id));
        Ok(())
    }
}
