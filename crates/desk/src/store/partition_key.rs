//! Keys of partitions, as they came in envelopes for this device. Knows no envelope.

use super::Reader;
use crate::{DeskError, Exchange};
use rusqlite::named_params;
use zeroize::ZeroizeOnDrop;

#[derive(Clone, ZeroizeOnDrop)]
pub struct PartitionKeyRow {
    /// As `wire` writes it.
    #[zeroize(skip)]
    pub partition: String,
    #[zeroize(skip)]
    pub key_id: u8,
    pub key: [u8; 32],
}

impl Reader<'_> {
    pub fn list_partition_keys(&self) -> Result<Vec<PartitionKeyRow>, DeskError> {
        let mut statement = self.0.prepare_cached("SELECT partition, key_id, key FROM partition_key")?;
        let rows = statement
            .query_map([], |r| Ok(PartitionKeyRow { partition: r.get(0)?, key_id: r.get(1)?, key: r.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Exchange<'_> {
    /// A key that is here already stays as it is.
    pub fn put_partition_key(&mut self, row: &PartitionKeyRow) -> Result<(), DeskError> {
        let sql = "INSERT INTO partition_key (partition, key_id, station_id, key)
                   VALUES (:partition, :key_id, :station_id, :key) ON CONFLICT (partition, key_id) DO NOTHING";
        self.tx().execute(
            sql,
            named_params! {
                ":partition": row.partition, ":key_id": row.key_id, ":station_id": self.station(), ":key": row.key,
            },
        )?;
        Ok(())
    }
}
