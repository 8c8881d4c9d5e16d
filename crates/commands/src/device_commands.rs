//! Joining a hub with the station of this desk, and the devices that a station has.

use crate::api::*;
use crate::app::{Call, Context};
use crate::session_commands::label;
use fengxiang_desk::{Desk, Kind};
use fengxiang_paper::qr_svg;
use fengxiang_sync::devices::{self, DeviceRow};
use fengxiang_sync::join::{self, JoinError};
use fengxiang_sync::link::Link;
use fengxiang_sync::{HubError, Problem};

/// A device's name is a label on a screen.
const NAME_MAX_CHARS: usize = 40;
const ADDRESS_MAX_CHARS: usize = 200;
const CODE_MAX_CHARS: usize = 40;

/// The station of this desk joins a hub with its whole history.
pub(crate) fn hub_enroll(context: &Context, request: HubEnroll) -> Result<Call<()>, Failure> {
    let desk = context.own_desk()?;
    if Link::find(desk)?.is_some() {
        return Err(Failure::new("not_legal_now"));
    }
    let link = new_link(context, &request.address, &request.device_name)?;
    let code = label(&request.code, "code", CODE_MAX_CHARS)?;
    wait_on(join::enroll_station(desk, link, &code))??;
    let written: Call<()> = devices::add_own(desk, &context.link()?, context.act("join_hub"))?.into();
    context.start_sync()?;
    Ok(written.also(&[Kind::Sync, Kind::Station]))
}

pub(crate) fn device_invite(context: &Context, (): ()) -> Result<Call<InvitationCode>, Failure> {
    let (desk, link) = joined(context)?;
    let (text, expires_at) = wait_on(devices::invite(desk, &link))??;
    let written = context.write("invite_device", |_| Ok(()))?;
    let scanned = text.write();
    let qr = Some(InvitationQr { svg: qr_svg(&scanned), text: scanned });
    Ok(written.map(|()| InvitationCode { code: text.code, expires_at, qr }))
}

pub(crate) fn device_list(context: &Context, (): ()) -> Result<Call<Vec<DeviceLine>>, Failure> {
    let (desk, link) = joined(context)?;
    let rows = wait_on(devices::list(desk, &link))??;
    Ok(Call::read(rows.into_iter().map(line).collect()))
}

fn line(row: DeviceRow) -> DeviceLine {
    DeviceLine {
        id: row.id,
        name: row.name,
        letter: row.letter,
        is_this: row.is_this,
        is_waiting_for_keys: row.is_waiting_for_keys,
        fingerprint: row.fingerprint,
        enrolled_at: row.enrolled_at,
        last_seen_at: row.last_seen_at,
        is_revoked: row.is_revoked,
    }
}

/// Somebody compared both screens and says yes.
pub(crate) fn device_confirm(context: &Context, request: DeviceConfirm) -> Result<Call<()>, Failure> {
    let (desk, link) = joined(context)?;
    wait_on(devices::confirm(desk, &link, &request.id, &request.fingerprint, context.act("give_keys")))??;
    context.wake_sync();
    Ok(Call::touching((), &[Kind::Sync]))
}

pub(crate) fn device_revoke(context: &Context, request: IdEntry) -> Result<Call<()>, Failure> {
    let (desk, link) = joined(context)?;
    // Leaving for good with changes that no hub has would lose them.
    if link.is_this(&request.id) && desk.reader().count_outbox()? > 0 {
        return Err(Failure::new("unsent"));
    }
    wait_on(devices::revoke(desk, &link, &request.id))??;
    let written = context.write("revoke_device", |w| {
        w.name_object(&request.id);
        Ok(())
    })?;
    Ok(written.also(&[Kind::Sync]))
}

fn joined<'a>(context: &'a Context) -> Result<(&'a Desk, Link), Failure> {
    Ok((context.own_desk()?, context.link()?))
}

/// A device that nobody knows yet, for the hub at an address that somebody typed.
pub(crate) fn new_link(context: &Context, address: &str, device_name: &str) -> Result<Link, Failure> {
    let address = label(address, "address", ADDRESS_MAX_CHARS)?;
    let address = if address.contains("://") { address } else { format!("https://{address}") };
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    if !is_web || address.contains(char::is_whitespace) {
        return Err(Failure::invalid("address"));
    }
    let device_name = label(device_name, "device_name", NAME_MAX_CHARS)?;
    Ok(Link::new(&address, &device_name, &|bytes| context.around().ids.fill(bytes)))
}

/// Runs to the end on this thread: a command is a call of its own.
pub(crate) fn wait_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|_| Failure::new("internal"))?.block_on(future))
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Hub(error) => hub_failure(error),
            JoinError::Desk(error) => error.into(),
            JoinError::WrongCode => Failure::new("wrong_code"),
            JoinError::StationTaken => Failure::new("station_taken"),
            JoinError::StationMissing => Failure::new("station_missing"),
            JoinError::DeviceTaken => Failure::new("device_taken"),
            JoinError::WrongRole => Failure::new("wrong_invitation"),
            JoinError::NoKeys => Failure::new("no_keys_yet"),
            JoinError::UnknownRecovery => Failure::new("unknown_recovery"),
            JoinError::UnknownDevice => Failure::new("not_found"),
            JoinError::Envelope(_) => Failure::new("hub_foreign"),
            JoinError::Again => Failure::new("hub_busy"),
            JoinError::TooManyKeys | JoinError::Local(_) => Failure::new("internal"),
        }
    }
}

pub(crate) fn hub_failure(error: HubError) -> Failure {
    match error {
        HubError::Offline => Failure::new("hub_offline"),
        HubError::Busy { .. } | HubError::Refused(Problem::Busy) => Failure::new("hub_busy"),
        HubError::Revoked => Failure::new("revoked"),
        HubError::Refused(problem) => Failure::new("hub_refused").with("problem", problem.code()),
        HubError::Foreign(_) => Failure::new("hub_foreign"),
    }
}
