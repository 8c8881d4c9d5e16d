//! Human numbers: issued offline by one desk, never changed, never taken back (`sync.md`).

use crate::check::check_char;
use chrono::NaiveDate;

/// A station's code, as in `GX03`: two to four letters and two or three digits.
pub fn is_station_code(code: &str) -> bool {
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = code.len() - letters;
    (2..=4).contains(&letters) && (2..=3).contains(&digits) && code[letters..].bytes().all(|b| b.is_ascii_digit())
}

/// `SQ-GX03-20260316-A0012K`: kind, station, date, desk letter, counter (grows past four digits), check character.
pub fn ticket_no(station: &str, on: NaiveDate, desk: char, counter: u32) -> String {
    let body = format!("SQ-{station}-{}-{desk}{counter:04}", on.format("%Y%m%d"));
    let check = check_char(&body);
    format!("{body}{check}")
}

/// A card number from eight random bytes: `K`, seven letters or digits, check character.
pub fn card_no(random: [u8; 7]) -> String {
    const PLAIN: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let body: String = std::iter::once('K').chain(random.map(|b| char::from(PLAIN[usize::from(b % 32)]))).collect();
    let check = check_char(&body);
    format!("{body}{check}")
}

/// Whether a typed or scanned text is a whole card number with its right check character.
pub fn is_card_no(text: &str) -> bool {
    text.len() == 9 && text.starts_with('K') && crate::check::is_checked(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_its_station_day_desk_and_counter() {
        let no = ticket_no("GX03", NaiveDate::from_ymd_opt(2026, 3, 16).unwrap(), 'A', 12);
        assert!(no.starts_with("SQ-GX03-20260316-A0012"), "{no}");
        assert!(crate::check::is_checked(&no));
    }

    #[test]
    fn station_codes_are_letters_then_digits() {
        for good in ["GX03", "XYGX012"] {
            assert!(is_station_code(good), "{good}");
        }
        for bad in ["", "gx03", "GX", "03", "GX3", "GX03'", "高新03", "G03"] {
            assert!(!is_station_code(bad), "{bad}");
        }
    }

    #[test]
    fn cards_carry_their_check() {
        assert!(is_card_no(&card_no([1, 9, 30, 200, 7, 8, 9])));
        assert!(!is_card_no("K23456789"));
    }
}
