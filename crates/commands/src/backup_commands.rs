//! Backups by hand, coming back from one, and starting without a person. Where a file lies is chosen in a dialog and never
//! said by a window.

use crate::api::*;
use crate::app::{Call, Context};
use crate::host::SecretPlace;
use fengxiang_desk::keys::SECRET_BYTES;
use fengxiang_desk::{AutoBackup, BACKUP_FOLDER, DeskError, Kind, check_backup, is_broken, restore_backup, set_aside};
use fengxiang_domain::time::minute_name;
use std::io;
use std::path::Path;

/// Writes the backup, or `null` when the person closed the dialog.
pub(crate) fn backup_make(context: &Context, (): ()) -> Result<Call<Option<FileSaved>>, Failure> {
    let desk = context.own_desk()?;
    let name = format!("{}-{}.fxbackup", desk.reader().get_station()?.code, minute_name(desk.now_ms()));
    let Some(path) = context.choose_save(&name)? else { return Ok(Call::read(None)) };
    let size = desk.backup_to(&path).map_err(not_written)?;
    let written = context.write("make_backup", |_| Ok(()))?;
    let saved = saved(&path, size)?;
    Ok(written.map(|()| Some(saved)))
}

/// The newest first.
pub(crate) fn backup_list(context: &Context, (): ()) -> Result<Call<Vec<AutoBackupLine>>, Failure> {
    let folder = context.folder().join(BACKUP_FOLDER).to_string_lossy().into_owned();
    let line = |backup: AutoBackup| AutoBackupLine {
        name: backup.name,
        folder: folder.clone(),
        size_bytes: i64::try_from(backup.size_bytes).unwrap_or(i64::MAX),
    };
    Ok(Call::read(context.own_desk()?.list_auto_backups()?.into_iter().rev().map(line).collect()))
}

/// The dialog asked whether to replace the file; a backup is replaced by nothing.
fn not_written(error: DeskError) -> Failure {
    match error {
        DeskError::Io(e) if e.kind() == io::ErrorKind::AlreadyExists => Failure::new("file_exists"),
        error => error.into(),
    }
}

fn saved(path: &Path, size_bytes: u64) -> Result<FileSaved, Failure> {
    let size_bytes = i64::try_from(size_bytes).map_err(|_| Failure::new("internal"))?;
    Ok(FileSaved { path: path.to_string_lossy().into_owned(), name: file_name(path), size_bytes })
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Only a file that is a whole backup gets a token.
pub(crate) fn backup_choose(context: &Context, (): ()) -> Result<Call<Option<BackupChosen>>, Failure> {
    let Some(path) = context.choose_open(crate::FileKind::Backup)? else { return Ok(Call::read(None)) };
    let size = check_backup(&path)?;
    let size_bytes = i64::try_from(size).map_err(|_| Failure::new("internal"))?;
    let mut random = [0; 16];
    context.around().ids.fill(&mut random);
    let token: String = random.iter().map(|b| format!("{b:02x}")).collect();
    let name = file_name(&path);
    context.choose_backup(token.clone(), path);
    Ok(Call::read(Some(BackupChosen { token, name, size_bytes })))
}

/// Afterwards the station is there and shut: the password or the recovery key of the backup opens it.
pub(crate) fn backup_restore(context: &Context, request: BackupTake) -> Result<Call<()>, Failure> {
    context.must_not_join()?;
    let path = context.find_chosen_backup(&request.token).ok_or_else(|| Failure::new("not_found"))?;
    restore_backup(&path, context.folder())?;
    Ok(Call::touching((), &[Kind::Session, Kind::Station]))
}

/// Moves a station that does not open out of the way. One that opens stays: anybody may press a button on a locked screen.
pub(crate) fn store_set_aside(context: &Context, (): ()) -> Result<Call<SetAside>, Failure> {
    if !context.is_known_broken() && !is_broken(context.folder()) {
        return Err(Failure::new("not_allowed"));
    }
    let folder = set_aside(context.folder(), context.around().clock.now_ms())?;
    context.note_set_aside();
    Ok(Call::touching(SetAside { folder: folder.to_string_lossy().into_owned() }, &[Kind::Session, Kind::Station]))
}

pub(crate) fn unattended(context: &Context, (): ()) -> Result<Call<Unattended>, Failure> {
    let place = match context.host().secret_place() {
        SecretPlace::KeyStore => UnattendedPlace::KeyStore,
        SecretPlace::File => UnattendedPlace::File,
    };
    let has_secret = context.host().find_secret().is_ok_and(|s| s.is_some());
    let is_on = has_secret && context.own_desk()?.has_unattended()?;
    Ok(Call::read(Unattended { is_on, place }))
}

/// The secret is kept before the slot is written and dropped after it: never a slot without its secret.
pub(crate) fn unattended_set(context: &Context, request: Switch) -> Result<Call<()>, Failure> {
    let desk = context.own_desk()?;
    if request.is_on {
        let mut secret = [0; SECRET_BYTES];
        context.around().ids.fill(&mut secret);
        context.host().keep_secret(&secret).map_err(no_secret)?;
        desk.set_unattended(Some(&secret))?;
    } else {
        desk.set_unattended(None)?;
        context.host().drop_secret().map_err(no_secret)?;
    }
    context.write(if request.is_on { "allow_unattended" } else { "end_unattended" }, |_| Ok(()))
}

fn no_secret(error: io::Error) -> Failure {
    Failure::new("no_secret_place").with("detail", error.kind())
}
