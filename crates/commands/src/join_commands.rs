//! The first page's two ways to a station that stands elsewhere: an invitation, or the printed recovery key after a fire.

use crate::api::*;
use crate::app::{Call, Context};
use crate::device_commands::new_link;
use crate::join_runner::Way;
use crate::session_commands::{groups, label};
use fengxiang_desk::Kind;
use fengxiang_sync::invitation::InvitationText;

const CODE_MAX_CHARS: usize = 40;

pub(crate) fn desk_join(context: &Context, request: DeskJoin) -> Result<Call<()>, Failure> {
    if let Some(text) = InvitationText::parse(&request.code) {
        // What was scanned says where the hub is.
        let link = new_link(context, &text.address, &request.device_name)?;
        context.start_join(link, Way::Text(text))?;
        return Ok(Call::read(()));
    }
    let link = new_link(context, &request.address, &request.device_name)?;
    let code = label(&request.code, "code", CODE_MAX_CHARS)?;
    context.start_join(link, Way::Code(code))?;
    Ok(Call::read(()))
}

pub(crate) fn desk_recover(context: &Context, request: DeskRecover) -> Result<Call<()>, Failure> {
    let link = new_link(context, &request.address, &request.device_name)?;
    context.start_join(link, Way::Recovery(groups(&request.groups)?))?;
    Ok(Call::read(()))
}

/// Asked every second by the first page. At the end the station is there, and the page is another.
pub(crate) fn desk_join_status(context: &Context, (): ()) -> Result<Call<JoinStatus>, Failure> {
    let status = context.join_status();
    let touched: &[Kind] = if status.step == JoinStep::Done { &[Kind::Session, Kind::Station] } else { &[] };
    Ok(Call::touching(status, touched))
}

pub(crate) fn desk_join_cancel(context: &Context, (): ()) -> Result<Call<()>, Failure> {
    context.end_join();
    Ok(Call::read(()))
}
