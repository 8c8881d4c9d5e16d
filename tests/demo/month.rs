//! What happens on one day of the demo: planned by dice, then lived minute by minute.

use crate::desk::Demo;
use crate::people::{Team, text};
use anyhow::Result;
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;
const OPENS_MIN: i64 = 8 * 60;
const CHANGES_MIN: i64 = 14 * 60;
const CLOSES_MIN: i64 = 21 * 60;

/// Arrivals that are planned for a working day; a weekend has fewer.
const ARRIVALS: u32 = 57;
const WEEKEND_ARRIVALS: u32 = 45;
/// How busy each hour is from 8 to 20 o'clock: two meals and a rest.
const HOURS: [u32; 13] = [3, 4, 4, 8, 9, 8, 6, 5, 4, 6, 7, 5, 3];

/// Who comes without a name, by weight.
const TYPES: [(&str, u32); 12] = [
    ("01", 40),
    ("02", 25),
    ("03", 8),
    ("05", 8),
    ("09", 6),
    ("12", 4),
    ("08", 3),
    ("10", 3),
    ("11", 3),
    ("04", 2),
    ("07", 2),
    ("06", 1),
];

/// What they come for, in per mille of arrivals.
const WISHES: [(&str, u32); 22] = [
    ("B01", 550),
    ("B05", 420),
    ("B03", 300),
    ("B07", 180),
    ("B10", 140),
    ("B06", 90),
    ("B09", 45),
    ("B08", 30),
    ("B04", 10),
    ("V01", 55),
    ("V08", 50),
    ("V05", 22),
    ("V11", 15),
    ("V09", 14),
    ("V02", 10),
    ("V10", 6),
    ("P04", 40),
    ("P03", 32),
    ("P05", 12),
    ("P02", 6),
    ("P01", 4),
    ("P06", 3),
];

const TICKETS: [(i64, &str, &str); 6] = [
    (3, "03", "演示小区东门不让骑手进，餐都凉了"),
    (8, "04", "样板路换电柜坏了三天"),
    (13, "01", "上个月的跑单费少算了"),
    (17, "07", "暑假孩子没人看"),
    (22, "05", "广场南侧晚上没有地方歇脚"),
    (28, "02", "雨天摔了一跤，不知道怎么报"),
];
const NOTES: [(i64, &str); 5] = [
    (2, "饮水机滤芯该换了，已打电话"),
    (9, "周四有义诊，提前摆桌子"),
    (16, "3 号充电口接触不好，先别用"),
    (27, "样板路换电柜等厂家回话"),
    (29, "下午有人来量灭火器柜尺寸"),
];
/// The day on which water was off, and the day on which power was: that hour is typed from paper.
const PAUSED_DAY: i64 = 11;
const PAPER_DAY: i64 = 18;

pub struct Day {
    pub no: i64,
    pub starts_at: i64,
    /// Nothing happens after this.
    pub now: i64,
}

