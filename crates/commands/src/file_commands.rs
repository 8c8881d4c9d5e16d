//! Papers and files: printing to a place somebody chose, and showing what was saved. File names carry no person.

use crate::api::*;
use crate::app::{Call, Context};
use crate::policy::KEEPERS;
use chrono::NaiveDate;
use fengxiang_desk::DeskError;
use fengxiang_desk::store::Reader;
use fengxiang_domain::codes::{CodeList, SERVICE_ITEMS, VISITOR_TYPES};
use fengxiang_domain::ids::VisitorId;
use fengxiang_domain::time::business_on;
use fengxiang_paper::words::Labels;
use fengxiang_paper::{Card, PaperError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Fifty sheets at a time: what a printer holds.
const CARDS_MAX: usize = 400;

/// Asks for a place, writes the bytes there and leaves a line in the trail, or one for each object; `None` when the person
/// closed the dialog. The file takes its place last: one without a line would be worse than a line too many.
pub(crate) fn save(
    context: &Context,
    name: &str,
    verb: &'static str,
    objects: &[String],
    bytes: impl FnOnce() -> Result<Vec<u8>, Failure>,
) -> Result<Call<Option<FileSaved>>, Failure> {
    let Some(path) = context.choose_save(name)? else { return Ok(Call::read(None)) };
    let bytes = bytes()?;
    let waiting = Waiting::write(&path, &bytes).map_err(DeskError::from)?;
    context.write(verb, |w| {
        w.name_objects(objects);
        Ok(())
    })?;
    waiting.take_place().map_err(DeskError::from)?;
    context.keep_saved(&path);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let size_bytes = i64::try_from(bytes.len()).map_err(|_| Failure::new("internal"))?;
    Ok(Call::read(Some(FileSaved { path: path.to_string_lossy().into_owned(), name, size_bytes })))
}

/// A whole file beside its place: what stood there before is replaced by all of it or not at all.
struct Waiting<'a> {
    file: PathBuf,
    place: &'a Path,
}

impl<'a> Waiting<'a> {
    /// Fails where the place cannot be taken: a folder, or a table that is open in another program.
    fn write(place: &'a Path, bytes: &[u8]) -> io::Result<Self> {
        must_be_replaceable(place)?;
        let mut file = place.as_os_str().to_owned();
        file.push(".part");
        let waiting = Self { file: file.into(), place };
        let mut file = File::create(&waiting.file)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(waiting)
    }

    fn take_place(self) -> io::Result<()> {
        fs::rename(&self.file, self.place)
    }
}

/// What did not come to its place is nobody's: its name was ours.
impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

