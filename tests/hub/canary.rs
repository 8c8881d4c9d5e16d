//! Whatever is said to a hub, honest or not: its log holds no value, no name and no code.

use crate::cycle::{desk, run, write};
use anyhow::{Result, ensure};
use fengxiang_tests::hub::raw::{JSON, ask};
use fengxiang_tests::hub::{Served, station, wait_on};
use fengxiang_wire::Partition;
use fengxiang_wire::device::{DeviceRole, Invite};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

const CANARY: &str = "made-up-name-13800000000";

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[test]
fn no_value_name_or_code_stands_in_the_log() -> Result<()> {
    let kept = Kept::default();
    let filter = tracing_subscriber::EnvFilter::new("fengxiang_hub=trace,hyper=debug,axum=debug");
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(kept.clone());
    log.try_init().map_err(|e| anyhow::anyhow!("{e}"))?;
    let hub = Served::start(Default::default())?;
    let (joined, code) = wait_on(async {
        let joined = hub.join_station(1).await?;
        let invite = Invite { role: DeviceRole::Station, station: Some(station(1)), may_read_party: false };
        let code = joined.line.invite(&invite).await?.code;
        hub.join(&code, None).await?;
        let left = desk(1, &hub.outside);
        write(&left, Partition::Station(station(1)), 1, CANARY.as_bytes());
        run(&left, &joined).await?;
        anyhow::Ok((joined, code))
    })?;
    for path in ["/v1/push", "/v1/enroll", "/v1/erase"] {
        let body = format!(r#"{{"epoch":1,"{CANARY}":"{CANARY}"}}"#);
        ensure!(ask(&hub.address, &joined, path, JSON, body.as_bytes())?.problem() == "malformed");
    }
    ask(&hub.address, &joined, &format!("/v1/{CANARY}"), JSON, b"")?;
    let log = String::from_utf8_lossy(&kept.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    ensure!(log.contains("/v1/push") && log.contains("malformed"), "nothing was logged: {log}");
    for canary in [CANARY, "made-up desk", code.as_str()] {
        ensure!(!log.contains(canary), "{canary} stands in the log");
    }
    Ok(())
}
