//! How a desk comes to a hub: a station that stands alone enrols with its history, a new PC joins a station, and after a fire
//! the printed recovery key brings a station back. Asks and keeps; what is shown meanwhile stands elsewhere.

use crate::desk_file::{DeskFile, SHOWN_WITH};
use crate::envelope::{self, NotOpened, Random, StationSecrets};
use crate::http::HttpHub;
use crate::hub::HubError;
use crate::link::{self, Link, keyring, mark_of, station_of};
use crate::{Cycle, LocalError, Report, Rules, Stopped};
use fengxiang_desk::kinds::known_kinds;
use fengxiang_desk::store::PartitionKeyRow;
use fengxiang_desk::{Act, Desk, DeskError, Joining, RecoveryParts, Surroundings};
use fengxiang_domain::ids::StationId;
use fengxiang_wire::Partition;
use fengxiang_wire::device::{
    Device, DeviceRole, Enroll, EnrollAnswer, Envelope, EnvelopeTo, Membership, PutRecovery, Recover, RecoverAnswer,
};
use fengxiang_wire::limits::Limits;
use std::path::Path;
use uuid::Uuid;

/// Pages of one cycle while a desk fills: the end of the feed is wanted.
const PAGES_MAX: usize = 100_000;
/// Whether what the recovery key opens lies at the hub as it should be now.
const RECOVERY_PUT: &str = "sync_recovery_put";
/// Under which key of the office what lies there is sealed, and how many keys of the station are in it.
const OFFICE_PUT: &str = "sync_office_put";

#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error(transparent)]
    Local(#[from] LocalError),
    #[error(transparent)]
    Envelope(#[from] NotOpened),
    /// Wrong, used or too old.
    #[error("wrong code")]
    WrongCode,
    #[error("another station has this id or code")]
    StationTaken,
    #[error("the invitation is for a station that is not at the hub yet")]
    StationMissing,
    #[error("another device has this id")]
    DeviceTaken,
    #[error("no station has this recovery key")]
    UnknownRecovery,
    /// After 254 rotations.
    #[error("no number is left for another key")]
    TooManyKeys,
    #[error("no such device")]
    UnknownDevice,
    /// The invitation is for a desk of the district office, or for one of a station, and this is the other.
    #[error("the invitation is for another kind of desk")]
    WrongRole,
    /// Nobody has given this district desk its keys yet.
    #[error("this desk waits for its keys")]
    NoKeys,
    #[error("the hub changed meanwhile")]
    Again,
}

impl From<Stopped> for JoinError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Hub(error) => error.into(),
            Stopped::Local(error) => error.into(),
            Stopped::Again => JoinError::Again,
            Stopped::NoKey => JoinError::Local(LocalError("a key is missing".into())),
        }
    }
}

/// Enrols the station that stands on this desk. A device that asked before and got no answer asks as the same one.
pub async fn enroll_station(desk: &Desk, link: Link, code: &str) -> Result<(), JoinError> {
    let station = (station_of(desk), desk.reader().get_station()?.code);
    let mut link = link.or_pending(desk)?;
    enroll(&mut link, code, DeviceRole::Station, Some(station)).await?;
    link.keep(desk)?;
    // Without an answer each cycle tries again.
    let _ = put_recovery_once(desk, &link.line()?).await;
    Ok(())
}

/// Enrols this device; afterwards it waits for its keys.
pub async fn enroll_device(link: &mut Link, code: &str) -> Result<(), JoinError> {
    enroll(link, code, DeviceRole::Station, None).await
}

/// Enrols this device as one of the district office.
pub async fn enroll_district(link: &mut Link, code: &str) -> Result<(), JoinError> {
    enroll(link, code, DeviceRole::District, None).await
}

async fn enroll(
    link: &mut Link,
    code: &str,
    role: DeviceRole,
    station: Option<(fengxiang_wire::Id, String)>,
) -> Result<(), JoinError> {
    let asked = Enroll {
        version: fengxiang_wire::VERSION,
        code: code.to_owned(),
        device: link.device,
        signing_key: link.verifying_key(),
        wrapping_key: link.wrapping_public(),
        name: link.device_name.clone(),
        station,
    };
    match link.line()?.enroll(&asked).await? {
        EnrollAnswer::Enrolled(enrolled) if enrolled.role == role => link.take(enrolled),
        EnrollAnswer::Enrolled(_) => return Err(JoinError::WrongRole),
        EnrollAnswer::WrongCode => return Err(JoinError::WrongCode),
        EnrollAnswer::StationTaken => return Err(JoinError::StationTaken),
        EnrollAnswer::StationMissing => return Err(JoinError::StationMissing),
        EnrollAnswer::DeviceTaken => return Err(JoinError::DeviceTaken),
    }
    Ok(())
}

