//! Check characters after ISO 7064 MOD 37,36: catch a mistyped or misread character and most swaps.

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The check character of upper-case ASCII letters and digits; other characters (the hyphens of a number) are skipped.
pub fn check_char(body: &str) -> char {
    let product = body.bytes().filter_map(value).fold(36, step);
    char::from(ALPHABET[(37 - product % 37) % 36])
}

/// Whether the last character is the check character of what stands before it.
pub fn is_checked(code: &str) -> bool {
    let Some(last) = code.chars().last() else { return false };
    let body = &code[..code.len() - last.len_utf8()];
    !body.is_empty() && last == check_char(body)
}

fn step(product: usize, value: usize) -> usize {
    let sum = match (product + value) % 36 {
        0 => 36,
        sum => sum,
    };
    sum * 2 % 37
}

fn value(byte: u8) -> Option<usize> {
    ALPHABET.iter().position(|a| *a == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_single_wrong_character_is_noticed() {
        let good = format!("K7Q2M4X9{}", check_char("K7Q2M4X9"));
        assert!(is_checked(&good));
        for at in 0..good.len() {
            for other in ALPHABET.iter().filter(|o| **o != good.as_bytes()[at]) {
                let mut bad = good.clone().into_bytes();
                bad[at] = *other;
                let bad = String::from_utf8(bad).unwrap();
                assert!(!is_checked(&bad), "{bad} passed");
            }
        }
    }

    #[test]
    fn an_empty_or_foreign_text_is_not_checked() {
        for text in ["", "7", "王师傅", "K"] {
            assert!(!is_checked(text), "{text} passed");
        }
    }
}
