//! Small rules of the counter: what a form may hold, and when two arrivals are one visit.

use crate::people::Role;

/// Re-entering within this time is the same visit (`01-operations.md` §1.3).
pub const SAME_VISIT_MS: i64 = 60 * 60 * 1000;
/// What was just written is taken back without a reason for thirty seconds; the rest is the way from hand to disk.
pub const UNDO_MS: i64 = 35 * 1000;
/// A door counter at the desk; more people than this come as a bus, not as a group.
pub const GROUP_MAX: i64 = 50;

pub const LABEL_MAX_CHARS: usize = 60;
pub const TEXT_MAX_CHARS: usize = 500;

/// A text as it may be stored: trimmed, without control or direction-changing characters, not longer than its limit.
pub fn clean(text: &str, max_chars: usize) -> Result<String, TextFault> {
    let kept: String = text.trim().chars().filter(|c| !c.is_control() && !is_direction_mark(*c)).collect();
    match kept.chars().count() {
        0 => Err(TextFault::Empty),
        n if n > max_chars => Err(TextFault::Long),
        _ => Ok(kept),
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum TextFault {
    Empty,
    Long,
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A mobile or landline number: 7 to 15 digits; blanks and hyphens between them are dropped.
pub fn phone(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    ((7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then_some(bare)
}

/// Name and phone are personal: neither is kept without consent (`05-privacy.md` §5.1).
pub fn needs_consent(name: Option<&str>, phone: Option<&str>) -> bool {
    name.is_some() || phone.is_some()
}

/// Whether so many people are one entry.
pub fn is_group(people: i64) -> bool {
    (1..=GROUP_MAX).contains(&people)
}

/// Until the day is closed anyone on the shift may change its entries; after that only the manager.
pub fn may_change_visit(role: Option<Role>, is_day_closed: bool) -> bool {
    role == Some(Role::Manager) || !is_day_closed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_a_phone_needs_consent_and_an_alias_does_not() {
        assert!(needs_consent(Some("王·买买提"), None) && needs_consent(None, Some("13800006021")));
        assert!(!needs_consent(None, None));
    }

    #[test]
    fn a_group_has_one_to_fifty_people() {
        let groups = [-1, 0, 1, 50, 51, i64::MAX].map(is_group);
        assert_eq!(groups, [false, false, true, true, false, false]);
    }

    #[test]
    fn a_closed_day_is_changed_by_the_manager_only() {
        for (role, open, closed) in [
            (None, true, false),
            (Some(Role::Volunteer), true, false),
            (Some(Role::Supervisor), true, false),
            (Some(Role::Manager), true, true),
        ] {
            assert_eq!((may_change_visit(role, false), may_change_visit(role, true)), (open, closed), "{role:?}");
        }
    }

    #[test]
    fn a_text_is_cleaned_never_cut() {
        assert_eq!(clean("  王·买买提\u{202e} ", 60), Ok("王·买买提".into()));
        assert_eq!(clean("𬭎🐝'; DROP TABLE visit; <script>", 60), Ok("𬭎🐝'; DROP TABLE visit; <script>".into()));
        assert_eq!(clean(&"长".repeat(10_000), 60), Err(TextFault::Long));
        assert_eq!(clean(" \t\n", 60), Err(TextFault::Empty));
    }

    #[test]
    fn a_phone_has_digits_only() {
        assert_eq!(phone("138-0000 6021"), Some("13800006021".into()));
        assert_eq!(phone("1380000a021"), None);
        assert_eq!(phone("6021"), None);
    }
}
