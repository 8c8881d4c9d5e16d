//! Writes what a hub's row says into the table of its kind. What an own edit covers stays as it is, and so does what this
//! program does not know. Decides nothing about meaning.

use crate::kinds::{ALIVE, Column, FieldSpec, Form, KindShape, KindSpec};
use crate::{DeskError, Exchange, Kind, Writer};
use fengxiang_domain::ids::{VisitorId, made_at};
use fengxiang_domain::names::phone_tail;
use rusqlite::types::Value as Sql;
use rusqlite::{ErrorCode, OptionalExtension, named_params, params_from_iter};
use serde_json::Value;
use uuid::Uuid;

/// A row of the hub, opened.
#[derive(Debug)]
pub struct OpenRow<'a> {
    pub kind: &'static KindSpec,
    pub id: &'a str,
    /// The station whose row it is.
    pub station: &'a str,
    /// Random id of the person concerned.
    pub subject: Option<&'a str>,
    /// By number; a value that was taken away is null.
    pub fields: Vec<(u32, Value)>,
    /// The hub's stamp, of an act.
    pub place: Option<i64>,
}

/// Whether a row could be written into its table. One that breaks a rule of the table stays in the mirror alone: it stops
/// nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projected {
    Written,
    Skipped,
}

/// Field of a station that stands in numbers on paper.
const STATION_CODE: u32 = 1;

