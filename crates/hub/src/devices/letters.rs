//! Letters of human numbers: each is given to one device of a station, once and for ever.

use super::registry::Station;
use super::{Asker, Refused, Registry};
use crate::store::Tx;
use fengxiang_wire::Problem;
use fengxiang_wire::device::{Membership, NewLetter};

/// Gives a device of the station another letter.
pub fn give_letter(tx: &mut dyn Tx, asker: &Asker, asked: &NewLetter) -> Result<Membership, Refused> {
    let mut registry = Registry(tx);
    let not_found = || Refused::With(Problem::NotFound);
    let mut device = registry.lock_device(asker.device.id)?.ok_or_else(not_found)?;
    let membership = device.stations.iter_mut().find(|m| m.station == asked.station).ok_or_else(not_found)?;
    let mut station = registry.lock_station(asked.station)?.ok_or_else(not_found)?;
    membership.letter = next(&mut station);
    let membership = membership.clone();
    registry.put_station(&station)?;
    registry.put_device(&device)?;
    Ok(membership)
}

/// The next letter of a station: A to Z, behind it AA.
pub(super) fn next(station: &mut Station) -> String {
    let letter = letter(station.letters_given);
    station.letters_given += 1;
    letter
}

fn letter(mut given: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.insert(0, char::from(b'A' + u8::try_from(given % 26).expect("less than 26")));
        given /= 26;
        if given == 0 {
            return letters.into_iter().collect();
        }
        given -= 1;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn letters_go_on_behind_z() {
        let letters: Vec<_> = [0, 1, 25, 26, 27, 52, 701, 702].map(super::letter).into();
        assert_eq!(letters, ["A", "B", "Z", "AA", "AB", "BA", "ZZ", "AAA"]);
    }
}
