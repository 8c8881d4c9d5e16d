//! B9: the released app on the full file under a screen of its own: process start to sign-in painted, plus password entered
//! to front desk painted; and the memory of all its processes.

use crate::figure::{Figure, figure, quantile};
use crate::made::Made;
use anyhow::{Context, Result, ensure};
use fengxiang_tests::outside::PASSWORD;
use fengxiang_tests::{Screen, Window};
use serde_json::json;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

const RUNS: usize = 5;
/// Of `/proc/*/stat`.
const TICKS_PER_S: f64 = 100.0;

/// Calls back with the wall clock when the element is there and has been painted.
const WHEN_PAINTED: &str = "
    const [test, done] = [arguments[0], arguments[arguments.length - 1]];
    const look = () => document.querySelector(`[data-test='${test}']`)
        ? requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now())))
        : setTimeout(look, 2);
    look();";
/// Notes when the password is sent.
const NOTE_SENT: &str = "
    window.sentAt = null;
    document.addEventListener('submit', () => { window.sentAt ??= Date.now() }, true);";

pub fn measure(made: &Made) -> Result<Vec<Figure>> {
    ensure!(std::env::var_os("FENGXIANG_APP").is_some(), "FENGXIANG_APP names the released app");
    made.copy("b9/data")?;
    let root = made.place("b9");
    let (mut starts, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let screen = Screen::open(&root);
        let window = screen.start_app();
        starts.push(start_ms(&screen, &window)?);
        memory.push(memory_mb(&screen)?);
        screen.kill_app();
    }
    let first = starts[0];
    let start = figure("B9", "start_ms", quantile(&mut starts, 0.5)).noting(format!("the first {first:.0}"));
    Ok(vec![start, figure("B9", "memory_mb", quantile(&mut memory, 0.5))])
}

fn start_ms(screen: &Screen, window: &Window) -> Result<f64> {
    let painted = window.script_later(WHEN_PAINTED, &json!(["open-password"])).as_f64().context("a time")?;
    let pid = screen.app_pids().into_iter().next().context("the app runs")?;
    let to_sign_in = painted - started_at(&pid)?;
    window.type_into("open-password", PASSWORD);
    window.script(NOTE_SENT, &json!([]));
    window.click("open-submit");
    let open = window.script_later(WHEN_PAINTED, &json!(["desk-field"])).as_f64().context("a time")?;
    let sent = window.script("return window.sentAt", &json!([])).as_f64().context("the password was sent")?;
    Ok(to_sign_in + open - sent)
}

/// When a process started, as milliseconds of the wall clock.
fn started_at(pid: &str) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit(')').next().context("a stat line")?;
    let ticks: f64 = after_name.split_whitespace().nth(19).context("a start time")?.parse()?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let up_s: f64 = uptime.split(' ').next().context("an uptime")?.parse()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    Ok((now - (up_s - ticks / TICKS_PER_S)) * 1000.0)
}

/// The proportional share of memory of the app and all that it started.
fn memory_mb(screen: &Screen) -> Result<f64> {
    let mut family = screen.app_pids();
    let mut next = 0;
    while let Some(parent) = family.get(next).cloned() {
        family.extend(children_of(&parent));
        next += 1;
    }
    family.sort();
    family.dedup();
    let pss_kb = family.iter().map(|pid| pss_kb(pid)).sum::<f64>();
    Ok(pss_kb / 1024.0)
}

fn children_of(parent: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn pss_kb(pid: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with("Pss:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0.0)
}
