//! The data: three years of a station, made through the write door from a fixed seed. Kept by size, schema and maker.

use anyhow::{Context, Result};
use fengxiang_commands::App;
use fengxiang_desk::outside::Clock;
use fengxiang_desk::store::{NewVisit, NewVisitor};
use fengxiang_desk::{Act, Desk, DeskError, Surroundings, Writer};
use fengxiang_domain::ids::{StaffId, VisitorId};
use fengxiang_tests::outside::{Dice, PASSWORD, Station, found, signed_in, surroundings};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// Changes whenever this file makes something else.
const MAKER: &str = "1";
const SCHEMA: &str = include_str!("../../crates/desk/src/store/schema.sql");
const SEED: u64 = 20_261_031;
/// 2023-11-01 08:00 in Xiangyang, the first day; the last is 2026-10-31.
const FIRST_MORNING: i64 = 1_698_796_800_000;
const DAYS: i64 = 1096;
const DAY_MS: i64 = 86_400_000;
/// A station is open for thirteen hours.
const OPEN_MS: u64 = 13 * 3_600_000;
const PER_TRANSACTION: u64 = 5_000;
/// Of a hundred arrivals so many are registered people, and so many take one item.
const REGISTERED: u64 = 40;
const TAKING: u64 = 70;

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常单仇解查";
/// The opening of the Thousand Character Classic: nobody is called so.
const GIVEN: &str = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜";
const TYPES: [&str; 6] = ["01", "01", "02", "03", "05", "13"];
const ITEMS: [&str; 8] = ["B01", "B01", "B02", "B03", "B05", "V01", "V03", "P03"];

/// A clock that stands until it is turned.
pub struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl HandClock {
    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

/// This machine's randomness and a clock that starts on the Monday after the data, 2026-11-02 09:00.
pub fn after_the_data() -> (Surroundings, Arc<HandClock>) {
    at(FIRST_MORNING + (DAYS + 1) * DAY_MS + 3_600_000)
}

fn at(now: i64) -> (Surroundings, Arc<HandClock>) {
    let clock = Arc::new(HandClock(AtomicI64::new(now)));
    (Surroundings { clock: clock.clone(), ..surroundings() }, clock)
}

/// The made station; never worked on itself.
pub struct Made {
    pub station: Station,
    folder: PathBuf,
}

impl Made {
    /// Takes what an earlier run has made, or makes it.
    pub fn get(folder: &Path, rows: u64) -> Result<Self> {
        let mark = blake3::hash(format!("{MAKER} {SCHEMA}").as_bytes()).to_hex();
        let folder = folder.join(format!("{rows}-{}", &mark[..12]));
        let (place, key) = (folder.join("station"), folder.join("key"));
        if let Ok(key) = fs::read_to_string(&key) {
            return Ok(Self { station: Station { folder: place, key }, folder });
        }
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let start = Instant::now();
        let station = make(&place, rows)?;
        // Written last: a station that was made halfway is made again.
        fs::write(key, &station.key)?;
        println!("made {rows} visits in {:.0} s", start.elapsed().as_secs_f64());
        Ok(Self { station, folder })
    }

    /// A copy of its own for one measurement; an older one of the same name is replaced.
    pub fn copy(&self, name: &str) -> Result<Station> {
        let folder = self.folder.join(name);
        let _ = fs::remove_dir_all(&folder);
        self.station.copy_to(&folder)
    }

    /// A folder among its copies.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The application on a copy, the manager signed in, and the clock it goes by.
    pub fn open(&self, station: &Station) -> Result<(App, Arc<HandClock>)> {
        let (around, clock) = after_the_data();
        let app = signed_in(&station.folder, around).map_err(|f| anyhow::anyhow!("store_open: {}", f.code))?;
        Ok((app, clock))
    }

    /// Some of the registered people, the same in each run.
    pub fn visitors(&self, count: usize) -> Result<Vec<Visitor>> {
        let file = self.station.read()?;
        let mut ids = file.prepare("SELECT id, alias, phone_tail FROM visitor ORDER BY id")?;
        let read = |r: &rusqlite::Row| Ok(Visitor { id: r.get(0)?, alias: r.get(1)?, phone_tail: r.get(2)? });
        let all: Vec<Visitor> = ids.query_map([], read)?.collect::<Result<_, _>>()?;
        let mut dice = Dice::new(SEED ^ 1);
        Ok((0..count).map(|_| dice.pick(&all).clone()).collect())
    }
}

#[derive(Clone)]
pub struct Visitor {
    pub id: String,
    pub alias: String,
    pub phone_tail: String,
}

fn make(folder: &Path, rows: u64) -> Result<Station> {
    let station = found(folder)?;
    let (around, clock) = at(FIRST_MORNING);
    let (desk, staff) = Desk::open(folder, PASSWORD, around)?;
    let mut maker = Maker { desk, staff, clock, dice: Dice::new(SEED), visitors: Vec::new() };
    maker.register(rows / 5)?;
    maker.count(rows)?;
    // A station that came so far has looked at a report before: the first after a start finds its days counted.
    maker.desk.count_all_visits(None)?;
    drop(maker);
    // Everything in one file, so that a copy of it is whole.
    station.read()?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).context("emptying the WAL")?;
    Ok(station)
}