enum Event {
    Open,
    Change,
    Close,
    Arrive {
        people: i64,
        visitor: Option<String>,
        visitor_type: &'static str,
        items: Vec<&'static str>,
        stays_min: i64,
    },
    Ticket {
        category: &'static str,
        sentence: &'static str,
    },
    Note(&'static str),
    Pause,
    Resume,
    Backfill,
}

/// Lives a day up to its end or to now.
pub fn live(demo: &mut Demo, day: &Day, team: &Team, visitors: &[String]) -> Result<()> {
    let mut events = plan(demo, day, visitors);
    events.sort_by_key(|(minute, _)| *minute);
    let mut guests: Vec<(i64, String)> = Vec::new();
    for (minute, event) in events {
        let at = day.starts_at + minute * MINUTE_MS;
        if at > day.now {
            break;
        }
        see_off(demo, &mut guests, at)?;
        demo.turn_to(at);
        if let Some((stays_min, visit)) = happen(demo, day, team, event)? {
            guests.push((at + stays_min * MINUTE_MS, visit));
        }
    }
    see_off(demo, &mut guests, day.now)
}

/// Those whose time is up leave; one in eight forgets to say so.
fn see_off(demo: &mut Demo, guests: &mut Vec<(i64, String)>, until: i64) -> Result<()> {
    guests.sort();
    while guests.first().is_some_and(|(at, _)| *at <= until) {
        let (at, visit) = guests.remove(0);
        demo.turn_to(at);
        if !demo.chance(125) {
            demo.ask("visit_leave", json!({ "visit_id": visit }))?;
        }
    }
    Ok(())
}

fn plan(demo: &mut Demo, day: &Day, visitors: &[String]) -> Vec<(i64, Event)> {
    let mut events = vec![(OPENS_MIN - 10, Event::Open), (CHANGES_MIN, Event::Change), (CLOSES_MIN + 10, Event::Close)];
    events.extend(arrivals(demo, day, visitors));
    if day.no == PAUSED_DAY {
        events.retain(|(minute, _)| !(15 * 60..16 * 60).contains(minute));
        events.extend([(15 * 60, Event::Pause), (16 * 60 - 1, Event::Resume)]);
    }
    if day.no == PAPER_DAY {
        events.retain(|(minute, _)| !(10 * 60..11 * 60).contains(minute));
        events.push((11 * 60 + 20, Event::Backfill));
    }
    let of_today = |no: i64| no == day.no;
    events.extend(
        TICKETS
            .iter()
            .filter(|t| of_today(t.0))
            .map(|(_, category, sentence)| (13 * 60, Event::Ticket { category, sentence })),
    );
    events.extend(NOTES.iter().filter(|n| of_today(n.0)).map(|(_, note)| (10 * 60 + 30, Event::Note(note))));
    events
}

/// Every registered visitor comes at most once a day; the others are a type and a number.
fn arrivals(demo: &mut Demo, day: &Day, visitors: &[String]) -> Vec<(i64, Event)> {
    // The first of January 1970 was a Thursday; a day here begins eight hours before the one in UTC.
    let is_weekend = (day.starts_at.div_euclid(crate::DAY_MS) + 4) % 7 >= 5;
    let mut known = visitors.to_vec();
    demo.dice.shuffle(&mut known);
    known.truncate(demo.dice.usize(18..26));
    (0..if is_weekend { WEEKEND_ARRIVALS } else { ARRIVALS })
        .map(|_| {
            let hour = weighted(demo, &HOURS);
            let minute = OPENS_MIN + 60 * i64::from(hour) + demo.dice.i64(0..60);
            let visitor = if demo.chance(450) { known.pop() } else { None };
            (minute, arrival(demo, minute, visitor))
        })
        .collect()
}

fn arrival(demo: &mut Demo, minute: i64, visitor: Option<String>) -> Event {
    let weights = TYPES.map(|(_, weight)| weight);
    let visitor_type = TYPES[weighted(demo, &weights) as usize].0;
    let people = if visitor.is_none() && demo.chance(90) { demo.dice.i64(2..6) } else { 1 };
    let is_meal = (11 * 60..14 * 60).contains(&minute) || (17 * 60..19 * 60).contains(&minute);
    let mut items: Vec<&str> = Vec::new();
    if demo.chance(if is_meal { 450 } else { 60 }) {
        items.push("B02");
    }
    items.extend(WISHES.iter().filter(|(_, per_mille)| demo.dice.u32(0..1000) < *per_mille).map(|(item, _)| *item));
    Event::Arrive { people, visitor, visitor_type, items, stays_min: demo.dice.i64(12..70) }
}

fn weighted(demo: &mut Demo, weights: &[u32]) -> u32 {
    let mut left = demo.dice.u32(0..weights.iter().sum());
    for (i, weight) in (0..).zip(weights) {
        if left < *weight {
            return i;
        }
        left -= weight;
    }
    0
}

/// Carries one event out; an arrival answers how long it stays and which visit it is.
fn happen(demo: &mut Demo, day: &Day, team: &Team, event: Event) -> Result<Option<(i64, String)>> {
    match event {
        Event::Arrive { people, visitor, visitor_type, items, stays_min } => {
            let visitor_type = visitor.is_none().then_some(visitor_type);
            let request = json!({ "visitor_id": visitor, "visitor_type": visitor_type, "people": people, "items": items, "separate_reason": null });
            let visit = text(&demo.ask("visit_add", request)?["visit_id"])?;
            return Ok(Some((stays_min, visit)));
        }
        Event::Open => open(demo, day, team)?,
        Event::Change => change(demo, day, team)?,
        Event::Close => {
            demo.ask("shift_close", checks(None))?;
        }
        Event::Ticket { category, sentence } => {
            let phone = (day.no % 2 == 1).then_some("13900009999");
            demo.ask("ticket_add", json!({ "sentence": sentence, "phone": phone, "category": category, "is_urgent": day.no == 28, "group_size": null }))?;
        }
        Event::Note(note) => {
            demo.ask("handover_add", json!({ "text": note }))?;
        }
        Event::Pause => {
            let reopen_at = day.starts_at + 16 * 60 * MINUTE_MS;
            demo.ask("station_pause", json!({ "reason": "停水检修（演示）", "reopen_at": reopen_at }))?;
        }
        Event::Resume => {
            demo.ask("station_resume", Value::Null)?;
        }
        Event::Backfill => type_from_paper(demo, day)?,
    }
    Ok(None)
}

fn early<'a>(day: &Day, team: &'a Team) -> &'a crate::desk::Staff {
    &team.volunteers[day.no as usize % team.volunteers.len()]
}