fn must_be_replaceable(place: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).open(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Only what this session has saved: a window cannot have any other file opened.
pub(crate) fn file_show(context: &Context, request: FileOpen) -> Result<Call<()>, Failure> {
    let path = Path::new(&request.path);
    if !context.is_saved(path) {
        return Err(Failure::new("not_allowed"));
    }
    context.host().show(path).map_err(|_| Failure::new("no_viewer"))?;
    Ok(Call::read(()))
}

pub(crate) fn paper_save(context: &Context, request: PaperRequest) -> Result<Call<Option<FileSaved>>, Failure> {
    let station = context.desk()?.reader().get_station()?;
    let labels = labels(&context.desk()?.reader())?;
    let words = |list, codes: &[&str]| codes.iter().map(|c| labels.of(list, c)).collect::<Vec<_>>();
    let (kind, verb) = match request.paper {
        Paper::BlankRegister => ("blank-register", "print_blank_register"),
        Paper::OperatingCard => ("operating-card", "print_operating_card"),
    };
    save(context, &format!("{}-{kind}.pdf", station.code), verb, &[], || match request.paper {
        Paper::BlankRegister => {
            let (types, items) = (words("visitor_type", &VISITOR_TYPES), words("service_item", &SERVICE_ITEMS));
            Ok(fengxiang_paper::blank_register(&station.name, &types, &items)?)
        }
        Paper::OperatingCard => Ok(fengxiang_paper::operating_card(&station.name)?),
    })
}

/// While the key was shown and not typed back; afterwards nobody has it any more.
pub(crate) fn recovery_print(context: &Context, (): ()) -> Result<Call<Option<FileSaved>>, Failure> {
    let groups = context.unconfirmed_recovery().ok_or_else(|| Failure::new("not_found"))?;
    let station = context.desk()?.reader().get_station()?;
    let on = today(context)?;
    let name = format!("{}-recovery-{}.pdf", station.code, compact(on));
    save(context, &name, "print_recovery", &[], || {
        Ok(fengxiang_paper::recovery_sheet(&station.name, &station.code, &groups, on)?)
    })
}

pub(crate) fn visitor_card_picture(context: &Context, request: VisitorEntry) -> Result<Call<CardPicture>, Failure> {
    let visitor = VisitorId::parse(&request.visitor_id).ok_or_else(|| Failure::new("not_found"))?;
    let card_no = context.desk()?.reader().get_visitor(visitor)?.card_no;
    let svg = fengxiang_paper::qr_svg(&card_no);
    Ok(Call::read(CardPicture { card_no, svg }))
}

/// A volunteer prints the card of who stands there; many at once are for those who keep the records.
pub(crate) fn visitor_card_save(context: &Context, request: CardRequest) -> Result<Call<Option<FileSaved>>, Failure> {
    let is_many = request.visitor_ids.len() > 1 || matches!(request.layout, CardLayout::Sheet);
    let is_keeper = context.session.as_ref().is_some_and(|s| KEEPERS.contains(&s.role));
    if is_many && !is_keeper {
        return Err(Failure::new("not_allowed"));
    }
    if !(1..=CARDS_MAX).contains(&request.visitor_ids.len()) {
        return Err(Failure::invalid("visitor_ids"));
    }
    let station = context.desk()?.reader().get_station()?;
    let cards = cards(&context.desk()?.reader(), &request.visitor_ids)?;
    let layout = match request.layout {
        CardLayout::Single => fengxiang_paper::CardLayout::Single,
        CardLayout::Sheet => fengxiang_paper::CardLayout::Sheet,
    };
    let name = format!("{}-cards-{}.pdf", station.code, compact(today(context)?));
    save(context, &name, "print_cards", &request.visitor_ids, || {
        Ok(fengxiang_paper::visitor_cards(&station.name, &cards, layout)?)
    })
}

fn cards(reader: &Reader, ids: &[String]) -> Result<Vec<Card>, Failure> {
    let card = |id: &String| {
        let row = reader.get_visitor(VisitorId::parse(id).ok_or_else(|| Failure::new("not_found"))?)?;
        Ok(Card { card_no: row.card_no, alias: Some(row.alias) })
    };
    ids.iter().map(card).collect()
}

/// What the codes are called here.
pub(crate) fn labels(reader: &Reader) -> Result<Labels, Failure> {
    let mut labels = Labels::default();
    for list in [CodeList::VisitorType, CodeList::Platform, CodeList::ServiceItem] {
        for row in reader.list_codes(list)? {
            if let Some(label) = &row.label {
                labels.put(list.name(), &row.code, label);
            }
        }
    }
    Ok(labels)
}

pub(crate) fn today(context: &Context) -> Result<NaiveDate, Failure> {
    Ok(business_on(context.desk()?.now_ms(), 0))
}

/// A date in a file name.
pub(crate) fn compact(on: NaiveDate) -> String {
    on.format("%Y%m%d").to_string()
}

impl From<PaperError> for Failure {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::FontMissing => Failure::new("font_missing"),
            PaperError::Typesetting(detail) => Failure::new("internal").with("detail", detail),
            PaperError::Sheet(detail) => Failure::new("internal").with("detail", detail),
        }
    }
}
