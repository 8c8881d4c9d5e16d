//! Those who mean a hub no good, one by one. None brings it down, none gets another's rows, and an honest desk goes on.

use crate::cycle::{desk, run, write};
use anyhow::{Context, Result, ensure};
use fengxiang_hub::http::Settings;
use fengxiang_sync::HubError;
use fengxiang_tests::hub::raw::{self, JSON, PACKED, PLAIN, ask};
use fengxiang_tests::hub::{Joined, Served, station, wait_on};
use fengxiang_wire::exchange::Pull;
use fengxiang_wire::limits::{BODY_BYTES, PACKED_BYTES};
use fengxiang_wire::{Form, Partition, Problem, encode};
use std::io::{Read, Write};
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(400);

/// A hub that loses patience soon, and an honest desk.
fn begin() -> Result<(Served, Joined)> {
    let settings = Settings { head_timeout: SHORT, body_timeout: SHORT, ..Settings::default() };
    let hub = Served::start(settings)?;
    let honest = wait_on(hub.join_station(1))?;
    Ok((hub, honest))
}

/// The honest desk works as if nothing had happened.
fn goes_on(hub: &Served, honest: &Joined) -> Result<()> {
    let desk = desk(1, &hub.outside);
    write(&desk, Partition::Station(station(1)), 1, b"honest");
    let report = wait_on(run(&desk, honest))?;
    ensure!(report.pushed == 1 && report.is_caught_up, "the honest desk was held up: {report:?}");
    Ok(())
}

fn pull() -> Pull {
    Pull { epoch: 1, partition: Partition::Station(station(1)), after: 0, limit: 10 }
}

#[test]
fn an_unknown_device_is_told_so() -> Result<()> {
    let (hub, honest) = begin()?;
    let (_, _, stranger) = hub.stranger()?;
    ensure!(wait_on(stranger.list_devices()) == Err(HubError::Refused(Problem::UnknownDevice)));
    goes_on(&hub, &honest)
}

#[test]
fn a_wrong_signature_opens_nothing() -> Result<()> {
    let (hub, honest) = begin()?;
    let body = encode(&pull(), Form::Plain);
    let mut thief = wait_on(hub.join_station(2))?;
    thief.id = honest.id;
    ensure!(ask(&hub.address, &thief, "/v1/pull", PLAIN, &body)?.problem() == "wrong_signature");
    let nonce = raw::nonce(&hub.address)?;
    let elsewhere = raw::signed(&honest, "/v1/digest", PLAIN, &body, &nonce);
    let moved = String::from_utf8_lossy(&elsewhere[..20]).replace("/v1/digest", "/v1/pull");
    let moved = [moved.as_bytes(), &elsewhere[20..]].concat();
    ensure!(raw::send(&hub.address, &moved)?.problem() == "wrong_signature", "signed for another path");
    goes_on(&hub, &honest)
}

#[test]
fn a_request_that_is_played_again_is_refused() -> Result<()> {
    let (hub, honest) = begin()?;
    let nonce = raw::nonce(&hub.address)?;
    let request = raw::signed(&honest, "/v1/pull", PLAIN, &encode(&pull(), Form::Plain), &nonce);
    ensure!(raw::send(&hub.address, &request)?.status() == "200");
    ensure!(raw::send(&hub.address, &request)?.problem() == "wrong_nonce");
    let nonce = raw::nonce(&hub.address)?;
    hub.turn_ms(120_000);
    let request = raw::signed(&honest, "/v1/pull", PLAIN, &encode(&pull(), Form::Plain), &nonce);
    ensure!(raw::send(&hub.address, &request)?.problem() == "wrong_nonce", "an old one");
    let forged = raw::signed(&honest, "/v1/pull", PLAIN, &encode(&pull(), Form::Plain), &"0".repeat(112));
    ensure!(raw::send(&hub.address, &forged)?.problem() == "wrong_nonce", "one that nobody gave");
    goes_on(&hub, &honest)
}

