//! What a person is found by: the beginnings that a typed text may match. Knows no table.

use pinyin::ToPinyin;
use std::collections::BTreeSet;

/// Surnames whose reading differs from the common one of the character.
const SURNAMES: [(&str, &str); 23] = [
    ("\u{66fe}", "zeng"),
    ("\u{5355}", "shan"),
    ("\u{4ec7}", "qiu"),
    ("\u{89e3}", "xie"),
    ("\u{67e5}", "zha"),
    ("\u{4efb}", "ren"),
    ("\u{6734}", "piao"),
    ("\u{7fdf}", "zhai"),
    ("\u{76d6}", "ge"),
    ("\u{533a}", "ou"),
    ("\u{79cd}", "chong"),
    ("\u{53ec}", "shao"),
    ("\u{5458}", "yun"),
    ("\u{6298}", "she"),
    ("\u{4e50}", "yue"),
    ("\u{8983}", "qin"),
    ("\u{7f2a}", "miao"),
    ("\u{53e5}", "gou"),
    ("\u{6d17}", "xian"),
    ("\u{5c09}\u{8fdf}", "yu chi"),
    ("\u{4e07}\u{4fdf}", "mo qi"),
    ("\u{957f}\u{5b59}", "zhang sun"),
    ("\u{6fb9}\u{53f0}", "tan tai"),
];

/// Longer texts are compared by their beginning; nobody types more to find a person.
const KEY_MAX_CHARS: usize = 24;
const PHONE_TAIL: usize = 4;

/// Every key of a person. Names are found from any character on; their readings and initials, digits and cards from
/// the first.
pub fn search_keys(card_no: &str, alias: &str, name: Option<&str>, phone: Option<&str>) -> BTreeSet<String> {
    let mut keys = BTreeSet::from([key(&normal(card_no))]);
    for text in std::iter::once(alias).chain(name) {
        keys.extend(endings(&normal(text)));
        for syllables in readings(text) {
            keys.insert(key(&syllables.concat()));
            keys.insert(key(&syllables.iter().filter_map(|s| s.chars().next()).collect::<String>()));
        }
    }
    keys.extend(phone.into_iter().flat_map(|p| [phone_key(p), phone_tail(p).to_owned()]));
    keys
}

/// What is typed, as one key: letters and digits in lower case and half width, without what stands between them.
pub fn search_key(text: &str) -> String {
    key(&normal(text))
}

/// How a name sounds, in every reading of its surname.
pub fn sounds(name: &str) -> BTreeSet<String> {
    readings(name).into_iter().map(|syllables| key(&syllables.concat())).collect()
}

/// The digits that tell namesakes apart at the counter.
pub fn phone_tail(phone: &str) -> &str {
    &phone[phone.len().saturating_sub(PHONE_TAIL)..]
}

/// A number with or without the country's code is the same number.
pub fn phone_key(phone: &str) -> String {
    let digits = phone.trim_start_matches('+');
    let national = digits.strip_prefix("86").filter(|rest| rest.len() >= 10);
    national.unwrap_or(digits).to_owned()
}

fn normal(text: &str) -> String {
    let half: String = text.trim().chars().map(half_width).collect::<String>().to_lowercase();
    let bare: String = half.chars().filter(|c| c.is_alphanumeric()).collect();
    if bare.is_empty() { half } else { bare }
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        // Keyboards have no dots: it is mostly typed as v.
        '\u{fc}' => 'v',
        _ => c,
    }
}

fn key(text: &str) -> String {
    text.chars().take(KEY_MAX_CHARS).collect()
}

fn endings(text: &str) -> impl Iterator<Item = String> {
    text.char_indices().map(|(at, _)| key(&text[at..]))
}

/// The syllables of a text, once as the characters are mostly read and once as its surname is.
fn readings(text: &str) -> BTreeSet<Vec<String>> {
    let text = normal(text);
    let plain: Vec<String> = text.chars().map(reading).collect();
    let surname = SURNAMES.iter().rev().find(|(characters, _)| text.starts_with(characters));
    let as_surname = surname.map(|(characters, sound)| {
        let rest = plain.iter().skip(characters.chars().count()).cloned();
        syllables(sound).chain(rest).collect()
    });
    std::iter::once(plain.clone()).chain(as_surname).collect()
}

/// The syllables of a surname's reading, so that its initials come out right.
fn syllables(sound: &str) -> impl Iterator<Item = String> {
    sound.split(' ').map(str::to_owned)
}

fn reading(c: char) -> String {
    c.to_pinyin().map_or_else(|| c.to_string(), |p| p.plain().replace('\u{fc}', "v"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(name: &str, typed: &str) -> bool {
        let typed = search_key(typed);
        search_keys("K2345678A", "骑手", Some(name), None).iter().any(|k| k.starts_with(&typed))
    }

    #[test]
    fn a_surname_is_found_by_both_readings() {
        for (name, typed) in [
            ("单师傅", "shanshifu"),
            ("单师傅", "dsf"),
            ("单师傅", "ssf"),
            ("曾小明", "zengxiaoming"),
            ("曾小明", "zxm"),
            ("仇英", "qiuying"),
            ("解放", "xief"),
            ("查良", "zha"),
            ("任远", "renyuan"),
            ("尉迟恭", "yuchigong"),
            ("尉迟恭", "ycg"),
            ("吕布", "lvbu"),
            ("吕布", "lübu"),
        ] {
            assert!(finds(name, typed), "{name} by {typed}");
        }
        assert!(!finds("小单", "xiaoshan"), "only a surname has the other reading");
    }

    #[test]
    fn a_name_is_found_from_its_middle_and_without_its_dot() {
        for typed in ["买买提", "王买", "王·买买提", "wangmaimaiti", "wmmt"] {
            assert!(finds("王·买买提", typed), "{typed}");
        }
        assert!(finds("𬭎师傅", "𬭎") && finds("张𬭎", "𬭎"), "a character beyond the first plane");
        assert!(finds("🐝", "🐝") && finds("ＡＢ王", "ab"));
    }

    #[test]
    fn digits_are_found_whole_or_by_the_last_four() {
        let keys = search_keys("K2345678A", "王师傅·美团·6021", None, Some("+8613800004455"));
        for typed in ["13800004455", "4455", "6021", "k2345678a"] {
            assert!(keys.contains(typed), "{typed} in {keys:?}");
        }
        assert_eq!(phone_key("86234567"), "86234567", "a local number that only begins like the country's code");
    }

    #[test]
    fn names_that_sound_the_same_are_told() {
        assert_eq!(sounds("王小明"), sounds("王晓明"));
        assert_ne!(sounds("王小明"), sounds("王大明"));
    }
}