fn late<'a>(day: &Day, team: &'a Team) -> &'a crate::desk::Staff {
    &team.volunteers[(day.no as usize + 1) % team.volunteers.len()]
}

fn open(demo: &Demo, day: &Day, team: &Team) -> Result<()> {
    demo.sign_in(early(day, team))?;
    let fault = (day.no == 16).then_some("3 号充电口发热，已停用");
    demo.ask("shift_open", checks(fault))?;
    if day.no % 3 == 0 {
        demo.ask("shift_sign_in", json!({ "staff_id": team.social_worker.id }))?;
    }
    Ok(())
}

/// The next volunteer takes over and ticks what was handed over; twice a month the first forgets to sign out.
fn change(demo: &Demo, day: &Day, team: &Team) -> Result<()> {
    let (first, second) = (early(day, team), late(day, team));
    if day.no % 14 != 5 {
        demo.ask("shift_sign_out", json!({ "staff_id": first.id }))?;
    }
    demo.sign_in(second)?;
    demo.ask("shift_sign_in", json!({ "staff_id": second.id }))?;
    let now = demo.ask("shift_now", Value::Null)?;
    // What came in this week is still open when the demo ends.
    for handover in now["handovers"].as_array().into_iter().flatten().filter(|_| day.no < 26) {
        if handover["is_done"] == false {
            demo.ask("handover_tick", json!({ "id": handover["id"] }))?;
        }
    }
    Ok(())
}

fn type_from_paper(demo: &mut Demo, day: &Day) -> Result<()> {
    for line in 0..8 {
        let at = day.starts_at + (10 * 60 + line * 7) * MINUTE_MS;
        let kind = TYPES[demo.dice.usize(0..4)].0;
        demo.ask("backfill_add", json!({ "at": at, "visitor_type": kind, "people": 1, "items": ["B01", "B05"] }))?;
    }
    Ok(())
}

fn checks(battery_fault: Option<&str>) -> Value {
    let check = |name: &str| {
        let note = battery_fault.filter(|_| name == "battery");
        json!({ "check": name, "is_fine": note.is_none(), "note": note })
    };
    json!({ "checks": fengxiang_domain::shift::CHECKS.map(check) })
}
