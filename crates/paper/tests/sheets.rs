//! Excel files as another program reads them: titles, figures, and no formula wherever it was typed.

use calamine::{Data, Range, Reader, Xlsx};
use fengxiang_domain::report::{AnonymousTally, Facts, ServiceTally, Step, Table, table};
use fengxiang_paper::excel::{Head, RegisterEntry, VisitTable, register, visit_table, visitor_template};
use fengxiang_paper::words::Labels;
use std::io::{Cursor, Read};

const RISKY: [&str; 12] = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =cmd|' /C calc'!A0",
    "\u{feff}=HYPERLINK(\"x\")",
];

fn sheet(file: &[u8]) -> Range<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    book.worksheet_range_at(0).unwrap().unwrap()
}

fn part(file: &[u8], name: &str) -> String {
    let mut text = String::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn texts(range: &Range<Data>, row: usize) -> Vec<String> {
    range.rows().nth(row).unwrap().iter().map(ToString::to_string).collect()
}

fn head(station: &str) -> Head {
    let on = |text: &str| text.parse().unwrap();
    Head { station: station.into(), from: on("2026-03-01"), to: on("2026-03-31"), filled_on: on("2026-04-01") }
}

fn facts() -> Facts {
    let tally = |on: &str, kind: &str, channel: &str, people| AnonymousTally {
        on: on.parse().unwrap(),
        hour: 9,
        visitor_type: kind.into(),
        channel: channel.into(),
        people,
    };
    Facts {
        anonymous: vec![
            tally("2026-02-10", "01", "desk", 10),
            tally("2026-03-02", "01", "desk", 8),
            tally("2026-03-02", "07", "self", 2),
            tally("2026-03-03", "08", "backfill", 3),
        ],
        services: vec![ServiceTally { on: "2026-03-02".parse().unwrap(), item: "V01".into(), count: 4 }],
        ..Facts::default()
    }
}

fn r02(station: &str, labels: &Labels, step: Step) -> Vec<u8> {
    let head = head(station);
    let Table { rows, total, .. } = table(&facts(), step, head.from, head.to);
    visit_table(&VisitTable {
        head,
        step,
        rows: &rows,
        total: &total,
        opening: 500,
        ever: 523,
        opening_problems: 47,
        labels,
    })
    .unwrap()
}

#[test]
fn r02_has_the_columns_officials_know_and_its_rows_add_up() {
    let range = sheet(&r02("试用广场能量站", &Labels::default(), Step::Day));
    assert_eq!(texts(&range, 0)[0], "服务人次统计表（日）");
    let header = "日期 外卖骑手 快递员 网约车 货车 主播 其他新就业 其他群体 合计人次 其中登记人数（不含匿名） 基础项次 增值项次 党建项次 自助/计数 补录 同比 环比";
    assert_eq!(texts(&range, 2).join(" "), header);
    let total = 3 + 31;
    assert_eq!(texts(&range, total)[..9], ["合计", "8", "0", "0", "0", "0", "2", "3", "13"]);
    assert_eq!(texts(&range, total)[9..17], ["0", "0", "4", "0", "2", "3", "—", "0.3"]);
    for column in 1..15 {
        let number = |row: usize| range.rows().nth(row).unwrap()[column].to_string().parse::<i64>().unwrap();
        assert_eq!((3..total).map(number).sum::<i64>(), number(total), "column {column}");
    }
    let all: String = range.rows().flatten().map(ToString::to_string).collect();
    for wanted in [
        "填报单位（盖章）：试用广场能量站",
        "填报日期：2026年4月1日",
        "统计期：2026年3月1日 至 2026年3月31日",
        "期初累计 500 人次",
        "523 人次",
        "期初累计解决问题 47 件（启用本软件之前，单列）",
        "“其他新就业”含：代驾 2",
        "“其他群体”含：家政 3",
        "填表人：",
        "审核人：",
        "负责人：",
    ] {
        assert!(all.contains(wanted), "{wanted} in {all}");
    }
}

#[test]
fn rows_are_named_by_their_step() {
    let first = |step| texts(&sheet(&r02("站", &Labels::default(), step)), 3)[0].clone();
    assert_eq!(first(Step::Day), "2026年3月1日");
    assert_eq!(first(Step::Week), "2026-03-01 至 03-01");
    assert_eq!((first(Step::Month), first(Step::Year)), ("2026年3月".into(), "2026年".into()));
}

#[test]
fn a_page_is_a4_with_its_header_on_every_page() {
    let xml = part(&r02("站", &Labels::default(), Step::Day), "xl/worksheets/sheet1.xml");
    for wanted in
        ["paperSize=\"9\"", "orientation=\"landscape\"", "fitToHeight=\"0\"", "fitToPage=\"1\"", "<mergeCell "]
    {
        assert!(xml.contains(wanted), "{wanted}");
    }
    let book = part(&r02("站", &Labels::default(), Step::Day), "xl/workbook.xml");
    assert!(book.contains("Print_Titles"));
}

#[test]
fn nothing_that_was_typed_becomes_a_formula() {
    for risky in RISKY {
        let mut labels = Labels::default();
        for (list, code) in
            [("visitor_type", "01"), ("visitor_type", "07"), ("platform", "p01"), ("service_item", "B01")]
        {
            labels.put(list, code, risky);
        }
        let entry = RegisterEntry {
            at_ms: 1_773_622_800_000,
            left_at_ms: None,
            alias: Some(risky.into()),
            visitor_type: "01".into(),
            platform: Some("p01".into()),
            people: 1,
            items: vec!["B01".into()],
            channel: "desk".into(),
            is_same_visit: false,
            on_duty: vec![risky.into()],
        };
        let r01 = register(&head(risky), &[entry], &[("V02".into(), 1)], &labels).unwrap();
        assert_eq!(texts(&sheet(&r01), 3)[4], risky, "the text is whole");
        assert!(part(&r01, "xl/styles.xml").contains("quotePrefix"), "it stays a text when somebody edits it: {risky}");
        let template = visitor_template(&["01".into()], &["p01".into()], &labels).unwrap();
        for file in [r01, r02(risky, &labels, Step::Day), template] {
            let xml = part(&file, "xl/worksheets/sheet1.xml");
            assert!(!xml.contains("<f>") && !xml.contains("<f "), "{risky}");
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
            let name = book.sheet_names()[0].clone();
            assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{risky}");
        }
    }
    let entry_file = r02("=1+1", &Labels::default(), Step::Day);
    assert!(!part(&entry_file, "xl/styles.xml").contains("quotePrefix"), "a name behind a word is harmless");
}

#[test]
fn r01_has_its_columns_and_ten_thousand_characters_do_not_hurt() {
    let long = "长".repeat(10_000);
    let entry = |at_ms, is_same_visit| RegisterEntry {
        at_ms,
        left_at_ms: Some(at_ms + 1_200_000),
        alias: Some(long.clone()),
        visitor_type: "13".into(),
        platform: None,
        people: if is_same_visit { 1 } else { 7 },
        items: vec!["B01".into(), "V01".into()],
        channel: "backfill".into(),
        is_same_visit,
        on_duty: vec!["志愿者乙".into()],
    };
    let entries = [entry(1_773_622_800_000, false), entry(1_773_623_800_000, true)];
    let file = register(&head("站"), &entries, &[("V02".into(), 2)], &Labels::default()).unwrap();
    let range = sheet(&file);
    let header = "序号 日期 到站时间 离站时间 称谓 服务对象类别 所属平台 服务项目 登记方式 值班人 签名(可空) 备注";
    assert_eq!(texts(&range, 2).join(" "), header);
    let line = texts(&range, 3);
    assert_eq!(line[..4], ["1", "2026年3月16日", "09:00", "09:20"]);
    assert_eq!(line[4], long);
    assert_eq!(line[5..], ["其他", "", "饮水、图书", "纸质补录", "志愿者乙", "", "7 人一组"]);
    assert_eq!(texts(&range, 5)[1], "7 人次", "who came again within the hour is not counted again");
    let all: String = range.rows().flatten().map(ToString::to_string).collect();
    assert!(all.contains("另有不与个人关联的服务项次：法律咨询 2"));
}
