//! Registered visitors: the entry itself, adding and changing it.

use super::Reader;
use crate::{DeskError, FormField, Kind, Writer, touched_or};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::names::phone_tail;
use fengxiang_domain::number::card_no;
use rusqlite::{OptionalExtension, Row, named_params};
use serde_json::{Value, json};

/// Version of the notice read to the visitor before registering.
const CONSENT_VERSION: i64 = 1;

#[derive(Debug, Clone)]
pub struct NewVisitor {
    pub alias: String,
    pub visitor_type: String,
    pub platform: Option<String>,
    /// How the platform is called, to tell namesakes apart.
    pub platform_word: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub work_area: Option<String>,
    pub consent_given: bool,
}

/// The fields that can be edited.
#[derive(Debug, Clone)]
pub struct VisitorEdit {
    pub alias: String,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub work_area: Option<String>,
}

#[derive(Debug)]
pub struct VisitorRow {
    pub id: String,
    pub card_no: String,
    pub alias: String,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub phone_tail: Option<String>,
}

/// The columns of a `VisitorRow`, of a table named `v`.
pub(super) const VISITOR: &str = "v.id, v.card_no, v.alias, v.visitor_type, v.platform, v.phone_tail";

pub(super) fn visitor_row(r: &Row) -> rusqlite::Result<VisitorRow> {
    Ok(VisitorRow {
        id: r.get(0)?,
        card_no: r.get(1)?,
        alias: r.get(2)?,
        visitor_type: r.get(3)?,
        platform: r.get(4)?,
        phone_tail: r.get(5)?,
    })
}

impl Reader<'_> {
    pub fn get_visitor(&self, id: VisitorId) -> Result<VisitorRow, DeskError> {
        let sql = format!("SELECT {VISITOR} FROM visitor v WHERE v.id = :id");
        Ok(self.0.query_row(&sql, named_params! { ":id": id.to_string() }, visitor_row)?)
    }

    pub fn get_visitor_fields(&self, id: VisitorId) -> Result<VisitorEdit, DeskError> {
        let sql = "SELECT alias, visitor_type, platform, name, phone, work_area FROM visitor WHERE id = :id";
        Ok(self.0.query_row(sql, named_params! { ":id": id.to_string() }, |r| {
            let (alias, visitor_type, platform) = (r.get(0)?, r.get(1)?, r.get(2)?);
            Ok(VisitorEdit { alias, visitor_type, platform, name: r.get(3)?, phone: r.get(4)?, work_area: r.get(5)? })
        })?)
    }

    /// The entry that stands for this one: itself, unless it was merged away.
    pub fn get_survivor(&self, id: VisitorId) -> Result<VisitorId, DeskError> {
        let sql = "SELECT coalesce(merged_into, id) FROM visitor WHERE id = :id";
        let survivor: String = self.0.query_row(sql, named_params! { ":id": id.to_string() }, |r| r.get(0))?;
        VisitorId::parse(&survivor).ok_or(DeskError::NotFound)
    }

    /// Whose card this is.
    pub fn find_card(&self, card_no: &str) -> Result<Option<VisitorId>, DeskError> {
        let sql = "SELECT coalesce(merged_into, id) FROM visitor WHERE card_no = :card_no";
        let id: Option<String> =
            self.0.query_row(sql, named_params! { ":card_no": card_no }, |r| r.get(0)).optional()?;
        Ok(id.and_then(|id| VisitorId::parse(&id)))
    }

    fn find_alias(&self, alias: &str) -> Result<Option<VisitorId>, DeskError> {
        let sql = "SELECT id FROM visitor WHERE alias = :alias AND merged_into IS NULL";
        let id: Option<String> = self.0.query_row(sql, named_params! { ":alias": alias }, |r| r.get(0)).optional()?;
        Ok(id.and_then(|id| VisitorId::parse(&id)))
    }
}

