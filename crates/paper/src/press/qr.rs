//! A card number as a QR code.

use fast_qr::convert::Builder;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::{ECL, QRBuilder};

/// Blank modules around the code, as the standard asks for.
const QUIET_ZONE: usize = 4;

/// The picture of a text of at most some hundred characters. Cards are carried in pockets: a quarter may be scratched.
pub fn qr_svg(text: &str) -> String {
    let code = QRBuilder::new(text).ecl(ECL::Q).build();
    code.map(|qr| SvgBuilder::default().margin(QUIET_ZONE).to_str(&qr)).unwrap_or_default()
}