/// Columns and their values, in the same order.
type Set = (Vec<&'static str>, Vec<Sql>);

impl Exchange<'_> {
    /// Shows a row, but for what own edits cover.
    pub fn project(&mut self, row: &OpenRow) -> Result<Projected, DeskError> {
        self.writer.touch(touched(row.kind.table), None);
        let done = match row.kind.shape {
            KindShape::Record => self.project_record(row),
            KindShape::Fact | KindShape::Act => self.project_fact(row),
            KindShape::Derived => self.project_derived(row),
        };
        match done {
            Ok(()) => Ok(Projected::Written),
            Err(DeskError::Constraint) => Ok(Projected::Skipped),
            Err(error) => Err(error),
        }
    }

    fn project_fact(&mut self, row: &OpenRow) -> Result<(), DeskError> {
        let OpenRow { kind, id, station, .. } = row;
        let (mut names, mut values) = own_columns(kind, id, station);
        for field in kind.fields {
            let (more, of_field) = set_of(row, field, find_value(row, field.number));
            names.extend(more);
            values.extend(of_field);
        }
        if kind.shape == KindShape::Act {
            names.push("place");
            values.push(row.place.map_or(Sql::Null, Sql::Integer));
        }
        let is_new = self.insert(kind.table, &names, values)?;
        if !is_new {
            self.update_fact(row)?;
        }
        match kind.table {
            "visitor_merge" if is_new => self.regroup(id)?,
            // Not the office's own row: the station's manager is told.
            "supervision_access" if is_new => self.raise_alarm("office_access", 0)?,
            _ => {}
        }
        Ok(())
    }

    /// The last one that was computed stands.
    fn project_derived(&mut self, row: &OpenRow) -> Result<(), DeskError> {
        let OpenRow { kind, id, station, .. } = row;
        let (mut names, mut values) = own_columns(kind, id, station);
        for field in kind.fields {
            let (more, of_field) = set_of(row, field, find_value(row, field.number));
            names.extend(more);
            values.extend(of_field);
        }
        if !self.insert(kind.table, &names, values)? {
            for field in kind.fields {
                self.writer.update(kind.table, row.id, set_of(row, field, find_value(row, field.number)))?;
            }
        }
        Ok(())
    }

    /// A fact that is here already: what was taken away of it goes, and an act gets its place.
    fn update_fact(&mut self, row: &OpenRow) -> Result<(), DeskError> {
        let is_gone =
            |field: &&FieldSpec| row.fields.iter().any(|(number, value)| *number == field.number && value.is_null());
        for field in row.kind.fields.iter().filter(is_gone) {
            let set = set_of(row, field, &Value::Null);
            self.writer.update(row.kind.table, row.id, set)?;
        }
        match row.place {
            Some(place) => self.writer.update(row.kind.table, row.id, (vec!["place"], vec![Sql::Integer(place)])),
            None => Ok(()),
        }
    }

    fn project_record(&mut self, row: &OpenRow) -> Result<(), DeskError> {
        let is_there = self.writer.has_row(row.kind.table, row.id)?;
        let is_gone = is_removed(row);
        if !is_there {
            return if is_gone { Ok(()) } else { self.insert_record(row) };
        }
        let is_visitor = row.kind.table == "visitor";
        if is_visitor {
            self.writer.unindex_visitor(visitor_id(row.id)?)?;
        }
        for (number, value) in &row.fields {
            self.update_field(row, *number, value, is_gone)?;
        }
        if is_visitor {
            self.writer.finish_visitor(row.id)?;
        }
        Ok(())
    }

    fn update_field(&mut self, row: &OpenRow, number: u32, value: &Value, is_gone: bool) -> Result<(), DeskError> {
        if self.has_own_field(row.kind.name, row.id, number)? {
            return Ok(());
        }
        if number == ALIVE && row.kind.can_be_removed {
            let alive = Sql::Integer(i64::from(value.as_bool().unwrap_or(true)));
            return self.writer.update(row.kind.table, row.id, (vec!["is_alive"], vec![alive]));
        }
        match row.kind.find_field(number) {
            // Removal empties the fields of a row that is shown nowhere any more: its table keeps what it had.
            Some(field) if !is_gone => self.writer.update(row.kind.table, row.id, set_of(row, field, value)),
            _ => Ok(()),
        }
    }

    fn insert_record(&mut self, row: &OpenRow) -> Result<(), DeskError> {
        let OpenRow { kind, id, station, .. } = row;
        let (mut names, mut values) = own_columns(kind, id, station);
        for field in kind.fields {
            let (more, of_field) = set_of(row, field, find_value(row, field.number));
            names.extend(more);
            values.extend(of_field);
        }
        if kind.can_be_removed {
            names.push("is_alive");
            values.push(Sql::Integer(1));
        }
        self.insert(kind.table, &names, values)?;
        if kind.table == "visitor" {
            self.writer.finish_visitor(id)?;
            self.regroup_visitor(id)?;
        }
        Ok(())
    }

    /// Takes the personal values of a row out of its table, whatever covers them.
    pub(super) fn clear_personal(&mut self, row: &OpenRow) -> Result<(), DeskError> {
        let is_visitor = row.kind.table == "visitor" && self.writer.has_row("visitor", row.id)?;
        if is_visitor {
            self.writer.unindex_visitor(visitor_id(row.id)?)?;
        }
        for field in row.kind.fields.iter().filter(|field| field.is_personal) {
            self.writer.update(row.kind.table, row.id, set_of(row, field, &Value::Null))?;
        }
        self.writer.touch(touched(row.kind.table), None);
        if is_visitor { self.writer.finish_visitor(row.id) } else { Ok(()) }
    }

    /// Whoever was merged before their entry came.
    fn regroup_visitor(&mut self, visitor: &str) -> Result<(), DeskError> {
        let sql = "SELECT id FROM visitor_merge WHERE one_id = :visitor OR other_id = :visitor LIMIT 1";
        let merge: Option<String> = {
            let mut statement = self.tx().prepare_cached(sql)?;
            let mut rows = statement.query(named_params! { ":visitor": visitor })?;
            rows.next()?.map(|r| r.get(0)).transpose()?
        };
        merge.map_or(Ok(()), |merge| self.regroup(&merge))
    }

    /// The smallest id of a group stands for all of it. Days that were counted before are counted again.
    fn regroup(&mut self, merge: &str) -> Result<(), DeskError> {
        let sql = "WITH RECURSIVE member (id) AS (
                       SELECT one_id FROM visitor_merge WHERE id = :merge
                       UNION SELECT CASE m.id WHEN x.one_id THEN x.other_id ELSE x.one_id END
                       FROM member m JOIN visitor_merge x ON m.id IN (x.one_id, x.other_id))
                   UPDATE visitor SET merged_into = nullif((SELECT min(id) FROM member), id)
                   WHERE id IN (SELECT id FROM member)";
        self.tx().execute(sql, named_params! { ":merge": merge })?;
        self.remove_state("counted_up_to")?;
        self.must_count_anew = true;
        Ok(())
    }

    /// Returns whether the row is new.
    fn insert(&mut self, table: &str, names: &[&str], values: Vec<Sql>) -> Result<bool, DeskError> {
        let marks = vec!["?"; names.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({marks}) ON CONFLICT (id) DO NOTHING", names.join(", "));
        Ok(constrained(self.tx().execute(&sql, params_from_iter(values)))? > 0)
    }
}

/// Names and values of the columns of a row, as one edit of it.
type Columns = Vec<(u32, Value)>;

