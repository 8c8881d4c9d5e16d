//! What a device may do, from what it is and where it belongs; never from what it asks.

use super::Registry;
use super::registry::District;
use crate::store::Failed;
use fengxiang_wire::device::{Device, DeviceRole, Grant};
use fengxiang_wire::{Id, Partition};
use serde::{Deserialize, Serialize};

/// Which kinds are written by whom where both write. Data of the district: to the rules they are words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds {
    pub board_by_station: Vec<String>,
    pub board_by_district: Vec<String>,
}

impl Default for Kinds {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        Self { board_by_station: words(&["*", "!supervision*"]), board_by_district: words(&["supervision*"]) }
    }
}

/// The grants of a device that is not revoked; none of one that is.
pub(super) fn grants_of(registry: &mut Registry, device: &Device) -> Result<Vec<Grant>, Failed> {
    if device.revoked_at.is_some() {
        return Ok(Vec::new());
    }
    let District { kinds, .. } = registry.find_district()?.unwrap_or_default();
    match device.role {
        DeviceRole::Station => Ok(of_station(device, &kinds)),
        DeviceRole::District => {
            let stations: Vec<Id> = registry.list_stations()?.into_iter().map(|s| s.id).collect();
            Ok(of_district(device, &stations, &kinds))
        }
    }
}

fn of_station(device: &Device, kinds: &Kinds) -> Vec<Grant> {
    let shared = Grant { writes: Vec::new(), may_grant: false, ..whole(Partition::Shared) };
    let of = |station: Id| {
        let party = Grant {
            may_read: device.may_read_party,
            may_only_add: !device.may_read_party,
            ..whole(Partition::Party(station))
        };
        let board = Grant { writes: kinds.board_by_station.clone(), ..whole(Partition::Board(station)) };
        [whole(Partition::Station(station)), board, party]
    };
    device.stations.iter().flat_map(|m| of(m.station)).chain([shared]).collect()
}

fn of_district(device: &Device, stations: &[Id], kinds: &Kinds) -> Vec<Grant> {
    let of = |station: &Id| {
        let board = Grant { writes: kinds.board_by_district.clone(), ..whole(Partition::Board(*station)) };
        let party = device.may_read_party.then(|| whole(Partition::Party(*station)));
        [Some(board), party].into_iter().flatten()
    };
    stations.iter().flat_map(of).chain([whole(Partition::Shared)]).collect()
}

fn whole(partition: Partition) -> Grant {
    Grant { partition, may_read: true, writes: vec!["*".to_owned()], may_only_add: false, may_grant: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(role: DeviceRole, may_read_party: bool) -> Device {
        let station =
            fengxiang_wire::device::Membership { station: Id([1; 16]), code: "GX03".into(), letter: "A".into() };
        Device {
            id: Id([7; 16]),
            name: "front".into(),
            role,
            stations: vec![station],
            may_read_party,
            signing_key: fengxiang_wire::Hash::default(),
            wrapping_key: fengxiang_wire::Hash::default(),
            enrolled_at: 0,
            last_seen_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_station_writes_its_board_but_no_supervision_and_reads_no_party_without_a_grant() {
        let grants = of_station(&device(DeviceRole::Station, false), &Kinds::default());
        let grant = |p: Partition| grants.iter().find(|g| g.partition == p).unwrap();
        let board = grant(Partition::Board(Id([1; 16])));
        assert!(board.may_write("day_total") && !board.may_write("supervision_act"));
        let party = grant(Partition::Party(Id([1; 16])));
        assert!(!party.may_read && party.may_only_add && party.may_write("party_registration"));
        assert!(!grant(Partition::Shared).may_write("code_list"));
    }

    #[test]
    fn the_district_reads_boards_and_never_a_station() {
        let grants = of_district(&device(DeviceRole::District, false), &[Id([1; 16])], &Kinds::default());
        assert!(grants.iter().all(|g| matches!(g.partition, Partition::Board(_) | Partition::Shared)));
        assert!(grants[0].may_write("supervision_act") && !grants[0].may_write("day_total"));
    }
}
