//! One registered person: page, edits, look-alikes, and merging two entries of one person.

use super::Reader;
use super::visitor::{VisitorRow, visitor_row};
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::names::search_forms;
use rusqlite::named_params;
use serde_json::{Value, json};

#[derive(Debug)]
pub struct PersonRow {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub work_area: Option<String>,
    pub created_at: i64,
    pub consent_at: Option<i64>,
}

/// One arrival of a person with what was given, sensitive items excepted.
#[derive(Debug)]
pub struct PersonVisitRow {
    pub visit_id: String,
    pub at: i64,
    pub items: Vec<String>,
}

/// The fields that can be edited, by their number in an entry.
#[derive(Debug, Clone)]
pub struct VisitorEdit {
    pub alias: String,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub work_area: Option<String>,
}

const LOOKALIKES_MAX: i64 = 5;
const COLUMNS: &str = "id, card_no, alias, visitor_type, platform, phone_tail FROM visitor";
/// A person's own id and those merged into it.
const GROUP: &str = "(SELECT id FROM visitor WHERE id = :id OR merged_into = :id)";

impl Reader<'_> {
    pub fn get_person(&self, id: VisitorId) -> Result<PersonRow, DeskError> {
        let sql =
            "SELECT name, phone, work_area, created_at, (SELECT max(given_at) FROM consent WHERE visitor_id = :id)
                   FROM visitor WHERE id = :id";
        Ok(self.0.query_row(sql, named_params! { ":id": id.to_string() }, |r| {
            let (name, phone, work_area, created_at) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            Ok(PersonRow { name, phone, work_area, created_at, consent_at: r.get(4)? })
        })?)
    }

    /// Arrivals before the given one, newest first.
    pub fn list_person_visits(
        &self,
        id: VisitorId,
        before: Option<(i64, String)>,
        limit: i64,
    ) -> Result<Vec<PersonVisitRow>, DeskError> {
        let sql = format!(
            "SELECT v.id, v.at, (SELECT group_concat(s.item) FROM service s WHERE s.visit_id = v.id
                    AND NOT EXISTS (SELECT 1 FROM service_void y WHERE y.service_id = s.id))
             FROM visit v WHERE v.visitor_id IN {GROUP} AND (:at IS NULL OR (v.at, v.id) < (:at, :visit))
             AND NOT EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = v.id) ORDER BY v.at DESC, v.id DESC LIMIT :limit"
        );
        let (at, visit) = before.unzip();
        let mut statement = self.0.prepare_cached(&sql)?;
        let params = named_params! { ":id": id.to_string(), ":at": at, ":visit": visit, ":limit": limit };
        let rows = statement.query_map(params, |r| {
            let items: Option<String> = r.get(2)?;
            let items = items.map(|i| i.split(',').map(str::to_owned).collect()).unwrap_or_default();
            Ok(PersonVisitRow { visit_id: r.get(0)?, at: r.get(1)?, items })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a person was given, by item, over all time.
    pub fn list_person_items(&self, id: VisitorId) -> Result<Vec<(String, i64)>, DeskError> {
        let sql = format!(
            "SELECT s.item, count(*) FROM visit v JOIN service s ON s.visit_id = v.id WHERE v.visitor_id IN {GROUP}
             AND NOT EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = v.id)
             AND NOT EXISTS (SELECT 1 FROM service_void y WHERE y.service_id = s.id) GROUP BY s.item ORDER BY count(*) DESC, s.item"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":id": id.to_string() }, |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Entries that may be the same person: same phone, same name and platform, or a name that sounds the same.
    pub fn list_lookalikes(&self, edit: &VisitorEdit, except: Option<VisitorId>) -> Result<Vec<VisitorRow>, DeskError> {
        let sound = edit.name.as_deref().map(|n| search_forms(n).pinyin);
        let sql = format!(
            "SELECT {COLUMNS} WHERE merged_into IS NULL AND (:except IS NULL OR id <> :except)
             AND (phone = :phone OR (name = :name AND platform IS :platform)
                  OR (:sound <> '' AND ' ' || search_pinyin || ' ' LIKE '% ' || :sound || ' %'))
             ORDER BY phone = :phone DESC, alias LIMIT {LOOKALIKES_MAX}"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let params = named_params! {
            ":except": except.map(|e| e.to_string()), ":phone": edit.phone, ":name": edit.name, ":platform": edit.platform, ":sound": sound,
        };
        let rows = statement.query_map(params, visitor_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writer<'_> {
    /// Changes what differs, each field with its own entry.
    pub fn edit_visitor(&mut self, id: VisitorId, edit: &VisitorEdit) -> Result<(), DeskError> {
        let before = self.get_visitor_fields(id)?;
        let after = visitor_fields(edit);
        let changed = before.iter().zip(&after).filter(|(b, a)| b.1 != a.1).map(|(_, a)| a.clone());
        let changed: Vec<(u32, Value)> = changed.collect();
        self.update_visitor(id, edit)?;
        for (field, value) in changed {
            self.record_edit("visitor", &id.to_string(), Some(id.to_string()), field, value);
        }
        self.touch(Kind::Visitor, Some(&id.to_string()));
        Ok(())
    }

    fn get_visitor_fields(&self, id: VisitorId) -> Result<Vec<(u32, Value)>, DeskError> {
        let sql = "SELECT alias, visitor_type, platform, name, phone, work_area FROM visitor WHERE id = :id";
        let edit = self.tx.query_row(sql, named_params! { ":id": id.to_string() }, |r| {
            let (alias, visitor_type, platform) = (r.get(0)?, r.get(1)?, r.get(2)?);
            Ok(VisitorEdit { alias, visitor_type, platform, name: r.get(3)?, phone: r.get(4)?, work_area: r.get(5)? })
        })?;
        Ok(visitor_fields(&edit))
    }

    fn update_visitor(&mut self, id: VisitorId, edit: &VisitorEdit) -> Result<(), DeskError> {
        let forms = search_forms(&edit.alias);
        let named = edit.name.as_deref().map(search_forms);
        let both = |alias: &str, name: Option<&str>| format!("{alias} {}", name.unwrap_or("")).trim().to_owned();
        let tail = edit.phone.as_deref().map(|p| p[p.len().saturating_sub(4)..].to_owned());
        self.tx.execute(
            "UPDATE visitor SET alias = :alias, visitor_type = :visitor_type, platform = :platform, name = :name, phone = :phone,
                    phone_tail = :tail, work_area = :work_area, search_norm = :norm, search_pinyin = :pinyin, search_ini = :ini
             WHERE id = :id",
            named_params! {
                ":id": id.to_string(), ":alias": edit.alias, ":visitor_type": edit.visitor_type, ":platform": edit.platform,
                ":name": edit.name, ":phone": edit.phone, ":tail": tail, ":work_area": edit.work_area,
                ":norm": both(&forms.norm, named.as_ref().map(|n| n.norm.as_str())),
                ":pinyin": both(&forms.pinyin, named.as_ref().map(|n| n.pinyin.as_str())),
                ":ini": both(&forms.initials, named.as_ref().map(|n| n.initials.as_str())),
            },
        )?;
        Ok(())
    }

    /// Says that two entries are one person. Facts stay as they are; the smaller id stands for both.
    pub fn merge_visitors(&mut self, one: VisitorId, other: VisitorId) -> Result<VisitorId, DeskError> {
        let (one, other) = (self.get_survivor(one)?, self.get_survivor(other)?);
        if one == other {
            return Err(DeskError::NotLegalNow);
        }
        let (survivor, gone) = (one.min(other), one.max(other));
        let id = self.new_id();
        self.tx.execute(
            "INSERT INTO visitor_merge (id, station_id, at, one_id, other_id) VALUES (:id, :station_id, :at, :one, :other)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":at": self.now, ":one": survivor.to_string(), ":other": gone.to_string(),
            },
        )?;
        self.tx.execute(
            "UPDATE visitor SET merged_into = :survivor WHERE id = :gone OR merged_into = :gone",
            named_params! { ":survivor": survivor.to_string(), ":gone": gone.to_string() },
        )?;
        self.record_fact(
            "visitor_merge",
            &id,
            json!({ "at": self.now, "one": survivor.to_string(), "other": gone.to_string() }),
            None,
        );
        self.touch(Kind::Visitor, Some(&survivor.to_string()));
        self.touch(Kind::Visit, None);
        Ok(survivor)
    }

    fn get_survivor(&self, id: VisitorId) -> Result<VisitorId, DeskError> {
        let sql = "SELECT coalesce(merged_into, id) FROM visitor WHERE id = :id";
        let survivor: String = self.tx.query_row(sql, named_params! { ":id": id.to_string() }, |r| r.get(0))?;
        VisitorId::parse(&survivor).ok_or(DeskError::NotFound)
    }

    /// Leaves a line in the trail that somebody looked; changes nothing.
    pub fn note_look(&mut self, id: &str) {
        self.point_at(id);
    }
}

fn visitor_fields(edit: &VisitorEdit) -> Vec<(u32, Value)> {
    let VisitorEdit { alias, visitor_type, platform, name, phone, work_area } = edit;
    vec![
        (2, json!(alias)),
        (3, json!(visitor_type)),
        (4, json!(platform)),
        (5, json!(name)),
        (6, json!(phone)),
        (7, json!(work_area)),
    ]
}
