//! Backups by hand and coming back from one. Where a file lies is chosen in a dialog and never said by a window.

use crate::api::*;
use crate::app::{Call, Context};
use fengxiang_domain::time::minute_name;
use std::path::Path;

/// Writes the backup, or `null` when the person closed the dialog.
pub(crate) fn backup_make(context: &Context, (): ()) -> Result<Call<Option<FileSaved>>, Failure> {
    let desk = context.desk()?;
    let name = format!("{}-{}.fxbackup", desk.reader().get_station()?.code, minute_name(desk.now_ms()));
    let Some(path) = context.host().choose_save(&name) else { return Ok(Call::read(None)) };
    let size = desk.backup_to(&path)?;
    let written = context.write("make_backup", |_| Ok(()))?;
    let saved = saved(&path, size)?;
    Ok(written.map(|()| Some(saved)))
}

fn saved(path: &Path, size_bytes: u64) -> Result<FileSaved, Failure> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let size_bytes = i64::try_from(size_bytes).map_err(|_| Failure::new("internal"))?;
    Ok(FileSaved { path: path.to_string_lossy().into_owned(), name, size_bytes })
}