impl Writer<'_> {
    /// Registers a visitor. A taken 称谓 gets platform and last digits behind it, or a number.
    pub fn add_visitor(&mut self, new: &NewVisitor) -> Result<VisitorId, DeskError> {
        let id = VisitorId(self.ids.new_id(self.now));
        let (card_no, alias) = (self.free_card_no()?, self.free_alias(new)?);
        self.tx.execute(
            "INSERT INTO visitor (id, station_id, card_no, alias, visitor_type, platform, name, phone, phone_tail, work_area, created_at)
             VALUES (:id, :station_id, :card_no, :alias, :visitor_type, :platform, :name, :phone, :phone_tail, :work_area, :created_at)",
            named_params! {
                ":id": id.to_string(), ":station_id": self.station.to_string(), ":card_no": card_no, ":alias": alias,
                ":visitor_type": new.visitor_type, ":platform": new.platform, ":name": new.name, ":phone": new.phone,
                ":phone_tail": new.phone.as_deref().map(phone_tail), ":work_area": new.work_area, ":created_at": self.now,
            },
        )?;
        self.index_visitor(id)?;
        let values = vec![
            json!(card_no),
            json!(alias),
            json!(new.visitor_type),
            json!(new.platform),
            json!(new.name),
            json!(new.phone),
            json!(new.work_area),
        ];
        self.record_new("visitor", &id.to_string(), Some(id.to_string()), values);
        if new.consent_given {
            self.add_consent(id, "spoken")?;
        }
        self.touch(Kind::Visitor, Some(&id.to_string()));
        Ok(id)
    }

    /// Changes what differs, each field with its own entry.
    pub fn edit_visitor(&mut self, id: VisitorId, edit: &VisitorEdit) -> Result<(), DeskError> {
        let stored = self.reader().get_visitor_fields(id)?;
        self.save_visitor(id, &stored, edit)
    }

    /// The same from a form that was opened with these values: what nobody touched in it stays as it is stored by now.
    pub fn save_visitor(&mut self, id: VisitorId, opened: &VisitorEdit, form: &VisitorEdit) -> Result<(), DeskError> {
        let stored = self.reader().get_visitor_fields(id)?;
        let edit = &VisitorEdit {
            alias: touched_or(&stored.alias, &opened.alias, &form.alias),
            visitor_type: touched_or(&stored.visitor_type, &opened.visitor_type, &form.visitor_type),
            platform: touched_or(&stored.platform, &opened.platform, &form.platform),
            name: touched_or(&stored.name, &opened.name, &form.name),
            phone: touched_or(&stored.phone, &opened.phone, &form.phone),
            work_area: touched_or(&stored.work_area, &opened.work_area, &form.work_area),
        };
        if self.reader().find_alias(&edit.alias)?.is_some_and(|other| other != id) {
            return Err(DeskError::NameTaken);
        }
        self.unindex_visitor(id)?;
        self.update_visitor(id, edit)?;
        self.index_visitor(id)?;
        let fields = visitor_fields(&stored).into_iter().zip(visitor_fields(opened)).zip(visitor_fields(edit));
        let fields = fields.map(|(((field, stored), (_, opened)), (_, now))| FormField { field, stored, opened, now });
        self.record_form("visitor", &id.to_string(), Some(&id.to_string()), fields.collect());
        self.touch(Kind::Visitor, Some(&id.to_string()));
        Ok(())
    }

    fn update_visitor(&mut self, id: VisitorId, edit: &VisitorEdit) -> Result<(), DeskError> {
        let VisitorEdit { alias, visitor_type, platform, name, phone, work_area } = edit;
        self.tx.execute(
            "UPDATE visitor SET alias = :alias, visitor_type = :visitor_type, platform = :platform, name = :name,
                    phone = :phone, phone_tail = :tail, work_area = :work_area
             WHERE id = :id",
            named_params! {
                ":id": id.to_string(), ":alias": alias, ":visitor_type": visitor_type, ":platform": platform, ":name": name,
                ":phone": phone, ":tail": phone.as_deref().map(phone_tail), ":work_area": work_area,
            },
        )?;
        Ok(())
    }

    /// The visitor was told and agreed; `method` is spoken, signed or paper.
    pub fn add_consent(&mut self, visitor: VisitorId, method: &'static str) -> Result<(), DeskError> {
        let id = self.new_id();
        let witness = self.actor.map(|a| a.to_string()).unwrap_or_default();
        self.tx.execute(
            "INSERT INTO consent (id, station_id, visitor_id, text_version, method, witness_id, given_at)
             VALUES (:id, :station_id, :visitor_id, :text_version, :method, :witness_id, :given_at)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":visitor_id": visitor.to_string(),
                ":text_version": CONSENT_VERSION, ":method": method, ":witness_id": witness, ":given_at": self.now,
            },
        )?;
        let personal = json!({ "visitor": visitor.to_string(), "witness": witness });
        self.record_fact(
            "consent",
            &id,
            json!({ "text_version": CONSENT_VERSION, "method": method, "at": self.now }),
            Some((visitor.to_string(), personal)),
        );
        Ok(())
    }

    /// Thirty-three random bits meet now and then among two hundred thousand cards: then another is drawn.
    fn free_card_no(&self) -> Result<String, DeskError> {
        loop {
            let mut random = [0; 7];
            self.ids.fill(&mut random);
            let drawn = card_no(random);
            if self.reader().find_card(&drawn)?.is_none() {
                return Ok(drawn);
            }
        }
    }

    fn free_alias(&self, new: &NewVisitor) -> Result<String, DeskError> {
        let is_free = |alias: &str| Ok::<_, DeskError>(self.reader().find_alias(alias)?.is_none());
        let tail = new.phone.as_deref().map(phone_tail);
        let parts: Vec<&str> = new.platform_word.as_deref().into_iter().chain(tail).collect();
        let told_apart = parts.iter().fold(new.alias.clone(), |alias, part| format!("{alias}\u{b7}{part}"));
        for alias in [&new.alias, &told_apart] {
            if is_free(alias)? {
                return Ok(alias.clone());
            }
        }
        let mut number = self.count_namesakes(&told_apart)? + 2;
        loop {
            let alias = format!("{told_apart}\u{b7}{number}");
            if is_free(&alias)? {
                return Ok(alias);
            }
            number += 1;
        }
    }

    /// How many have this 称谓 with something behind it.
    fn count_namesakes(&self, alias: &str) -> Result<i64, DeskError> {
        let sql = "SELECT count(*) FROM visitor WHERE merged_into IS NULL AND alias > :from AND alias < :to";
        let (from, to) = (format!("{alias}\u{b7}"), format!("{alias}\u{b8}"));
        Ok(self.tx.query_row(sql, named_params! { ":from": from, ":to": to }, |r| r.get(0))?)
    }
}

/// The editable fields with their numbers in an entry; the card number is field 1.
fn visitor_fields(edit: &VisitorEdit) -> [(u32, Value); 6] {
    let VisitorEdit { alias, visitor_type, platform, name, phone, work_area } = edit;
    [
        (2, json!(alias)),
        (3, json!(visitor_type)),
        (4, json!(platform)),
        (5, json!(name)),
        (6, json!(phone)),
        (7, json!(work_area)),
    ]
}
