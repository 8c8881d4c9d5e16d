//! A measured figure beside its bound, and the facts of the machine it was measured on.

use serde::Serialize;
use std::fmt;
use std::fs;

#[derive(Debug, Serialize)]
pub struct Figure {
    id: &'static str,
    name: &'static str,
    value: Option<f64>,
    unit: &'static str,
    /// At most this; of a rate, at least.
    bound: f64,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// What a rate ends with: more is better.
const RATE: &str = "/s";

/// Told beside a figure that has one.
const NO_BOUND: f64 = f64::INFINITY;

/// Id, name, unit, and the most it may be, or the least a rate may be.
const BOUNDS: [(&str, &str, &str, f64); 17] = [
    ("B1", "p50_ms", "ms", 1.0),
    ("B1", "p99_ms", "ms", 5.0),
    ("B1", "ratio", "x", 2.0),
    ("B2", "p95_ms", "ms", 30.0),
    ("B3", "records_per_s", "/s", 25_000.0),
    ("B4", "p50_ms", "ms", 8.0),
    ("B4", "p95_ms", "ms", NO_BOUND),
    ("B5", "ms", "ms", 5.0),
    ("B6", "sqlite_changes_per_s", "/s", 15_000.0),
    ("B6", "postgres_changes_per_s", "/s", 8_000.0),
    ("B7", "s", "s", 30.0),
    ("B8", "ms", "ms", 300.0),
    ("B9", "start_ms", "ms", 1000.0),
    ("B9", "memory_mb", "MB", 350.0),
    ("B10", "ratio_b1", "x", 1.5),
    ("B10", "ratio_b8", "x", 1.15),
    ("B11", "bytes", "B", 150.0),
];

/// A figure of the table above.
pub fn figure(id: &str, name: &str, value: f64) -> Figure {
    let row = BOUNDS.into_iter().find(|b| b.0 == id && b.1 == name);
    let (id, name, unit, bound) = row.unwrap_or_else(|| panic!("{id} {name} stands in no table"));
    let is_kept = if unit.ends_with(RATE) { value >= bound } else { value <= bound };
    let verdict = if is_kept { "ok" } else { "short" };
    Figure { id, name, value: Some(value), unit, bound, verdict, why: None }
}

/// Every figure of an id that could not be measured.
pub fn not_measured(id: &str, why: &str) -> Vec<Figure> {
    let rows = BOUNDS.into_iter().filter(|b| b.0 == id);
    rows.map(|(id, name, unit, bound)| Figure {
        id,
        name,
        value: None,
        unit,
        bound,
        verdict: "not measured",
        why: Some(why.to_owned()),
    })
    .collect()
}

impl Figure {
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What else was seen while measuring.
    pub fn noting(mut self, why: String) -> Self {
        self.why = Some(why);
        self
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figure { id, name, value, unit, bound, verdict, why } = self;
        let value = value.map_or("-".to_owned(), |v| format!("{v:.2}"));
        write!(f, "{id:<4} {name:<10} {value:>10} {unit:<3} bound {bound:>7} {verdict}")?;
        why.as_ref().map_or(Ok(()), |why| write!(f, "  ({why})"))
    }
}

#[derive(Debug, Serialize)]
pub struct Machine {
    cores: usize,
    cpu: String,
    memory_mb: u64,
    kernel: String,
    /// Running processes per core of the last minute, when the figures were written: above 1 others were at work.
    load: String,
}

impl Machine {
    pub fn here() -> Self {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|l| l.starts_with(name)).unwrap_or_default();
            line.split(':').nth(1).unwrap_or_default().trim().to_owned()
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu: field(&read("/proc/cpuinfo"), "model name"),
            memory_mb: memory.split(' ').next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

/// Milliseconds of a measured piece of work.
pub fn ms(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The value below which this share of the samples lies; sorts them.
pub fn quantile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    samples.get(index).copied().unwrap_or(f64::NAN)
}
