//! Files that leave or enter the desk. The person chooses the place in a dialog of the system; a window never states it.

use super::shapes;

shapes! {
    /// A file that was written; `null` instead of it means that the person closed the dialog.
    struct FileSaved {
        pub path: String,
        pub name: String,
        pub size_bytes: i64,
    }

    /// A file of this session, to be shown by the system's own program.
    struct FileOpen { pub path: String }

    struct PaperRequest { pub paper: Paper }

    /// Papers without a person: the blank register (R01), the volunteers' card of how to use the desk.
    #[derive(Copy, PartialEq, Eq)]
    enum Paper { BlankRegister, OperatingCard }

    struct CardRequest {
        pub visitor_ids: Vec<String>,
        pub layout: CardLayout,
    }

    /// One card, or an A4 sheet of eight.
    #[derive(Copy, PartialEq, Eq)]
    enum CardLayout { Single, Sheet }

    /// A row of the file that cannot be taken, by its number in the sheet; `field` names the column.
    struct ImportFault {
        pub row: i64,
        pub field: Option<String>,
        pub code: String,
    }

    /// A row as it would be written.
    struct ImportRow {
        pub row: i64,
        pub alias: String,
        pub visitor_type: String,
        pub platform: Option<String>,
        pub phone_tail: Option<String>,
        pub has_lookalike: bool,
    }

    /// What the file holds. Rows are at most the first hundred; nothing is written before `visitor_import_commit`.
    struct ImportPreview {
        pub token: String,
        pub file_name: String,
        pub row_count: i64,
        pub rows: Vec<ImportRow>,
        pub faults: Vec<ImportFault>,
    }

    struct ImportCommit {
        pub token: String,
        /// The importer says that these people were told and agreed, on paper.
        pub consent_on_paper: bool,
    }

    struct ImportDone { pub added: i64 }
}
