//! Files that people hand in, good and bad.

use fengxiang_paper::excel::visitor_template;
use fengxiang_paper::import::{FileFault, ImportedRow, RowFault, Visitors, visitors};
use fengxiang_paper::words::Labels;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const HEADER: [&str; 6] = ["称谓*", "类别*", "所属平台", "姓名", "手机", "片区"];

fn read(file: &[u8]) -> Result<Visitors, FileFault> {
    visitors(file, &Labels::default())
}

fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([HEADER.as_slice()].iter().chain(rows)) {
        for (column, cell) in (0..).zip(*cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

fn row(row: u32, alias: &str) -> ImportedRow {
    let (visitor_type, platform) = ("01".into(), Some("p01".into()));
    ImportedRow { row, alias: alias.into(), visitor_type, platform, name: None, phone: None, work_area: None }
}

#[test]
fn the_template_itself_is_read_and_its_notes_are_no_visitor() {
    let template = visitor_template(&["01".into()], &["p01".into()], &Labels::default()).unwrap();
    assert_eq!(read(&template), Err(FileFault::Empty));
}

#[test]
fn words_and_codes_of_the_lists_are_both_understood() {
    let file = workbook(&[&["王师傅", "外卖骑手", "美团"], &["李师傅", "01", "p01"]]);
    assert_eq!(read(&file).unwrap().rows, [row(2, "王师傅"), row(3, "李师傅")]);
    let mut labels = Labels::default();
    labels.put("visitor_type", "51", "代购员");
    let own = visitors(&workbook(&[&["王师傅", "代购员"]]), &labels).unwrap();
    assert_eq!(own.rows[0].visitor_type, "51");
}

#[test]
fn every_fault_names_its_row_and_field_and_no_person() {
    let long = "长".repeat(10_000);
    let file = workbook(&[
        &["", "外卖骑手"],
        &["王师傅", "飞行员"],
        &["王师傅", "外卖骑手", "某团"],
        &["王师傅", "外卖骑手", "", "", "1380000a021"],
        &[&long, "外卖骑手"],
        &["王师傅", ""],
        &["李师傅", "外卖骑手", "", "", "13800006021"],
        &["李师傅", "外卖骑手", "", "", "138 0000 6021"],
        &["", "", "", "", "", ""],
    ]);
    let fault = |row, field, code| RowFault { row, field, code };
    let read = read(&file).unwrap();
    assert_eq!(
        read.faults,
        [
            fault(2, "alias", "import_missing"),
            fault(3, "visitor_type", "import_unknown_word"),
            fault(4, "platform", "import_unknown_word"),
            fault(5, "phone", "invalid_field"),
            fault(6, "alias", "too_long"),
            fault(7, "visitor_type", "import_missing"),
            fault(9, "phone", "import_twice"),
        ]
    );
    assert_eq!(read.rows.len(), 1);
}

#[test]
fn a_formula_is_its_last_value_and_a_date_or_number_is_a_text() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(HEADER) {
        sheet.write_string(0, column, name).unwrap();
    }
    sheet.write_formula(1, 0, Formula::new("=CONCAT(\"王\",\"师傅\")").set_result("王师傅")).unwrap();
    sheet.write_string(1, 1, "外卖骑手").unwrap();
    sheet.write_formula(1, 3, Formula::new("=WEBSERVICE(\"http://example.invalid\")").set_result("")).unwrap();
    sheet.write_number(1, 4, 13_800_006_021.0).unwrap();
    let date = ExcelDateTime::from_ymd(2026, 3, 16).unwrap();
    sheet.write_datetime_with_format(1, 5, &date, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    let one = read(&book.save_to_buffer().unwrap()).unwrap().rows.remove(0);
    assert_eq!((one.alias.as_str(), one.phone.as_deref()), ("王师傅", Some("13800006021")));
    assert!(one.work_area.is_some_and(|w| !w.is_empty()));
    let text = workbook(&[&["王师傅", "外卖骑手", "", "", "", "2026年3月16日"]]);
    assert_eq!(read(&text).unwrap().rows[0].work_area.as_deref(), Some("2026年3月16日"));
}

#[test]
fn a_table_of_text_is_read_in_utf8_and_in_gbk() {
    let text = "称谓,类别,所属平台\r\n王·买买提,外卖骑手,美团\r\n";
    let gbk = encoding_rs::GBK.encode(text).0.into_owned();
    let rare = "称谓,类别,所属平台\n𬭎师傅,外卖骑手,美团\n";
    let rare_gb18030 = encoding_rs::GB18030.encode(rare).0.into_owned();
    for file in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), gbk] {
        assert_eq!(read(&file).unwrap().rows, [row(2, "王·买买提")]);
    }
    for file in [rare.as_bytes().to_vec(), rare_gb18030] {
        assert_eq!(read(&file).unwrap().rows, [row(2, "𬭎师傅")]);
    }
    assert_eq!(read(b"\xff\xff\xff,\xff"), Err(FileFault::UnknownEncoding));
}

