//! 紧急: what everybody must find at once, and the record afterwards. Works while locked; the card also while sealed.

use crate::api::*;
use crate::app::{Call, Context};
use crate::input::label;
use fengxiang_desk::store::IncidentRow as Stored;
use fengxiang_domain::people::Role;
use fengxiang_domain::rules::TEXT_MAX_CHARS;

const INCIDENTS_MAX: i64 = 200;

/// Without an open store there is nothing to say beyond what the screen says by itself.
pub(crate) fn emergency_card(context: &Context, (): ()) -> Result<Call<EmergencyCard>, Failure> {
    let Some(desk) = &context.desk else {
        return Ok(Call::read(EmergencyCard {
            aed_place: None,
            manager_name: None,
            manager_phone: None,
            address: None,
        }));
    };
    let today = desk.today();
    let reader = desk.reader();
    let (station, staff) = (reader.get_station()?, reader.list_staff(&today)?);
    Ok(Call::read(EmergencyCard {
        aed_place: station.aed_place,
        manager_name: staff.into_iter().find(|s| s.role == Role::Manager).map(|s| s.name),
        manager_phone: station.manager_phone,
        address: Some(station.address),
    }))
}

pub(crate) fn incident_add(context: &Context, request: IncidentAdd) -> Result<Call<IncidentAdded>, Failure> {
    let text = label(&request.text, "text", TEXT_MAX_CHARS)?;
    let written = context.write("add_incident", |w| w.add_incident(request.kind.code(), &text))?;
    Ok(written.map(|no| IncidentAdded { no }))
}

pub(crate) fn incident_list(context: &Context, (): ()) -> Result<Call<Vec<IncidentRow>>, Failure> {
    let shown = |row: Stored| {
        let Stored { id, no, at, kind, text } = row;
        IncidentRow { id, no, at, kind: IncidentKind::from_code(&kind), text }
    };
    let rows = context.desk()?.reader().list_incidents(INCIDENTS_MAX)?;
    Ok(Call::read(rows.into_iter().map(shown).collect()))
}

impl IncidentKind {
    const ALL: [IncidentKind; 5] =
        [IncidentKind::Illness, IncidentKind::Fire, IncidentKind::Dispute, IncidentKind::Child, IncidentKind::Other];

    /// The code under which the kind is stored; never changed once released.
    fn code(self) -> &'static str {
        match self {
            IncidentKind::Illness => "illness",
            IncidentKind::Fire => "fire",
            IncidentKind::Dispute => "dispute",
            IncidentKind::Child => "child",
            IncidentKind::Other => "other",
        }
    }

    /// A kind of a newer program is something else here.
    fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|k| k.code() == code).unwrap_or(IncidentKind::Other)
    }
}
