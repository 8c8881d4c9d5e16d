//! What a name is found by: its normal form, full pinyin and initials, in every reading of a surname.

use pinyin::ToPinyin;

/// Surnames whose reading differs from the common one of the character.
const SURNAMES: [(char, &str); 6] = [
    ('\u{66fe}', "zeng"),
    ('\u{5355}', "shan"),
    ('\u{4ec7}', "qiu"),
    ('\u{89e3}', "xie"),
    ('\u{67e5}', "zha"),
    ('\u{4efb}', "ren"),
];

/// The forms that are stored beside a name; readings are separated by a blank.
#[derive(Debug, PartialEq, Eq)]
pub struct SearchForms {
    pub norm: String,
    pub pinyin: String,
    pub initials: String,
}

pub fn search_forms(name: &str) -> SearchForms {
    let norm: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let plain: Vec<String> = norm.chars().map(reading).collect();
    let mut readings = vec![plain.clone()];
    if let Some((_, surname)) = SURNAMES.iter().find(|(c, _)| norm.starts_with(*c)) {
        let mut other = plain;
        other[0] = (*surname).to_owned();
        readings.push(other);
    }
    readings.dedup();
    let initials = readings.iter().map(|r| r.iter().filter_map(|s| s.chars().next()).collect::<String>());
    SearchForms { norm, pinyin: join(readings.iter().map(|r| r.concat())), initials: join(initials) }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}

fn reading(c: char) -> String {
    c.to_pinyin().map_or_else(|| c.to_string(), |p| p.plain().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surname_is_found_by_both_readings() {
        let forms = search_forms("单师傅");
        assert_eq!(forms.pinyin, "danshifu shanshifu");
        assert_eq!(forms.initials, "dsf ssf");
    }

    #[test]
    fn the_dot_of_a_minority_name_is_not_needed_to_find_it() {
        assert_eq!(search_forms("王·买买提").pinyin, "wangmaimaiti");
    }
}