#[test]
fn payloads_stay_texts() {
    for payload in ["=1+1", "'; DROP TABLE visitor; --", "<script>alert(1)</script>", "#panic(\"x\")", "🐝"] {
        let file = workbook(&[&[payload, "外卖骑手"]]);
        assert_eq!(read(&file).unwrap().rows[0].alias, payload);
    }
}

#[test]
fn what_is_no_table_is_said_so() {
    let old = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat();
    assert_eq!(read(&old), Err(FileFault::OldExcel), "an .xls that was renamed");
    assert_eq!(read(&zip(&[("readme.txt", 10)])), Err(FileFault::NotTable));
    assert_eq!(read(b"PK\x03\x04 and then nothing"), Err(FileFault::NotTable));
    assert_eq!(read(b"\x89PNG\r\n\0\0"), Err(FileFault::NotTable));
    assert_eq!(read(b""), Err(FileFault::NoHeader));
    assert_eq!(read("一,二\n三,四\n".as_bytes()), Err(FileFault::NoHeader));
    assert_eq!(read(&vec![b'a'; 10 * 1024 * 1024 + 1]), Err(FileFault::TooLarge));
}

/// An archive of zeros, so many megabytes each.
fn zip(parts: &[(&str, usize)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let megabyte = vec![b' '; 1024 * 1024];
    for (name, megabytes) in parts {
        writer.start_file(*name, options).unwrap();
        (0..*megabytes).for_each(|_| writer.write_all(&megabyte).unwrap());
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_is_refused_by_its_directory() {
    let bomb = zip(&[("xl/workbook.xml", 1), ("xl/worksheets/sheet1.xml", 101)]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(read(&bomb), Err(FileFault::UnpacksTooLarge));
}

#[test]
fn a_zip_bomb_that_lies_about_its_size_is_refused_while_it_inflates() {
    let mut bomb = zip(&[("xl/workbook.xml", 1), ("xl/worksheets/sheet1.xml", 101)]);
    let true_size = (101u32 * 1024 * 1024).to_le_bytes();
    let places: Vec<usize> = (0..bomb.len() - 4).filter(|i| bomb[*i..*i + 4] == true_size).collect();
    assert!(!places.is_empty());
    for at in places {
        bomb[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
    }
    let refused = read(&bomb);
    assert!(matches!(refused, Err(FileFault::UnpacksTooLarge | FileFault::NotTable)), "{refused:?}");
}

#[test]
fn three_hundred_thousand_rows_are_refused() {
    let text = format!("称谓,类别\n{}", "王师傅,外卖骑手\n".repeat(300_000));
    assert_eq!(read(text.as_bytes()), Err(FileFault::TooManyCells));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..300_000 {
        sheet.write_string(row, 0, "王师傅").unwrap();
    }
    assert_eq!(read(&book.save_to_buffer().unwrap()), Err(FileFault::TooManyCells));
}

#[test]
fn one_cell_at_the_far_end_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(HEADER) {
        sheet.write_string(0, column, name).unwrap();
    }
    sheet.write_string(1_048_575, 16_383, "x").unwrap();
    assert_eq!(read(&book.save_to_buffer().unwrap()), Err(FileFault::Empty));
}
