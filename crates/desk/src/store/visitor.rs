//! Registered visitors: adding one, and finding one from whatever the volunteer types.

use super::Reader;
use crate::{DeskError, Kind, Writer};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::names::search_forms;
use fengxiang_domain::number::card_no;
use fengxiang_domain::time::year_starts_on;
use rusqlite::{Row, named_params};
use serde_json::json;

/// More hits than fit on a screen help nobody.
const HITS_MAX: i64 = 20;
/// Version of the notice read to the visitor before registering.
const CONSENT_VERSION: i64 = 1;

pub struct NewVisitor {
    pub alias: String,
    pub visitor_type: String,
    pub platform: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub work_area: Option<String>,
    pub consent_given: bool,
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

/// What the volunteer sees to tell a known visitor from a namesake.
#[derive(Debug, Default)]
pub struct VisitorPast {
    pub visits_this_year: i64,
    pub last_visit_at: Option<i64>,
    pub last_basic_items: Vec<String>,
}

const COLUMNS: &str = "id, card_no, alias, visitor_type, platform, phone_tail FROM visitor";

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
        Ok(self.0.query_row(
            &format!("SELECT {COLUMNS} WHERE id = :id"),
            named_params! { ":id": id.to_string() },
            visitor_row,
        )?)
    }

    /// Card number, four last digits, whole phone, name, pinyin or initials: the text itself tells which.
    pub fn search_visitors(&self, text: &str) -> Result<Vec<VisitorRow>, DeskError> {
        let text = text.trim();
        if fengxiang_domain::number::is_card_no(&text.to_uppercase()) {
            return self.list_visitors("card_no = :text", &text.to_uppercase());
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            let by = if text.len() == 4 {
                "phone_tail = :text OR alias LIKE '%' || :text"
            } else {
                "length(:text) >= 7 AND phone = :text"
            };
            return self.list_visitors(by, text);
        }
        let forms = search_forms(text);
        if forms.norm.is_empty() {
            return Ok(Vec::new());
        }
        let by = if forms.norm.is_ascii() {
            "search_pinyin LIKE :text || '%' OR search_pinyin LIKE '% ' || :text || '%'
             OR search_ini LIKE :text || '%' OR search_ini LIKE '% ' || :text || '%' OR search_norm LIKE '%' || :text || '%'"
        } else {
            "search_norm LIKE '%' || :text || '%'"
        };
        self.list_visitors(by, &forms.norm)
    }

    fn list_visitors(&self, by: &str, text: &str) -> Result<Vec<VisitorRow>, DeskError> {
        let sql = format!("SELECT {COLUMNS} WHERE merged_into IS NULL AND ({by}) ORDER BY alias, id LIMIT {HITS_MAX}");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map(named_params! { ":text": text }, visitor_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn get_visitor_past(&self, id: &str, now: i64) -> Result<VisitorPast, DeskError> {
        let visits = "FROM visit v WHERE v.visitor_id IN (SELECT id FROM visitor WHERE id = :id OR merged_into = :id) AND NOT EXISTS (SELECT 1 FROM visit_void x WHERE x.visit_id = v.id)";
        let (visits_this_year, last_visit_at) = self.0.query_row(
            &format!("SELECT count(*) FILTER (WHERE v.business_on >= :year), max(v.at) {visits}"),
            named_params! { ":id": id, ":year": year_starts_on(now).to_string() },
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?;
        let sql = format!(
            "SELECT s.item FROM service s WHERE s.item LIKE 'B%'
             AND s.visit_id = (SELECT v.id {visits} ORDER BY v.at DESC LIMIT 1)
             AND NOT EXISTS (SELECT 1 FROM service_void x WHERE x.service_id = s.id) ORDER BY s.item"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let items = statement.query_map(named_params! { ":id": id }, |r| r.get(0))?;
        Ok(VisitorPast { visits_this_year, last_visit_at, last_basic_items: items.collect::<Result<_, _>>()? })
    }
}

impl Writer<'_> {
    /// Registers a visitor. A taken 称谓 gets the phone's last digits, or a number, behind it.
    pub fn add_visitor(&mut self, new: &NewVisitor) -> Result<VisitorId, DeskError> {
        let id = VisitorId(self.ids.new_id(self.now));
        let mut random = [0; 7];
        self.ids.fill(&mut random);
        let card = card_no(random);
        let tail = new.phone.as_deref().map(|p| p[p.len().saturating_sub(4)..].to_owned());
        let alias = self.free_alias(&new.alias, tail.as_deref())?;
        let forms = search_forms(&alias);
        let named = new.name.as_deref().map(search_forms);
        let both =
            |of_alias: &str, of_name: Option<&str>| format!("{of_alias} {}", of_name.unwrap_or("")).trim().to_owned();
        self.tx.execute(
            "INSERT INTO visitor (id, station_id, card_no, alias, visitor_type, platform, name, phone, phone_tail, work_area,
                                  search_norm, search_pinyin, search_ini, created_at)
             VALUES (:id, :station_id, :card_no, :alias, :visitor_type, :platform, :name, :phone, :phone_tail, :work_area,
                     :search_norm, :search_pinyin, :search_ini, :created_at)",
            named_params! {
                ":id": id.to_string(), ":station_id": self.station.to_string(), ":card_no": card, ":alias": alias,
                ":visitor_type": new.visitor_type, ":platform": new.platform, ":name": new.name, ":phone": new.phone,
                ":phone_tail": tail, ":work_area": new.work_area,
                ":search_norm": both(&forms.norm, named.as_ref().map(|n| n.norm.as_str())),
                ":search_pinyin": both(&forms.pinyin, named.as_ref().map(|n| n.pinyin.as_str())),
                ":search_ini": both(&forms.initials, named.as_ref().map(|n| n.initials.as_str())),
                ":created_at": self.now,
            },
        )?;
        let values = vec![
            json!(card),
            json!(alias),
            json!(new.visitor_type),
            json!(new.platform),
            json!(new.name),
            json!(new.phone),
            json!(new.work_area),
        ];
        self.record_new("visitor", &id.to_string(), Some(id.to_string()), values);
        if new.consent_given {
            self.add_consent(id)?;
        }
        self.touch(Kind::Visitor, Some(&id.to_string()));
        Ok(id)
    }

    fn add_consent(&mut self, visitor: VisitorId) -> Result<(), DeskError> {
        let id = self.new_id();
        let witness = self.actor.map(|a| a.to_string()).unwrap_or_default();
        self.tx.execute(
            "INSERT INTO consent (id, station_id, visitor_id, text_version, method, witness_id, given_at)
             VALUES (:id, :station_id, :visitor_id, :text_version, 'spoken', :witness_id, :given_at)",
            named_params! {
                ":id": id, ":station_id": self.station.to_string(), ":visitor_id": visitor.to_string(),
                ":text_version": CONSENT_VERSION, ":witness_id": witness, ":given_at": self.now,
            },
        )?;
        let personal = json!({ "visitor": visitor.to_string(), "witness": witness });
        self.record_fact(
            "consent",
            &id,
            json!({ "text_version": CONSENT_VERSION, "at": self.now }),
            Some((visitor.to_string(), personal)),
        );
        Ok(())
    }

    fn free_alias(&self, wanted: &str, tail: Option<&str>) -> Result<String, DeskError> {
        let is_taken = |alias: &str| -> Result<bool, DeskError> {
            let sql = "SELECT EXISTS (SELECT 1 FROM visitor WHERE alias = :alias)";
            Ok(self.tx.query_row(sql, named_params! { ":alias": alias }, |r| r.get(0))?)
        };
        if !is_taken(wanted)? {
            return Ok(wanted.to_owned());
        }
        let numbered = (2..).map(|n| format!("{wanted}\u{b7}{n}"));
        for alias in tail.map(|t| format!("{wanted}\u{b7}{t}")).into_iter().chain(numbered) {
            if !is_taken(&alias)? {
                return Ok(alias);
            }
        }
        unreachable!("numbers do not run out")
    }
}
