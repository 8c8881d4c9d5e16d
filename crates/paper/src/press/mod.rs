//! The papers: what stands on each, as data for its template.

mod fonts;
mod qr;
mod world;

pub use qr::qr_svg;

use crate::PaperError;
use crate::words;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;
use world::print;

/// What fits on A4 with room for a pen.
const REGISTER_LINES: usize = 25;

/// What a visitor's card shows; a phone is on no card.
#[derive(Debug, Clone)]
pub struct Card {
    pub card_no: String,
    /// How the person is called, where that is wanted on the card.
    pub alias: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardLayout {
    /// One card on a page of its own size.
    Single,
    /// Eight cards on A4, to be cut.
    Sheet,
}

#[derive(Serialize)]
struct PrintedCard<'a> {
    no: String,
    alias: Option<&'a str>,
    qr: String,
}

/// Cards to hand out, as many pages as it takes.
pub fn visitor_cards(station: &str, cards: &[Card], layout: CardLayout) -> Result<Vec<u8>, PaperError> {
    let printed: Vec<PrintedCard> = cards
        .iter()
        .map(|c| PrintedCard { no: c.card_no.clone(), alias: c.alias.as_deref(), qr: qr_svg(&c.card_no) })
        .collect();
    let is_sheet = layout == CardLayout::Sheet;
    let data = json!({ "station": station, "cards": printed, "is_sheet": is_sheet, "words": words::of("card") });
    print(include_str!("../../templates/card.typ"), &data)
}

/// The recovery key, to be locked away.
pub fn recovery_sheet(station: &str, code: &str, groups: &[String], on: NaiveDate) -> Result<Vec<u8>, PaperError> {
    let data = json!({
        "station": station, "code": code, "groups": groups, "on": words::date(on), "words": words::of("recovery"),
    });
    print(include_str!("../../templates/recovery.typ"), &data)
}

/// The register to be filled by hand while there is no power or no PC: R01's columns, 25 lines.
/// Beneath stand the words for what is most often written, in the station's own choice.
pub fn blank_register(station: &str, types: &[String], items: &[String]) -> Result<Vec<u8>, PaperError> {
    let data = json!({
        "station": station, "columns": words::list("register", "columns"), "lines": REGISTER_LINES,
        "types": types.join("  "), "items": items.join("  "), "words": words::of("register"),
    });
    print(include_str!("../../templates/register.typ"), &data)
}

/// How to use the desk, on one page for volunteers.
pub fn operating_card(station: &str) -> Result<Vec<u8>, PaperError> {
    let data = json!({ "station": station, "words": words::of("operating") });
    print(include_str!("../../templates/operating.typ"), &data)
}