/// The same unless it was done before.
pub async fn put_recovery_once(desk: &Desk, line: &HttpHub) -> Result<(), JoinError> {
    if desk.find_state(RECOVERY_PUT)?.is_some() {
        return Ok(());
    }
    put_recovery(desk, line).await
}

/// Lays the station's secrets at the hub for whoever has the printed recovery key.
pub async fn put_recovery(desk: &Desk, line: &HttpHub) -> Result<(), JoinError> {
    let Some(mark) = desk.find_recovery_mark()? else { return Ok(()) };
    let (station, secrets) = (station_of(desk), link::secrets(desk)?);
    let random = |bytes: &mut [u8]| desk.fill_random(bytes);
    let sealed = envelope::to_recovery(station, &mark.wrap_key, &secrets.to_bytes(), &mut Random(&random))?;
    desk.exchange(|x| x.remove_state(RECOVERY_PUT))?;
    line.put_envelopes(vec![sealed]).await?;
    line.put_recovery(&PutRecovery { station, proof_hash: fengxiang_wire::Hash(mark.proof_hash) }).await?;
    desk.exchange(|x| x.put_state(RECOVERY_PUT, "1"))?;
    Ok(())
}

/// Lays the station's secrets at the hub for the district office as well, once it has a key, and again when either changed.
pub async fn put_office_once(desk: &Desk, line: &HttpHub) -> Result<(), JoinError> {
    let Some((no, public)) = desk.reader().find_office_key()? else { return Ok(()) };
    let (Some(public), Ok(no)) = (fengxiang_wire::Hash::from_hex(&public), u32::try_from(no)) else { return Ok(()) };
    let secrets = link::secrets(desk)?;
    let as_of = format!("{no} {}", secrets.seal_keys.len());
    if desk.find_state(OFFICE_PUT)?.as_ref() == Some(&as_of) {
        return Ok(());
    }
    let random = |bytes: &mut [u8]| desk.fill_random(bytes);
    let sealed = envelope::to_office(station_of(desk), no, public, &secrets.to_bytes(), &mut Random(&random))?;
    line.put_envelopes(vec![sealed]).await?;
    desk.exchange(|x| x.put_state(OFFICE_PUT, &as_of))?;
    Ok(())
}

/// Gives a device that joined the station's keys. Whoever calls this has compared the fingerprints.
pub async fn give_keys(desk: &Desk, line: &HttpHub, to: &Device) -> Result<(), JoinError> {
    let secrets = link::secrets(desk)?;
    let random = |bytes: &mut [u8]| desk.fill_random(bytes);
    let mut random = Random(&random);
    let station = Partition::Station(station_of(desk));
    let mut envelopes = vec![envelope::to_device(
        station,
        u32::from(link::FIRST_KEY),
        to.id,
        to.wrapping_key,
        &secrets.to_bytes(),
        &mut random,
    )?];
    for row in desk.reader().list_partition_keys()? {
        let Some(partition) = Partition::parse(&row.partition).filter(|p| *p != station) else { continue };
        let key_id = u32::from(row.key_id);
        envelopes.push(envelope::to_device(partition, key_id, to.id, to.wrapping_key, &row.key, &mut random)?);
    }
    Ok(line.put_envelopes(envelopes).await?)
}

/// The station's secrets, once somebody gave them to this device.
pub async fn find_secrets(link: &Link) -> Result<Option<StationSecrets>, JoinError> {
    let envelopes = link.line()?.list_envelopes().await?;
    let is_ours = |e: &&Envelope| {
        let is_first = matches!(e.partition, Partition::Station(_)) && e.key_id == u32::from(link::FIRST_KEY);
        is_first && e.to == EnvelopeTo::Device(link.device)
    };
    match envelopes.iter().find(is_ours) {
        Some(envelope) => {
            let opened = envelope::open_as_device(envelope, link.wrapping_secret())?;
            Ok(Some(StationSecrets::parse(&opened)?))
        }
        None => Ok(None),
    }
}

