//! What may leave a station about a problem in words: a title that a social worker confirmed, without anything that says
//! who is meant (`05-privacy.md`; `sync.md`, board).

pub const TITLE_MAX_CHARS: usize = 40;
/// Landlines without an area code have seven digits; a shorter run is a price, a date or a flat.
const PHONE_MIN_DIGITS: usize = 7;
/// The old form of an ID number has fifteen digits, the new one seventeen and a check character.
const ID_MIN_DIGITS: usize = 15;
/// Nought (two ways), one to nine, and the words for one that are used in telephone numbers and on cheques.
const WRITTEN_FIGURES: [char; 13] = [
    '\u{3007}', '\u{96f6}', '\u{4e00}', '\u{4e8c}', '\u{4e09}', '\u{56db}', '\u{4e94}', '\u{516d}', '\u{4e03}',
    '\u{516b}', '\u{4e5d}', '\u{5e7a}', '\u{58f9}',
];
/// A surname alone names nobody.
const NAME_MIN_CHARS: usize = 2;

#[derive(Debug, PartialEq, Eq)]
pub enum TitleFault {
    Phone,
    IdNumber,
    Name,
}

/// Whether the title may be seen outside; `names` are those of persons this station knows.
pub fn check_title<'a>(title: &str, names: impl IntoIterator<Item = &'a str>) -> Result<(), TitleFault> {
    let longest = longest_run(title);
    if longest >= ID_MIN_DIGITS {
        return Err(TitleFault::IdNumber);
    }
    if longest >= PHONE_MIN_DIGITS {
        return Err(TitleFault::Phone);
    }
    let plain = bare(title);
    let is_named = |name: &str| {
        let name = bare(name);
        name.chars().count() >= NAME_MIN_CHARS && plain.contains(&name)
    };
    if names.into_iter().any(is_named) { Err(TitleFault::Name) } else { Ok(()) }
}

/// Digits in a row; blanks, hyphens and the other width of figures hide none.
fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        match c {
            ' ' | '-' | '.' | '\u{b7}' | '\u{3000}' | '\u{ff0d}' => {}
            c if is_figure(c) => run += 1,
            _ => run = 0,
        }
        longest = longest.max(run);
    }
    longest
}

fn is_figure(c: char) -> bool {
    c.is_ascii_digit() || ('\u{ff10}'..='\u{ff19}').contains(&c) || WRITTEN_FIGURES.contains(&c)
}

fn bare(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{b7}' | '\u{2022}' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["王·买买提", "李试用", "张", "Ann Test"];

    #[test]
    fn a_title_that_names_nobody_may_leave() {
        for title in ["商场三号门不让骑手进", "换电柜 12 号格口坏了", "3 月 16 日起停车收费 5 元", "张贴的告示看不清"]
        {
            assert_eq!(check_title(title, NAMES), Ok(()), "{title}");
        }
    }

    #[test]
    fn numbers_that_lead_to_a_person_are_found_however_they_are_written() {
        for title in ["回电 13900000000", "139-0000 0000", "０７１０１２３４５６７", "电话一三九〇〇〇〇〇〇〇〇"]
        {
            assert_eq!(check_title(title, NAMES), Err(TitleFault::Phone), "{title}");
        }
        for title in ["42060019900101001X 要补贴", "420600900101001"] {
            assert_eq!(check_title(title, NAMES), Err(TitleFault::IdNumber), "{title}");
        }
    }

    #[test]
    fn known_names_are_found() {
        for title in ["王买买提的工资", "李 试用 被扣钱", "ann test was fined"] {
            assert_eq!(check_title(title, NAMES), Err(TitleFault::Name), "{title}");
        }
    }
}
