//! The hub's rows as they are there, their sums, and how far each partition was pulled. Knows their bytes, not what is in them.

use crate::Exchange;
use crate::error::DeskError;
use rusqlite::{OptionalExtension, named_params};
use std::collections::HashMap;

/// A row of the hub: where it stands, its bytes as it travels, and what a desk must find in it without reading them.
#[derive(Debug, Clone)]
pub struct MirrorRow {
    pub partition: String,
    pub kind: String,
    pub id: String,
    pub subject: Option<String>,
    pub row: Vec<u8>,
    /// JSON object of field number and stamp, of a record.
    pub stamps: Option<String>,
    /// What it adds to the sums.
    pub hash: i64,
    /// First byte of the id, by which sums are kept.
    pub byte: u8,
}

/// Sum of a partition, or of one of its buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorSum {
    pub kind: String,
    pub byte: u8,
    pub rows: i64,
    pub sum: i64,
}

/// What the rows of one transaction add to the sums, by partition, kind and first byte: written once, at its end.
pub(crate) type SumChanges = HashMap<(i64, String, u8), (i64, i64)>;

impl Exchange<'_> {
    /// The short name of a partition in this file.
    pub fn partition_no(&mut self, name: &str) -> Result<i64, DeskError> {
        if let Some(no) = self.partitions.get(name) {
            return Ok(*no);
        }
        let find = "SELECT no FROM partition WHERE name = :name";
        let no = self.tx().prepare_cached(find)?.query_row(named_params! { ":name": name }, |r| r.get(0)).optional()?;
        let no = match no {
            Some(no) => no,
            None => {
                let sql =
                    "INSERT INTO partition (station_id, name, cursor) VALUES (:station_id, :name, 0) RETURNING no";
                let params = named_params! { ":station_id": self.station(), ":name": name };
                self.tx().prepare_cached(sql)?.query_row(params, |r| r.get(0))?
            }
        };
        self.partitions.insert(name.to_owned(), no);
        Ok(no)
    }

    pub fn find_cursor(&self, partition: &str) -> Result<i64, DeskError> {
        let sql = "SELECT cursor FROM partition WHERE name = :name";
        let cursor = self.tx().prepare_cached(sql)?.query_row(named_params! { ":name": partition }, |r| r.get(0));
        Ok(cursor.optional()?.unwrap_or(0))
    }

    pub fn put_cursor(&mut self, partition: &str, cursor: i64) -> Result<(), DeskError> {
        let no = self.partition_no(partition)?;
        let sql = "UPDATE partition SET cursor = :cursor WHERE no = :no";
        self.tx().prepare_cached(sql)?.execute(named_params! { ":cursor": cursor, ":no": no })?;
        Ok(())
    }

    /// Every partition is to be pulled from the beginning.
    pub fn reset_cursors(&mut self) -> Result<(), DeskError> {
        self.tx().prepare_cached("UPDATE partition SET cursor = 0")?.execute([])?;
        Ok(())
    }

    pub fn find_mirrored(&self, partition: &str, kind: &str, id: &str) -> Result<Option<Vec<u8>>, DeskError> {
        let sql = "SELECT row FROM mirror WHERE partition_no = (SELECT no FROM partition WHERE name = :name)
                   AND kind = :kind AND id = :id";
        let params = named_params! { ":name": partition, ":kind": kind, ":id": id };
        Ok(self.tx().prepare_cached(sql)?.query_row(params, |r| r.get(0)).optional()?)
    }

    /// Puts a row in the place of the one before, and keeps the sums.
    pub fn put_mirrored(&mut self, new: &MirrorRow) -> Result<(), DeskError> {
        let no = self.partition_no(&new.partition)?;
        let before = self.find_mirror_hash(no, &new.kind, &new.id)?;
        let sql = "INSERT INTO mirror (partition_no, kind, id, subject, row, stamps, hash)
                   VALUES (:no, :kind, :id, :subject, :row, :stamps, :hash)
                   ON CONFLICT (partition_no, kind, id) DO UPDATE SET
                   subject = excluded.subject, row = excluded.row, stamps = excluded.stamps, hash = excluded.hash";
        self.tx().prepare_cached(sql)?.execute(named_params! {
            ":no": no, ":kind": new.kind, ":id": new.id, ":subject": new.subject, ":row": new.row, ":stamps": new.stamps,
            ":hash": new.hash,
        })?;
        let rows = i64::from(before.is_none());
        self.add_to_sum(no, &new.kind, new.byte, rows, new.hash.wrapping_sub(before.unwrap_or(0)));
        Ok(())
    }

    pub fn remove_mirrored(&mut self, partition: &str, kind: &str, id: &str, byte: u8) -> Result<(), DeskError> {
        let no = self.partition_no(partition)?;
        let Some(before) = self.find_mirror_hash(no, kind, id)? else { return Ok(()) };
        let sql = "DELETE FROM mirror WHERE partition_no = :no AND kind = :kind AND id = :id";
        self.tx().prepare_cached(sql)?.execute(named_params! { ":no": no, ":kind": kind, ":id": id })?;
        self.add_to_sum(no, kind, byte, -1, 0i64.wrapping_sub(before));
        Ok(())
    }

    fn find_mirror_hash(&self, no: i64, kind: &str, id: &str) -> Result<Option<i64>, DeskError> {
        let sql = "SELECT hash FROM mirror WHERE partition_no = :no AND kind = :kind AND id = :id";
        let params = named_params! { ":no": no, ":kind": kind, ":id": id };
        Ok(self.tx().prepare_cached(sql)?.query_row(params, |r| r.get(0)).optional()?)
    }

    fn add_to_sum(&mut self, no: i64, kind: &str, byte: u8, rows: i64, hash: i64) {
        let (all, sum) = self.sums.entry((no, kind.to_owned(), byte)).or_default();
        *all += rows;
        *sum = sum.wrapping_add(hash);
    }

    /// Writes down what the rows added. SQLite would make a float of a sum that overflows, so it is added here.
    pub(crate) fn save_sums(&mut self) -> Result<(), DeskError> {
        for ((no, kind, byte), (rows, hash)) in std::mem::take(&mut self.sums) {
            let sql = "SELECT rows, sum FROM mirror_sum WHERE partition_no = :no AND kind = :kind AND byte = :byte";
            let params = named_params! { ":no": no, ":kind": kind, ":byte": byte };
            let before = self.tx().prepare_cached(sql)?.query_row(params, |r| Ok((r.get(0)?, r.get(1)?)));
            let (rows_before, sum_before): (i64, i64) = before.optional()?.unwrap_or_default();
            let sql =
                "INSERT INTO mirror_sum (partition_no, kind, byte, rows, sum) VALUES (:no, :kind, :byte, :rows, :sum)
                       ON CONFLICT (partition_no, kind, byte) DO UPDATE SET rows = excluded.rows, sum = excluded.sum";
            self.tx().prepare_cached(sql)?.execute(named_params! {
                ":no": no, ":kind": kind, ":byte": byte, ":rows": rows_before + rows, ":sum": sum_before.wrapping_add(hash),
            })?;
        }
        Ok(())
    }

    /// Sums of every kind and first byte; empty buckets are left out.
    pub fn list_sums(&mut self, partition: &str) -> Result<Vec<MirrorSum>, DeskError> {
        self.save_sums()?;
        let sql = "SELECT kind, byte, rows, sum FROM mirror_sum
                   WHERE partition_no = (SELECT no FROM partition WHERE name = :name) AND rows > 0 ORDER BY kind, byte";
        let mut statement = self.tx().prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":name": partition }, |r| {
            Ok(MirrorSum { kind: r.get(0)?, byte: r.get(1)?, rows: r.get(2)?, sum: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ids of the mirrored rows of a kind.
    pub fn list_mirrored_ids(&self, partition: &str, kind: &str) -> Result<Vec<String>, DeskError> {
        let sql =
            "SELECT id FROM mirror WHERE partition_no = (SELECT no FROM partition WHERE name = :name) AND kind = :kind";
        let mut statement = self.tx().prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":name": partition, ":kind": kind }, |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Mirrored rows of all partitions behind one of them, in their order: partition, kind, id, bytes.
    pub fn list_mirrored(
        &self,
        after: Option<&MirrorPlace>,
        limit: usize,
    ) -> Result<Vec<(MirrorPlace, Vec<u8>)>, DeskError> {
        let sql = "SELECT partition_no, kind, id, row FROM mirror WHERE (partition_no, kind, id) > (:no, :kind, :id)
                   ORDER BY partition_no, kind, id LIMIT :limit";
        let first = MirrorPlace { partition_no: 0, kind: String::new(), id: String::new() };
        let after = after.unwrap_or(&first);
        let mut statement = self.tx().prepare_cached(sql)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params = named_params! { ":no": after.partition_no, ":kind": after.kind, ":id": after.id, ":limit": limit };
        let rows = statement.query_map(params, |r| {
            Ok((MirrorPlace { partition_no: r.get(0)?, kind: r.get(1)?, id: r.get(2)? }, r.get(3)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Rows of these persons, trays among them.
    pub fn list_mirrored_of(&self, subject: &str) -> Result<Vec<Vec<u8>>, DeskError> {
        let sql = "SELECT row FROM mirror WHERE subject = :subject";
        let mut statement = self.tx().prepare_cached(sql)?;
        let rows = statement.query_map(named_params! { ":subject": subject }, |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A place in the order of all mirrored rows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MirrorPlace {
    pub partition_no: i64,
    pub kind: String,
    pub id: String,
}
