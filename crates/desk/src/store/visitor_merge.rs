//! Two entries that are one person. Facts stay as they are; the smaller id stands for both.

use crate::store::VisitorEdit;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::VisitorId;
use rusqlite::named_params;
use serde_json::json;

impl Writer<'_> {
    /// The survivor keeps what it says and takes what it lacks from the other.
    pub fn merge_visitors(&mut self, one: VisitorId, other: VisitorId) -> Result<VisitorId, DeskError> {
        let (one, other) = (self.reader().get_survivor(one)?, self.reader().get_survivor(other)?);
        if one == other {
            return Err(DeskError::NotLegalNow);
        }
        let (survivor, gone) = (one.min(other), one.max(other));
        self.insert_merge(survivor, gone)?;
        self.tx.execute(
            "UPDATE visitor SET merged_into = :survivor WHERE id = :gone OR merged_into = :gone",
            named_params! { ":survivor": survivor.to_string(), ":gone": gone.to_string() },
        )?;
        self.fill_gaps(survivor, gone)?;
        self.touch(Kind::Visitor, Some(&survivor.to_string()));
        self.touch(Kind::Visit, None);
        Ok(survivor)
    }

    fn insert_merge(&mut self, survivor: VisitorId, gone: VisitorId) -> Result<(), DeskError> {
        let (id, one, other) = (self.new_id(), survivor.to_string(), gone.to_string());
        self.tx.execute(
            "INSERT INTO visitor_merge (id, station_id, at, one_id, other_id) VALUES (:id, :station_id, :at, :one, :other)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":at": self.now, ":one": one, ":other": other,
            },
        )?;
        self.record_fact("visitor_merge", &id, json!({ "at": self.now, "one": one, "other": other }), None);
        Ok(())
    }

    fn fill_gaps(&mut self, survivor: VisitorId, gone: VisitorId) -> Result<(), DeskError> {
        let (kept, lost) = (self.reader().get_visitor_fields(survivor)?, self.reader().get_visitor_fields(gone)?);
        let filled = VisitorEdit {
            platform: kept.platform.or(lost.platform),
            name: kept.name.or(lost.name),
            phone: kept.phone.or(lost.phone),
            work_area: kept.work_area.or(lost.work_area),
            ..kept
        };
        self.edit_visitor(survivor, &filled)
    }
}
