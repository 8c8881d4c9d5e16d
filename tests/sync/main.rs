//! The promises of desk and hub in a seeded world, and with each rule broken on purpose.

use fengxiang_tests::sync::world::{Broken, Counts, run};

const STEPS: usize = 2_000;

#[test]
fn many_worlds_keep_every_promise() {
    let mut counts = Counts::new();
    let seeds = std::env::var("SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(20);
    let steps = std::env::var("STEPS").ok().and_then(|s| s.parse().ok()).unwrap_or(STEPS);
    let mut bad = 0;
    for seed in 0..seeds {
        match std::panic::catch_unwind(|| run(seed, steps, Broken::default())).unwrap_or_else(|_| Err(anyhow::anyhow!("panic at seed {seed}"))) {
            Ok(counted) => counted.into_iter().for_each(|(what, n)| *counts.entry(what).or_default() += n),
            Err(e) => {
                bad += 1;
                if bad < 6 {
                    println!("{e:#}");
                }
            }
        }
    }
    println!("{counts:?}");
    assert_eq!(bad, 0);
}