impl Writer<'_> {
    /// Writes a field of a record as its author decided, whatever its noun; the edit is queued like any other.
    pub fn edit_field(
        &mut self,
        kind: &'static KindSpec,
        id: &str,
        field: u32,
        value: &Value,
    ) -> Result<(), DeskError> {
        let spec = kind.find_field(field).ok_or(DeskError::NotFound)?;
        if !self.has_row(kind.table, id)? {
            return Err(DeskError::NotFound);
        }
        let is_visitor = kind.table == "visitor";
        if is_visitor {
            self.unindex_visitor(visitor_id(id)?)?;
        }
        let station = self.station.to_string();
        let row = OpenRow { kind, id, station: &station, subject: None, fields: Vec::new(), place: None };
        if kind.table == "station" && spec.number == STATION_CODE && self.reader().has_issued_numbers()? {
            return Err(DeskError::CodeFixed);
        }
        self.update(kind.table, id, set_of(&row, spec, value))?;
        if is_visitor {
            self.finish_visitor(id)?;
        }
        if kind.table == "staff" {
            self.check_manager_remains()?;
        }
        let subject = matches!(kind.table, "visitor" | "staff").then(|| id.to_owned());
        self.record_edit(kind.name, id, subject, field, value.clone());
        self.touch(touched(kind.table), Some(id));
        Ok(())
    }

    /// Brings a removed row back with what its table still has: every field anew.
    pub fn revive(&mut self, kind: &'static KindSpec, id: &str) -> Result<(), DeskError> {
        for (field, value) in self.get_columns(kind, id)? {
            self.record_edit(kind.name, id, None, field, value);
        }
        self.update(kind.table, id, (vec!["is_alive"], vec![Sql::Integer(1)]))?;
        self.record_edit(kind.name, id, None, ALIVE, Value::Bool(true));
        self.touch(touched(kind.table), Some(id));
        Ok(())
    }

    /// Removes a row that is there, or brings a removed one back.
    pub fn put_alive(&mut self, kind: &'static KindSpec, id: &str, is_alive: bool) -> Result<(), DeskError> {
        if is_alive {
            return self.revive(kind, id);
        }
        self.update(kind.table, id, (vec!["is_alive"], vec![Sql::Integer(0)]))?;
        self.record_removal(kind.name, id);
        self.touch(touched(kind.table), Some(id));
        Ok(())
    }

    /// Whether a row that can be removed was.
    pub fn is_gone(&self, kind: &KindSpec, id: &str) -> Result<bool, DeskError> {
        if !kind.can_be_removed {
            return Ok(false);
        }
        let sql = format!("SELECT is_alive = 0 FROM {} WHERE id = :id", kind.table);
        Ok(self.tx.query_row(&sql, named_params! { ":id": id }, |r| r.get(0))?)
    }

    /// What the table has of a computed row, as its field says it.
    pub(super) fn find_derived(&self, kind: &KindSpec, id: &str) -> Result<Option<Value>, DeskError> {
        let columns: Vec<&Column> = kind.fields.iter().flat_map(|field| field.columns).collect();
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let sql = format!("SELECT {} FROM {} WHERE id = :id", names.join(", "), kind.table);
        let found = self.tx.query_row(&sql, named_params! { ":id": id }, |r| {
            (0..names.len()).map(|at| r.get::<_, Sql>(at)).collect::<Result<Vec<_>, _>>()
        });
        let Some(values) = found.optional()? else { return Ok(None) };
        let member = |(column, value): (&&Column, Sql)| (column.key.to_owned(), derived_value(column, value));
        Ok(Some(Value::Object(columns.iter().zip(values).map(member).collect())))
    }

    fn get_columns(&self, kind: &KindSpec, id: &str) -> Result<Columns, DeskError> {
        let columns: Vec<(u32, &Column)> =
            kind.fields.iter().flat_map(|field| field.columns.iter().map(|c| (field.number, c))).collect();
        let names: Vec<&str> = columns.iter().map(|(_, column)| column.name).collect();
        let sql = format!("SELECT {} FROM {} WHERE id = :id", names.join(", "), kind.table);
        let values: Vec<Sql> = self.tx.query_row(&sql, named_params! { ":id": id }, |r| {
            (0..names.len()).map(|at| r.get(at)).collect::<Result<_, _>>()
        })?;
        Ok(columns.into_iter().zip(values).map(|((number, _), value)| (number, to_json(value))).collect())
    }

    /// What is computed from a visitor's fields. One that was erased is found by nothing.
    fn finish_visitor(&mut self, id: &str) -> Result<(), DeskError> {
        let sql = "SELECT phone, card_no <> '' FROM visitor WHERE id = :id";
        let (phone, is_known): (Option<String>, bool) =
            self.tx.query_row(sql, named_params! { ":id": id }, |r| Ok((r.get(0)?, r.get(1)?)))?;
        let tail = phone.as_deref().map(phone_tail);
        let sql = "UPDATE visitor SET phone_tail = :tail WHERE id = :id";
        self.tx.execute(sql, named_params! { ":tail": tail, ":id": id })?;
        if is_known { self.index_visitor(visitor_id(id)?) } else { Ok(()) }
    }

    fn has_row(&self, table: &str, id: &str) -> Result<bool, DeskError> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE id = :id)");
        Ok(self.tx.query_row(&sql, named_params! { ":id": id }, |r| r.get(0))?)
    }

    fn update(&mut self, table: &str, id: &str, (names, mut values): Set) -> Result<(), DeskError> {
        let set: Vec<String> = names.iter().map(|name| format!("{name} = ?")).collect();
        let sql = format!("UPDATE {table} SET {} WHERE id = ?", set.join(", "));
        values.push(Sql::Text(id.to_owned()));
        constrained(self.tx.execute(&sql, params_from_iter(values)))?;
        Ok(())
    }
}

