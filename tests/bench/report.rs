//! B8: R02 of a month, with the periods it is compared with, as the report page asks for it.

use crate::figure::{Figure, figure, ms, quantile};
use crate::made::Made;
use anyhow::Result;
use fengxiang_commands::App;
use serde_json::json;
use std::time::Instant;

/// The first run is cold, as a person's first look is.
const RUNS: usize = 7;

pub fn measure(made: &Made) -> Result<Vec<Figure>> {
    let station = made.copy("b8")?;
    let (app, _clock) = made.open(&station)?;
    let mut samples: Vec<f64> = (0..RUNS).map(|_| report(&app)).collect::<Result<_>>()?;
    let cold = samples[0];
    Ok(vec![figure("B8", "ms", quantile(&mut samples, 0.5)).noting(format!("the first {cold:.0}"))])
}

/// The last month of the data, day by day.
pub fn report(app: &App) -> Result<f64> {
    let request = json!({ "step": "day", "from_on": "2026-10-01", "to_on": "2026-10-31" });
    let start = Instant::now();
    let answer = app.call("report_table", request);
    let taken = start.elapsed();
    let table = answer.map_err(|f| anyhow::anyhow!("report_table: {}", f.code))?.value;
    anyhow::ensure!(table["total"]["visit_count"].as_i64().is_some_and(|n| n > 0), "the month has visits");
    Ok(ms(taken))
}