#[test]
fn a_body_that_is_too_large_is_not_read() -> Result<()> {
    let (hub, honest) = begin()?;
    let large = vec![0; PACKED_BYTES + 1];
    ensure!(ask(&hub.address, &honest, "/v1/push", PLAIN, &large)?.status() == "413");
    let mut stream = raw::connect(&hub.address)?;
    let head = raw::signed(&honest, "/v1/push", PLAIN, b"", &raw::nonce(&hub.address)?);
    let chunked = String::from_utf8(head)?.replace("content-length: 0", "transfer-encoding: chunked");
    stream.write_all(chunked.as_bytes())?;
    let piece = [b"10000\r\n".as_slice(), &[0; 0x10000], b"\r\n"].concat();
    for _ in 0..64 {
        if stream.write_all(&piece).is_err() {
            break;
        }
    }
    let answered = raw::read(stream);
    ensure!(answered.is_err() || answered.is_ok_and(|a| a.problem() == "too_large"), "a body without an end");
    goes_on(&hub, &honest)
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() -> Result<()> {
    let (hub, honest) = begin()?;
    let body = encode(&pull(), Form::Plain);
    let whole = raw::signed(&honest, "/v1/pull", PLAIN, &body, &raw::nonce(&hub.address)?);
    let cut = &whole[..whole.len() - 5];
    ensure!(raw::send(&hub.address, cut)?.problem() == "too_slow", "the rest never came");
    let mut stream = raw::connect(&hub.address)?;
    stream.write_all(&raw::signed(&honest, "/v1/pull", PLAIN, &body, &raw::nonce(&hub.address)?)[..whole.len() - 5])?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let answered = raw::read(stream);
    ensure!(answered.is_err() || answered.is_ok_and(|a| a.problem() == "malformed"), "the line was cut");
    goes_on(&hub, &honest)
}

#[test]
fn a_compression_bomb_does_not_go_off() -> Result<()> {
    let (hub, honest) = begin()?;
    let bomb = zstd::bulk::compress(&vec![0; 512 << 20], 19)?;
    ensure!(bomb.len() < PACKED_BYTES, "it would not even be read");
    // Whichever limit it meets first: how far it unpacks or how far it looks back.
    let problem = ask(&hub.address, &honest, "/v1/push", PACKED, &bomb)?;
    ensure!(["too_large", "malformed"].contains(&problem.problem()), "{}", problem.head);
    let small = zstd::bulk::compress(&vec![0; BODY_BYTES + 1], 1)?;
    ensure!(ask(&hub.address, &honest, "/v1/push", PACKED, &small)?.problem() == "too_large");
    ensure!(ask(&hub.address, &honest, "/v1/push", PACKED, b"not zstd")?.problem() == "malformed");
    goes_on(&hub, &honest)
}

#[test]
fn what_is_no_message_is_refused() -> Result<()> {
    let (hub, honest) = begin()?;
    let whole = encode(&pull(), Form::Plain);
    let deep = vec![0x81; 1 << 20];
    // Says that four thousand million million items follow.
    let long = [&[0xa1, 0x67], b"entries".as_slice(), &[0x9b, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat();
    let behind = [whole.as_slice(), &[0]].concat();
    let bodies: [&[u8]; 7] = [b"", &[0xff], &whole[..whole.len() - 1], &behind, &deep, &long, "蜂享".as_bytes()];
    for body in bodies {
        for path in ["/v1/push", "/v1/pull", "/v1/offer", "/v1/hello", "/v1/erase"] {
            let answer = ask(&hub.address, &honest, path, PLAIN, body)?;
            ensure!(answer.problem() == "malformed", "{path} took {} bytes: {}", body.len(), answer.head);
        }
    }
    let unread = ask(&hub.address, &honest, "/v1/pull", "content-type: text/html\r\n", &whole)?;
    ensure!(unread.problem() == "malformed");
    goes_on(&hub, &honest)
}

#[test]
fn nothing_may_be_said_twice() -> Result<()> {
    let (hub, honest) = begin()?;
    let pull = br#"{"epoch":1,"partition":"shared","after":0,"limit":10}"#;
    ensure!(ask(&hub.address, &honest, "/v1/pull", JSON, pull)?.status() == "200");
    let twice = br#"{"epoch":1,"partition":"shared","after":0,"limit":10,"after":5}"#;
    ensure!(ask(&hub.address, &honest, "/v1/pull", JSON, twice)?.problem() == "malformed");
    let stamp = format!(r#"{{"e":1,"r":"{}","f":"{}"}}"#, "00".repeat(16), "00".repeat(32));
    let field = format!(r#"{{"s":{stamp},"e":1}}"#);
    let offer = |fields: &str| {
        let key = format!(r#"{{"p":"station/{}","k":"visitor","i":"{}"}}"#, station(1), "07".repeat(16));
        let row = format!(r#"{{"k":{key},"h":"record","f":{{{fields}}}}}"#);
        format!(r#"{{"epoch":1,"orders_taken":0,"rows":[{row}],"is_sent_log":false,"orders":[]}}"#)
    };
    let once = offer(&format!(r#""1":{field}"#));
    ensure!(ask(&hub.address, &honest, "/v1/offer", JSON, once.as_bytes())?.status() == "200");
    let twice = offer(&format!(r#""1":{field},"1":{field}"#));
    ensure!(ask(&hub.address, &honest, "/v1/offer", JSON, twice.as_bytes())?.problem() == "malformed");
    Ok(())
}

#[test]
fn a_thousand_slow_lines_hold_nobody_up() -> Result<()> {
    let (hub, honest) = begin()?;
    let mut lines = Vec::new();
    for _ in 0..1_000 {
        let mut line = raw::connect(&hub.address)?;
        line.write_all(b"POST /v1/push HTTP/1.1\r\nhost")?;
        lines.push(line);
    }
    goes_on(&hub, &honest)?;
    for mut line in lines {
        // Closed by the hub, with or without a word.
        let _ = line.read_to_end(&mut Vec::new());
    }
    Ok(())
}

#[test]
fn one_connection_too_many_is_told_when_to_come_again() -> Result<()> {
    let hub = Served::start(Settings { connections_max: 2, ..Settings::default() })?;
    let _lines = [raw::connect(&hub.address)?, raw::connect(&hub.address)?];
    std::thread::sleep(SHORT);
    let answer = raw::read(raw::connect(&hub.address)?).context("no answer")?;
    ensure!(answer.status() == "503" && answer.header("retry-after").is_some());
    Ok(())
}
