//! Papers as a person would find them: the text is there, rare characters are drawn, nothing typed acts.

use fengxiang_paper::{Card, CardLayout, blank_register, operating_card, qr_svg, recovery_sheet, visitor_cards, words};
use std::path::PathBuf;
use std::process::Command;

const STATION: &str = "试用广场能量站";

/// The text of a PDF, as another program reads it; the file stays for eyes in the target folder.
fn text_of(name: &str, pdf: &[u8]) -> String {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, pdf).unwrap();
    let read = Command::new("pdftotext").args(["-layout"]).arg(&file).arg("-").output();
    let read = read.expect("pdftotext of poppler-utils is installed by cargo xtask test");
    assert!(read.status.success());
    String::from_utf8(read.stdout).unwrap()
}

fn pages(name: &str) -> usize {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let read = Command::new("pdfinfo").arg(file).output().unwrap();
    let text = String::from_utf8(read.stdout).unwrap();
    text.lines().find_map(|l| l.strip_prefix("Pages:")?.trim().parse().ok()).unwrap()
}

fn card(card_no: &str, alias: Option<&str>) -> Card {
    Card { card_no: card_no.into(), alias: alias.map(str::to_owned) }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_card_shows_station_number_and_how_the_person_is_called() {
    let pdf = visitor_cards(STATION, &[card("K23456789", Some("王师傅"))], CardLayout::Single).unwrap();
    let text = squeezed(&text_of("card.pdf", &pdf));
    for wanted in [STATION, "K23456789", "王师傅"] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert_eq!(pages("card.pdf"), 1);
}

#[test]
fn eight_cards_share_a_sheet_and_the_ninth_begins_another() {
    let cards: Vec<Card> = (0..9).map(|n| card(&format!("K2345678{n}"), None)).collect();
    let pdf = visitor_cards(STATION, &cards, CardLayout::Sheet).unwrap();
    let text = text_of("cards.pdf", &pdf);
    assert!(cards.iter().all(|c| text.contains(&c.card_no)));
    assert_eq!(pages("cards.pdf"), 2);
}

#[test]
fn rare_characters_are_drawn_not_boxed() {
    let pdf = visitor_cards("𬭎能量站", &[card("K23456789", Some("王·买买提𬭎"))], CardLayout::Single).unwrap();
    let text = squeezed(&text_of("rare.pdf", &pdf));
    assert!(text.contains("𬭎能量站") && text.contains("王·买买提𬭎"), "{text}");
    let fonts = Command::new("pdffonts").arg(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("rare.pdf")).output();
    let fonts = String::from_utf8(fonts.unwrap().stdout).unwrap();
    assert!(fonts.lines().skip(2).all(|l| l.contains("CJK")), "one family draws everything: {fonts}");
    assert_ne!(picture("𬭎"), picture("\u{10fffd}"), "a character without a glyph is drawn as a box");
}

/// The station's name as drawn, pixel by pixel.
fn picture(station: &str) -> Vec<u8> {
    let name = format!("picture-{:x}.pdf", station.chars().next().map_or(0, u32::from));
    let pdf = visitor_cards(station, &[card("K23456789", None)], CardLayout::Single).unwrap();
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, pdf).unwrap();
    let drawn = Command::new("pdftoppm").args(["-r", "100"]).arg(file).output().unwrap();
    assert!(drawn.stdout.len() > 1000);
    drawn.stdout
}

#[test]
fn what_people_typed_is_printed_and_never_acts() {
    let long = "长".repeat(10_000);
    let unbroken = "x".repeat(10_000);
    let payloads = [
        "#panic(\"x\")",
        "$x^2$ *bold* _it_ `raw` @ref <label>",
        "\"; #import \"@preview/cetz:0.3.0\": *",
        "\\u{41} \\\\ #read(\"/etc/passwd\")",
        "'; DROP TABLE visit; --",
        "<script>alert(1)</script>",
        "🐝🇨🇳👩‍🚒",
        "",
        &long,
        &unbroken,
    ];
    for (n, payload) in payloads.iter().enumerate() {
        let pdf = visitor_cards(payload, &[card("K23456789", Some(payload))], CardLayout::Single).unwrap();
        let name = format!("payload-{n}.pdf");
        let text = squeezed(&text_of(&name, &pdf));
        let start: String = squeezed(payload).chars().take(12).collect();
        assert!(n == 6 || text.contains(&start), "{payload} in {text}");
        assert!(text.contains("K23456789"));
        assert_eq!(pages(&name), 1);
        // Setting a paper takes its time without optimisation: the longest and the most dangerous will do.
        if ![0, 8, 9].contains(&n) {
            continue;
        }
        for (name, pdf) in [
            ("payload-recovery.pdf", recovery_sheet(payload, payload, &groups(), on()).unwrap()),
            ("payload-register.pdf", blank_register(payload, &[], &[]).unwrap()),
            ("payload-operating.pdf", operating_card(payload).unwrap()),
        ] {
            text_of(name, &pdf);
            assert_eq!(pages(name), 1, "{name}: {payload}");
        }
    }
}

fn groups() -> Vec<String> {
    fengxiang_domain::recovery::to_groups(&[7; 20])
}

fn on() -> chrono::NaiveDate {
    "2026-03-16".parse().unwrap()
}

#[test]
fn the_recovery_sheet_has_all_groups_and_says_what_it_is_for() {
    let text = squeezed(&text_of("recovery.pdf", &recovery_sheet(STATION, "GX03", &groups(), on()).unwrap()));
    for wanted in groups().iter().map(String::as_str).chain([STATION, "GX03", "2026年3月16日"]) {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert_eq!(pages("recovery.pdf"), 1);
}

#[test]
fn the_blank_register_has_the_columns_of_r01_and_25_lines_on_one_page() {
    let labels = words::Labels::default();
    let all = |list, codes: &[&str]| codes.iter().map(|c| labels.of(list, c)).collect::<Vec<_>>();
    let types = all("visitor_type", &fengxiang_domain::codes::VISITOR_TYPES);
    let items = all("service_item", &fengxiang_domain::codes::SERVICE_ITEMS);
    let pdf = blank_register(STATION, &types, &items).unwrap();
    let text = text_of("register.pdf", &pdf);
    for column in "序号 日期 到站时间 离站时间 称谓 服务对象类别 所属平台 服务项目 登记方式 值班人 签名 备注".split(' ')
    {
        assert!(squeezed(&text).contains(column), "{column} in {text}");
    }
    assert!(text.contains("外卖骑手"));
    assert!(text.lines().any(|l| l.trim() == "25"));
    assert_eq!(pages("register.pdf"), 1);
}

#[test]
fn the_operating_card_is_one_page() {
    let text = text_of("operating.pdf", &operating_card(STATION).unwrap());
    assert!(text.contains("前台操作卡") && text.contains("F5–F10"), "{text}");
    assert_eq!(pages("operating.pdf"), 1);
}

#[test]
fn a_code_is_a_picture_that_scales() {
    let svg = qr_svg("K23456789");
    assert!(svg.starts_with("<svg") && svg.contains("viewBox"), "{svg}");
}
