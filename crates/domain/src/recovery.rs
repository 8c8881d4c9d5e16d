//! The printed recovery key: 160 random bits as eight groups of four characters, each with a check character.

use crate::check::{check_char, is_checked};

/// No 0/O, 1/I: the key is read aloud and typed from paper.
const PLAIN: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
pub const GROUPS: usize = 8;

pub fn to_groups(key: &[u8; 20]) -> Vec<String> {
    let bits =
        |i: usize| (0..5).fold(0usize, |v, b| v << 1 | usize::from(key[(i * 5 + b) / 8] >> (7 - (i * 5 + b) % 8) & 1));
    let chars: Vec<char> = (0..32).map(|i| char::from(PLAIN[bits(i)])).collect();
    let group = |four: &[char]| {
        let body: String = four.iter().collect();
        let check = check_char(&body);
        format!("{body}{check}")
    };
    chars.chunks(4).map(group).collect()
}

/// The key, or `None` when a group is missing or its check character is wrong.
pub fn from_groups(groups: &[String]) -> Option<[u8; 20]> {
    let clean: Vec<String> = groups.iter().map(|g| g.trim().to_uppercase()).collect();
    if clean.len() != GROUPS || !clean.iter().all(|g| g.len() == 5 && is_checked(g)) {
        return None;
    }
    let mut key = [0u8; 20];
    for (i, c) in clean.iter().flat_map(|g| g.bytes().take(4)).enumerate() {
        let value = PLAIN.iter().position(|p| *p == c)?;
        for b in 0..5 {
            key[(i * 5 + b) / 8] |= u8::from(value >> (4 - b) & 1 == 1) << (7 - (i * 5 + b) % 8);
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_paper() {
        let key: [u8; 20] = std::array::from_fn(|i| (i * 37 + 11) as u8);
        let mut groups = to_groups(&key);
        assert_eq!(groups.len(), GROUPS);
        assert_eq!(from_groups(&groups), Some(key));
        groups[3] = groups[3].to_lowercase();
        assert_eq!(from_groups(&groups), Some(key));
        let other = if groups[3].starts_with('z') { "y" } else { "z" };
        groups[3].replace_range(0..1, other);
        assert_eq!(from_groups(&groups), None);
    }
}