/// Columns that no field carries.
fn own_columns(kind: &KindSpec, id: &str, station: &str) -> Set {
    let mut names = vec!["id", "station_id"];
    let mut values = vec![Sql::Text(id.to_owned()), Sql::Text(station.to_owned())];
    match kind.table {
        // A time-ordered id says when it was made.
        "visitor" | "staff" => {
            names.push("created_at");
            values.push(Sql::Integer(Uuid::parse_str(id).ok().and_then(made_at).unwrap_or_default()));
        }
        "service" | "service_void" => {
            names.push("is_queued");
            values.push(Sql::Integer(1));
        }
        _ => {}
    }
    // The one table without a column for its station.
    if kind.table == "station" {
        names.truncate(1);
        values.truncate(1);
    }
    (names, values)
}

fn find_value<'a>(row: &'a OpenRow, number: u32) -> &'a Value {
    row.fields.iter().find(|(n, _)| *n == number).map_or(&Value::Null, |(_, value)| value)
}

fn is_removed(row: &OpenRow) -> bool {
    row.kind.can_be_removed && *find_value(row, ALIVE) == Value::Bool(false)
}

fn set_of(row: &OpenRow, field: &FieldSpec, value: &Value) -> Set {
    let subject = row.subject.filter(|subject| *subject != row.id);
    let of =
        |column: &Column| if column.key.is_empty() { value } else { value.get(column.key).unwrap_or(&Value::Null) };
    field.columns.iter().map(|column| (column.name, to_sql(column, of(column), subject))).unzip()
}

fn to_sql(column: &Column, value: &Value, subject: Option<&str>) -> Sql {
    match (column.form, value) {
        (Form::Subject, Value::Null) if subject.is_some() => Sql::Text(subject.unwrap_or_default().to_owned()),
        (_, Value::Null) if !column.is_needed => Sql::Null,
        (Form::Whole | Form::Flag, value) => {
            Sql::Integer(value.as_i64().or(value.as_bool().map(i64::from)).unwrap_or_default())
        }
        (Form::Bytes, Value::Array(bytes)) => {
            Sql::Blob(bytes.iter().filter_map(|b| u8::try_from(b.as_u64()?).ok()).collect())
        }
        (Form::Json, value) => Sql::Text(value.to_string()),
        (_, Value::Null) => Sql::Text(String::new()),
        (_, Value::String(text)) => Sql::Text(text.clone()),
        (_, other) => Sql::Text(other.to_string()),
    }
}

fn derived_value(column: &Column, value: Sql) -> Value {
    match (column.form, value) {
        (Form::Flag, Sql::Integer(is)) => Value::Bool(is != 0),
        (Form::Json, Sql::Text(text)) => serde_json::from_str(&text).unwrap_or_default(),
        (_, value) => to_json(value),
    }
}

fn to_json(value: Sql) -> Value {
    match value {
        Sql::Integer(number) => Value::from(number),
        Sql::Text(text) => Value::from(text),
        _ => Value::Null,
    }
}

/// A rule of the table that the row breaks is no fault of the file.
fn constrained(done: rusqlite::Result<usize>) -> Result<usize, DeskError> {
    match done {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Err(DeskError::Constraint),
        other => Ok(other?),
    }
}

fn visitor_id(id: &str) -> Result<VisitorId, DeskError> {
    VisitorId::parse(id).ok_or(DeskError::Constraint)
}

fn touched(table: &str) -> Kind {
    match table {
        "staff" | "staff_slot" => Kind::Staff,
        "visitor" | "visitor_merge" | "consent" => Kind::Visitor,
        "visit" | "visit_leave" | "visit_void" => Kind::Visit,
        "service" | "service_void" => Kind::Service,
        "ticket" => Kind::Ticket,
        "incident" => Kind::Incident,
        "shift_act" | "handover" | "handover_tick" | "station_pause" | "expiry" => Kind::Shift,
        "tray_done" | "device_key" | "district_device" => Kind::Sync,
        "ticket_title" => Kind::Ticket,
        "board_station" | "board_day" | "board_ticket" => Kind::Board,
        "notice" | "calendar_day" | "deadline" => Kind::Shared,
        "office_key" | "supervision_access" => Kind::Sync,
        _ => Kind::Station,
    }
}
