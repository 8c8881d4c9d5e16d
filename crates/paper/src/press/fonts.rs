//! The fonts of this PC. They are looked up once; a font itself is in memory only while a paper is being set.

use crate::PaperError;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// In the order of preference; Noto comes with our package on Linux, the second stands on every Windows.
const FAMILIES: [&str; 4] = ["Noto Sans CJK SC", "Microsoft YaHei", "Source Han Sans SC", "PingFang SC"];

pub(super) struct FontIndex {
    book: LazyHash<FontBook>,
    places: Vec<(PathBuf, u32)>,
    family: &'static str,
}

impl FontIndex {
    pub fn of_this_pc() -> Result<&'static Self, PaperError> {
        static INDEX: OnceLock<Option<FontIndex>> = OnceLock::new();
        INDEX.get_or_init(scan).as_ref().ok_or(PaperError::FontMissing)
    }

    pub fn family(&self) -> &'static str {
        self.family
    }

    pub fn fonts(&'static self) -> Fonts {
        Fonts { index: self, loaded: self.places.iter().map(|_| OnceLock::new()).collect() }
    }
}

fn scan() -> Option<FontIndex> {
    let (mut book, mut places) = (FontBook::new(), Vec::new());
    for (place, font) in typst_kit::fonts::system() {
        book.push(font);
        places.push((place.path, place.index));
    }
    let family = FAMILIES.into_iter().find(|f| book.contains_family(&f.to_lowercase()))?;
    Some(FontIndex { book: LazyHash::new(book), places, family })
}

/// The fonts one paper has used so far.
pub(super) struct Fonts {
    index: &'static FontIndex,
    loaded: Vec<OnceLock<Option<Font>>>,
}

impl Fonts {
    pub fn book(&self) -> &LazyHash<FontBook> {
        &self.index.book
    }

    pub fn font(&self, index: usize) -> Option<Font> {
        let (path, face) = self.index.places.get(index)?;
        let load = || Font::new(Bytes::new(fs::read(path).ok()?), *face);
        self.loaded.get(index)?.get_or_init(load).clone()
    }
}
