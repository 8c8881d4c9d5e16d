//! The text of an invitation as a QR code carries it: where the hub is, the code, and a secret that the hub never sees. With it
//! keys come without anybody comparing two screens.

use zeroize::Zeroizing;

/// Opens the text, so that another form can join later.
const FORM: &str = "FX1";
const SECRET_BYTES: usize = 16;

/// What somebody scans or pastes.
pub struct InvitationText {
    pub address: String,
    pub code: String,
    pub secret: Zeroizing<[u8; SECRET_BYTES]>,
}

impl InvitationText {
    pub fn write(&self) -> String {
        let secret: String = self.secret.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("{FORM} {} {secret} {}", self.code, self.address)
    }

    /// `None`: a code that was typed, or nothing of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace();
        let (form, code, secret, address) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if !form.eq_ignore_ascii_case(FORM) || parts.next().is_some() || secret.len() != 2 * SECRET_BYTES {
            return None;
        }
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(secret.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self { address: address.to_owned(), code: code.to_owned(), secret: bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_read_as_it_was_written() {
        let text = InvitationText {
            address: "https://hub.example:8443".into(),
            code: "AB12C3D4E5".into(),
            secret: Zeroizing::new([0xa5; 16]),
        };
        let read = InvitationText::parse(&text.write()).unwrap();
        assert_eq!((read.address, read.code, read.secret), (text.address, text.code, text.secret));
    }

    #[test]
    fn a_code_or_a_damaged_text_is_none() {
        for text in ["AB12C3D4E5", "", "FX1 AB12C3D4E5", "FX1 AB12C3D4E5 zz https://hub", "FX2 a b c", "FX1 码 密 址"]
        {
            assert!(InvitationText::parse(text).is_none(), "{text}");
        }
    }
}
