//! B10: what encryption costs: check-ins and the report on the encrypted file and on the same rows in a plain one, in turns.

use crate::counter::check_in;
use crate::figure::{Figure, figure, quantile};
use crate::made::{HandClock, Made, Visitor};
use crate::report::report;
use anyhow::{Context, Result};
use fengxiang_commands::App;
use fengxiang_tests::outside::Station;
use std::fs;
use std::sync::Arc;

const RUNS: usize = 7;
const CHECK_INS: usize = 200;

struct Side {
    app: App,
    clock: Arc<HandClock>,
}

pub fn measure(made: &Made) -> Result<Vec<Figure>> {
    let (sealed, plain) = (made.copy("b10-sealed")?, made.copy("b10-plain")?);
    make_plain(&plain).context("making the plain file")?;
    let open = |station| made.open(station).map(|(app, clock)| Side { app, clock });
    let (sealed, plain) = (open(&sealed)?, open(&plain)?);
    let visitors = made.visitors(CHECK_INS)?;
    let (mut b1, mut b8) = (Vec::new(), Vec::new());
    // The first round warms both sides up.
    for round in 0..=RUNS {
        let check_ins = ratio(|side| median_check_in(side, &visitors), &sealed, &plain)?;
        let reports = ratio(|side| report(&side.app), &sealed, &plain);
        if round > 0 {
            b1.push(check_ins);
            b8.push(reports);
        }
    }
    let b1 = figure("B10", "ratio_b1", quantile(&mut b1, 0.5));
    let b8: Result<Vec<f64>> = b8.into_iter().collect();
    match b8 {
        Ok(mut b8) => Ok(vec![b1, figure("B10", "ratio_b8", quantile(&mut b8, 0.5))]),
        Err(why) => {
            let unmeasured = crate::figure::not_measured("B10", &format!("{why:#}"));
            Ok(std::iter::once(b1).chain(unmeasured.into_iter().skip(1)).collect())
        }
    }
}

fn ratio(measure: impl Fn(&Side) -> Result<f64>, sealed: &Side, plain: &Side) -> Result<f64> {
    Ok(measure(sealed)? / measure(plain)?)
}

fn median_check_in(side: &Side, visitors: &[Visitor]) -> Result<f64> {
    let check_ins = visitors.iter().enumerate().map(|(n, visitor)| check_in(&side.app, &side.clock, visitor, n));
    Ok(quantile(&mut check_ins.collect::<Result<Vec<f64>>>()?, 0.5))
}

/// Puts a plain copy of the database in its place; only a desk built for this benchmark opens one.
fn make_plain(station: &Station) -> Result<()> {
    let target = station.folder.join("plain");
    let file = station.read()?;
    let pragma = |name: &str| file.query_row(&format!("PRAGMA {name}"), [], |r| r.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    // The connection opens what is there and makes nothing.
    fs::File::create(&target)?;
    file.execute("ATTACH DATABASE ? AS plain KEY ''", [target.to_str().context("a readable path")?])?;
    file.query_row("SELECT sqlcipher_export('plain')", [], |_| Ok(()))?;
    file.execute_batch(&format!(
        "PRAGMA plain.application_id = {application}; PRAGMA plain.user_version = {version}; DETACH DATABASE plain;"
    ))?;
    drop(file);
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(station.folder.join(format!("desk.db{ending}")));
    }
    Ok(fs::rename(target, station.database())?)
}