/// What waits under the secret of the invitation that this device joined by.
pub async fn open_invited(link: &Link, shown: &[u8; 16]) -> Result<(StationSecrets, Vec<PartitionKeyRow>), JoinError> {
    let (mut secrets, mut keys) = (None, Vec::new());
    for envelope in link.line()?.list_envelopes().await? {
        if !matches!(envelope.to, EnvelopeTo::Invited(_)) {
            continue;
        }
        let opened = envelope::open_as_invited(&envelope, shown)?;
        match (envelope.partition, u8::try_from(envelope.key_id), <[u8; 32]>::try_from(opened.as_slice())) {
            (Partition::Station(_), ..) => secrets = Some(StationSecrets::parse(&opened)?),
            (partition, Ok(key_id), Ok(key)) => {
                keys.push(PartitionKeyRow { partition: partition.to_string(), key_id, key });
            }
            _ => {}
        }
    }
    Ok((secrets.ok_or(NotOpened)?, keys))
}

/// Enrols by the printed recovery key, and opens what lies at the hub for it.
pub async fn recover(link: &mut Link, recovery: &[u8; 20]) -> Result<StationSecrets, JoinError> {
    let parts = RecoveryParts::of(recovery);
    let asked = Recover {
        version: fengxiang_wire::VERSION,
        proof: fengxiang_wire::Hash(parts.proof),
        device: link.device,
        signing_key: link.verifying_key(),
        wrapping_key: link.wrapping_public(),
        name: link.device_name.clone(),
    };
    match link.line()?.recover(&asked).await? {
        RecoverAnswer::Recovered { membership, district, envelopes } => {
            let is_ours = |e: &&Envelope| e.to == EnvelopeTo::Recovery(membership.station);
            let envelope = envelopes.iter().find(is_ours).ok_or(NotOpened)?;
            let secrets = StationSecrets::parse(&envelope::open_as_recovery(envelope, &parts.wrap_key)?)?;
            link.district = district;
            link.stations = vec![membership];
            Ok(secrets)
        }
        RecoverAnswer::Unknown => Err(JoinError::UnknownRecovery),
        RecoverAnswer::DeviceTaken => Err(JoinError::DeviceTaken),
    }
}

/// Makes the empty file of a desk that joined.
pub fn make_desk(
    folder: &Path,
    link: &Link,
    secrets: &StationSecrets,
    around: Surroundings,
) -> Result<Desk, JoinError> {
    let Membership { station, code, letter } = link.stations.first().ok_or(JoinError::StationMissing)?;
    let joining = Joining {
        station: StationId(Uuid::from_bytes(station.0)),
        code: code.clone(),
        letter: letter.clone(),
        station_key: secrets.station_key,
        database_key: secrets.database_key,
    };
    let desk = Desk::join(folder, &joining, around)?;
    if let Some(mark) = mark_of(secrets) {
        desk.put_recovery_mark(&mark, Act { verb: "join_station", actor: None })?;
    }
    let partition = Partition::Station(*station).to_string();
    desk.exchange(|x| {
        // Whatever comes from now on is shown as it comes.
        x.put_state(SHOWN_WITH, &known_kinds())?;
        secrets.seal_keys.iter().try_for_each(|(key_id, key)| {
            x.put_partition_key(&PartitionKeyRow { partition: partition.clone(), key_id: *key_id, key: *key })
        })
    })?;
    link.keep(&desk)?;
    Ok(desk)
}

/// One cycle that reads to the end; afterwards the key file has the slots that came. Tells how many rows are here.
pub async fn fill(desk: &Desk, link: &Link, progress: &(dyn Fn(i64) + Sync)) -> Result<Report, JoinError> {
    let file = DeskFile::new(desk, station_of(desk), keyring(desk)?).telling(progress);
    let line = link.line()?;
    let cycle =
        Cycle { local: &file, hub: &line, rules: Rules::default(), limits: Limits::default(), pages_max: PAGES_MAX };
    let report = cycle.run().await?;
    desk.take_slots()?;
    Ok(report)
}
