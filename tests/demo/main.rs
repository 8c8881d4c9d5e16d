//! `fengxiang-demo FOLDER PASSWORD`: a month of a station that never was, written through the commands of the app. Not in
//! what people install. The same every time, but for ids and keys: those are as random as a real station's.

mod desk;
mod month;
mod people;

use anyhow::{Context, Result, ensure};
use desk::Demo;
use fengxiang_domain::time::business_on;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

const DAYS: i64 = 30;
pub const DAY_MS: i64 = 24 * 60 * 60_000;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().context("usage: fengxiang-demo FOLDER PASSWORD")?);
    let password = arguments.next().and_then(|p| p.into_string().ok()).context("the manager's password is missing")?;
    ensure!(!fengxiang_desk::Desk::stands_in(&folder), "a station stands in {} already", folder.display());
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let first = midnight(now) - (DAYS - 1) * DAY_MS;
    let mut demo = Demo::new(folder, first + 7 * 60 * 60_000);
    let staff = people::found(&demo, &password, &business_on(first, 0).to_string())?;
    let visitors = people::register(&demo)?;
    people::list_expiries(&demo, now)?;
    for day in 0..DAYS {
        println!("day {} of {DAYS}", day + 1);
        month::live(&mut demo, &month::Day { no: day, starts_at: first + day * DAY_MS, now }, &staff, &visitors)?;
    }
    demo.turn_to(now);
    demo.sign_in(&staff.manager)?;
    let check = demo.ask("trail_verify", serde_json::Value::Null)?;
    ensure!(check["broken_at"].is_null(), "the trail of the demo is broken: {check}");
    println!("{} lines in the trail, {} entries for the hub", check["lines"], check["entries"]);
    demo.close();
    Ok(())
}

/// The midnight in UTC+8 before a moment.
fn midnight(at: i64) -> i64 {
    let offset = 8 * 60 * 60_000;
    (at + offset).div_euclid(DAY_MS) * DAY_MS - offset
}
