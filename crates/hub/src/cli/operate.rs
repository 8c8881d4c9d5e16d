//! What an operator does on the hub's own machine: set up, invite, revoke, look.

use super::settings::Settings;
use crate::devices::{self, District, Registry};
use crate::machine::Machine;
use crate::outside::Outside;
use crate::store::{Store, open, transact};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use fengxiang_wire::Id;
use fengxiang_wire::device::{DeviceRole, INVITATION_MINUTES, Invite};

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Invited {
    /// For a desk of the district office.
    #[arg(long)]
    district: bool,
    /// For the first desk of a station that is not here yet.
    #[arg(long)]
    new_station: bool,
    /// For another desk of a station, by its id.
    #[arg(long)]
    station: Option<String>,
}

pub fn init(settings: &Settings, district: String) -> Result<()> {
    let store = open(&settings.database)?;
    set_up(&*store, district)
}

/// Names the district and prints the first invitation.
pub fn set_up(store: &dyn Store, name: String) -> Result<()> {
    let code = transact(store, &mut |tx| {
        if Registry(tx).lock_district()?.is_some() {
            return Ok(None);
        }
        Registry(tx).put_district(&District { name: name.clone(), ..District::default() })?;
        devices::invite_first(tx, &Machine, &first()).map(Some)
    })?;
    let invitation = code.context("a district is set up here already; `invite` prints further invitations")?;
    print_code(&invitation.code);
    Ok(())
}

pub fn invite(settings: &Settings, invited: &Invited) -> Result<()> {
    let store = open(&settings.database)?;
    let station = invited.station.as_deref().map(read_id).transpose()?;
    let asked = match (invited.district, station) {
        (true, _) => first(),
        (false, station) => Invite { role: DeviceRole::Station, station, may_read_party: false },
    };
    let invitation = transact(&*store, &mut |tx| {
        let is_known = match station {
            Some(id) => Registry(tx).list_stations()?.iter().any(|s| s.id == id),
            None => Registry(tx).find_district()?.is_some(),
        };
        is_known.then(|| devices::invite_first(tx, &Machine, &asked)).transpose()
    })?;
    print_code(&invitation.context("no such station, or no district is set up here: `init` comes first")?.code);
    Ok(())
}

fn first() -> Invite {
    Invite { role: DeviceRole::District, station: None, may_read_party: true }
}

fn print_code(code: &str) {
    println!("invitation {code} (good for {INVITATION_MINUTES} minutes)");
}

pub fn revoke(settings: &Settings, device: &str) -> Result<()> {
    let (store, id) = (open(&settings.database)?, read_id(device)?);
    let is_known = transact(&*store, &mut |tx| devices::revoke_any(tx, id, Machine.now_ms()))?;
    ensure!(is_known, "no device has this id");
    println!("revoked {id}");
    Ok(())
}

pub fn devices(settings: &Settings) -> Result<()> {
    let store = open(&settings.database)?;
    for device in transact(&*store, &mut |tx| Registry(tx).list_devices())? {
        let stations: Vec<String> = device.stations.iter().map(|m| format!("{}-{}", m.code, m.letter)).collect();
        let state = if device.revoked_at.is_some() { "revoked" } else { "active" };
        let role = if device.role == DeviceRole::District { "district" } else { "station" };
        println!("{}\t{state}\t{role}\t{}\t{}", device.id, stations.join(","), device.name);
    }
    Ok(())
}

pub fn status(settings: &Settings) -> Result<()> {
    let store = open(&settings.database)?;
    let (district, epoch, orders, devices, stations) = transact(&*store, &mut |tx| {
        let (epoch, orders) = (tx.epoch()?, tx.count_orders()?);
        let mut registry = Registry(tx);
        let district = registry.find_district()?;
        Ok((district, epoch, orders, registry.list_devices()?, registry.list_stations()?))
    })?;
    let Some(district) = district else { bail!("no district is set up here: `init` comes first") };
    let active = devices.iter().filter(|d| d.revoked_at.is_none()).count();
    println!("district\t{}\nepoch\t{epoch}\nerase orders\t{orders}", district.name);
    println!("stations\t{}\ndevices\t{active} active, {} revoked", stations.len(), devices.len() - active);
    Ok(())
}

fn read_id(text: &str) -> Result<Id> {
    Id::from_hex(text).context("an id has 32 hex digits")
}
