//! B2: finding a visitor from what is typed, as the counter asks: full pinyin, initials, the phone's last four digits, two
//! characters of the name.

use crate::figure::{Figure, figure, ms, quantile};
use crate::made::{Made, Visitor};
use anyhow::Result;
use fengxiang_commands::App;
use fengxiang_domain::names::sounds;
use serde_json::json;
use std::time::Instant;

const PEOPLE: usize = 200;

/// A kind of query and what one types of a person.
type Kind = (&'static str, fn(&Visitor) -> String);

const KINDS: [Kind; 4] = [
    ("pinyin", |v| sounds(&v.alias).into_iter().next().unwrap_or_default()),
    ("initials", |v| v.alias.chars().take(3).map(initial).collect()),
    ("last four", |v| v.phone_tail.clone()),
    ("two characters", |v| v.alias.chars().skip(1).take(2).collect()),
];

fn initial(character: char) -> char {
    let sound = sounds(&character.to_string()).into_iter().next().unwrap_or_default();
    sound.chars().next().unwrap_or(character)
}

pub fn measure(made: &Made) -> Result<Vec<Figure>> {
    let station = made.copy("b2")?;
    let (app, _clock) = made.open(&station)?;
    let visitors = made.visitors(PEOPLE)?;
    let mut slowest = 0.0_f64;
    let mut each = Vec::new();
    for (name, typed) in KINDS {
        let mut samples: Vec<f64> = visitors.iter().map(|v| search(&app, &typed(v))).collect::<Result<_>>()?;
        let p95 = quantile(&mut samples, 0.95);
        each.push(format!("{name} {p95:.1}"));
        slowest = slowest.max(p95);
    }
    Ok(vec![figure("B2", "p95_ms", slowest).noting(each.join(", "))])
}

fn search(app: &App, text: &str) -> Result<f64> {
    let start = Instant::now();
    let answer = app.call("visitor_search", json!({ "text": text }));
    let taken = start.elapsed();
    let hits = answer.map_err(|f| anyhow::anyhow!("visitor_search: {}", f.code))?.value;
    anyhow::ensure!(hits.as_array().is_some_and(|h| !h.is_empty()), "a registered person is found by {text}");
    Ok(ms(taken))
}
