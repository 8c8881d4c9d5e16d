//! What can go wrong with a paper, as stable codes. Holds no sentence and no personal data.

#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// No Chinese font is installed on this PC.
    #[error("no font for Chinese was found")]
    FontMissing,
    #[error("typesetting: {0}")]
    Typesetting(String),
    #[error("writing a sheet: {0}")]
    Sheet(#[from] rust_xlsxwriter::XlsxError),
}
