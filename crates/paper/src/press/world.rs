//! What typst sees of the world: our templates, one file of plain data, the fonts of this PC. No disk, no network, no
//! package, no clock. What people typed reaches a template as JSON strings, which typst never reads as markup.

use super::fonts::{FontIndex, Fonts};
use crate::PaperError;
use serde::Serialize;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, comemo};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

const STYLE: &str = include_str!("../../templates/style.typ");

struct Sheet {
    library: LazyHash<Library>,
    main: Source,
    style: Source,
    data: (FileId, Bytes),
    fonts: Fonts,
}

/// Sets one template with its data and gives the PDF.
pub(super) fn print(template: &str, data: &impl Serialize) -> Result<Vec<u8>, PaperError> {
    let index = FontIndex::of_this_pc()?;
    let file = serde_json::to_vec(&serde_json::json!({ "font": index.family(), "it": data }));
    let file = file.map_err(|e| PaperError::Typesetting(e.to_string()))?;
    let sheet = Sheet {
        library: LazyHash::new(Library::default()),
        main: Source::new(id("main.typ"), template.to_owned()),
        style: Source::new(id("style.typ"), STYLE.to_owned()),
        data: (id("data.json"), Bytes::new(file)),
        fonts: index.fonts(),
    };
    let pdf = set(&sheet);
    // Nothing of a person stays behind in the layout cache, nor twenty megabytes of font.
    comemo::evict(0);
    pdf
}

fn set(sheet: &Sheet) -> Result<Vec<u8>, PaperError> {
    let document: PagedDocument = typst::compile(sheet).output.map_err(first)?;
    let options = PdfOptions { creator: Smart::Custom(None), ..PdfOptions::default() };
    typst_pdf::pdf(&document, &options).map_err(first)
}

/// The first fault only: the others follow from it.
fn first(faults: typst::ecow::EcoVec<typst::diag::SourceDiagnostic>) -> PaperError {
    PaperError::Typesetting(faults.first().map(|f| f.message.to_string()).unwrap_or_default())
}

fn id(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain file name is a path")).intern()
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let ours = [&self.main, &self.style].into_iter().find(|s| s.id() == id);
        ours.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