struct Maker {
    desk: Desk,
    staff: StaffId,
    clock: Arc<HandClock>,
    dice: Dice,
    visitors: Vec<VisitorId>,
}

impl Maker {
    fn write<T>(&self, verb: &'static str, body: impl FnOnce(&mut Writer) -> Result<T, DeskError>) -> Result<T> {
        Ok(self.desk.write(Act { verb, actor: Some(self.staff) }, body)?.value)
    }

    fn register(&mut self, count: u64) -> Result<()> {
        let mut left = count;
        while left > 0 {
            let people: Vec<NewVisitor> = (0..left.min(PER_TRANSACTION)).map(|_| self.draw_person()).collect();
            left -= people.len() as u64;
            let added = self.write("add_visitor", |w| people.iter().map(|p| w.add_visitor(p)).collect())?;
            let added: Vec<VisitorId> = added;
            self.visitors.extend(added);
        }
        Ok(())
    }

    fn draw_person(&mut self) -> NewVisitor {
        let (surnames, given): (Vec<char>, Vec<char>) = (SURNAMES.chars().collect(), GIVEN.chars().collect());
        let alias = [self.dice.pick(&surnames), self.dice.pick(&given), self.dice.pick(&given)].into_iter().collect();
        NewVisitor {
            alias,
            visitor_type: (*self.dice.pick(&TYPES)).to_owned(),
            platform: Some("p01".to_owned()),
            platform_word: None,
            name: None,
            phone: Some(format!("199{:08}", self.dice.below(100_000_000))),
            work_area: None,
            consent_given: true,
        }
    }

    /// The same number of arrivals each day, through the day.
    fn count(&mut self, rows: u64) -> Result<()> {
        let days = u64::try_from(DAYS)?;
        for day in 0..days {
            let today = rows * (day + 1) / days - rows * day / days;
            let morning = FIRST_MORNING + i64::try_from(day)? * DAY_MS;
            let mut times: Vec<i64> = (0..today).map(|_| morning + self.dice.below(OPEN_MS) as i64).collect();
            times.sort_unstable();
            self.clock.0.store(morning + OPEN_MS as i64, Ordering::SeqCst);
            let arrivals: Vec<NewVisit> = times.into_iter().map(|at| self.draw_arrival(at)).collect();
            self.write("add_visit", |w| arrivals.iter().try_for_each(|a| w.add_visit(a).map(|_| ())))?;
        }
        Ok(())
    }

    fn draw_arrival(&mut self, at: i64) -> NewVisit {
        let is_registered = self.dice.below(100) < REGISTERED && !self.visitors.is_empty();
        let visitor = is_registered.then(|| *self.dice.pick(&self.visitors));
        let takes = self.dice.below(100) < TAKING;
        let items = if takes { vec![(*self.dice.pick(&ITEMS)).to_owned()] } else { Vec::new() };
        NewVisit {
            visitor,
            visitor_type: (*self.dice.pick(&TYPES)).to_owned(),
            people: 1,
            items,
            channel: if self.dice.below(20) == 0 { "self" } else { "desk" },
            separate_reason: None,
            at: Some(at),
        }
    }
}
