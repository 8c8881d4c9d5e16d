//! Human numbers: issued offline by one desk, never changed, never taken back (`sync.md`).

use crate::check::{check_char, is_checked};
use chrono::NaiveDate;

/// What a number is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    Ticket,
    Incident,
}

impl NumberKind {
    pub const ALL: [NumberKind; 2] = [NumberKind::Ticket, NumberKind::Incident];

    /// The letters a number begins with.
    pub fn letters(self) -> &'static str {
        match self {
            NumberKind::Ticket => "SQ",
            NumberKind::Incident => "SJ",
        }
    }
}

/// A station's code, as in `GX03`: two to four letters and two or three digits.
pub fn is_station_code(code: &str) -> bool {
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = code.len() - letters;
    (2..=4).contains(&letters) && (2..=3).contains(&digits) && code[letters..].bytes().all(|b| b.is_ascii_digit())
}

/// `SQ-GX03-20260316-A0012K`: kind, station, date, desk letter, counter (grows past four digits), check character.
pub fn human_no(kind: NumberKind, station: &str, on: NaiveDate, desk: &str, counter: u32) -> String {
    let body = format!("{}-{station}-{}-{desk}{counter:04}", kind.letters(), on.format("%Y%m%d"));
    let check = check_char(&body);
    format!("{body}{check}")
}

/// Letters and digits that are not taken for each other.
const PLAIN: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// The first eight of them are digits.
const PLAIN_DIGITS: u8 = 8;
const CARD_CHARS: usize = 9;

/// A card number from random bytes: `K`, a digit, six letters or digits, check character. The digit tells a misread card
/// from typed pinyin.
pub fn card_no(random: [u8; 7]) -> String {
    let [first, rest @ ..] = random;
    let body: String = ['K', plain(first % PLAIN_DIGITS)].into_iter().chain(rest.map(plain)).collect();
    let check = check_char(&body);
    format!("{body}{check}")
}

fn plain(byte: u8) -> char {
    char::from(PLAIN[usize::from(byte % 32)])
}

/// What a typed or scanned text is, as far as cards go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardReading {
    Card(String),
    /// A card number that was misread: its check character does not fit.
    Misread,
    NoCard,
}

pub fn read_card(text: &str) -> CardReading {
    let text = text.trim().to_ascii_uppercase();
    let is_shaped = text.len() == CARD_CHARS
        && text.starts_with('K')
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_digit());
    match is_shaped {
        true if is_checked(&text) => CardReading::Card(text),
        true => CardReading::Misread,
        false => CardReading::NoCard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_its_kind_station_day_desk_and_counter() {
        let on = NaiveDate::from_ymd_opt(2026, 3, 16).unwrap();
        for (kind, start) in
            [(NumberKind::Ticket, "SQ-GX03-20260316-A0012"), (NumberKind::Incident, "SJ-GX03-20260316-A0012")]
        {
            let no = human_no(kind, "GX03", on, "A", 12);
            assert!(no.starts_with(start) && is_checked(&no), "{no}");
        }
        assert!(human_no(NumberKind::Ticket, "GX03", on, "A", 12_345).contains("A12345"));
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
    fn a_card_is_read_in_any_case_and_a_misread_one_is_told_from_pinyin() {
        let card = card_no([1, 9, 30, 200, 7, 8, 9]);
        assert_eq!(read_card(&format!(" {} ", card.to_lowercase())), CardReading::Card(card.clone()));
        let mut wrong = card.into_bytes();
        wrong[3] = if wrong[3] == b'A' { b'B' } else { b'A' };
        assert_eq!(read_card(&String::from_utf8(wrong).unwrap()), CardReading::Misread);
        for other in ["kangshuju", "6021", "K23", "", "康师傅"] {
            assert_eq!(read_card(other), CardReading::NoCard, "{other}");
        }
    }

    #[test]
    fn every_card_has_a_digit() {
        for first in 0..=255 {
            assert!(card_no([first, 20, 20, 20, 20, 20, 20])[1..2].bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
