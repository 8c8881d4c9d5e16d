//! B6: fifty desks push at once to one hub, its program beside this one, on a file and on a server. Entries, bodies and
//! signatures are made before the clock starts; what each part costs is printed beside the figure.

use crate::figure::{Figure, figure, ms, not_measured};
use anyhow::{Context, Result, ensure};
use ed25519_dalek::{Signer, SigningKey};
use fengxiang_hub::store::{open, read};
use fengxiang_tests::hub::crowd::{Member, set_up};
use fengxiang_tests::hub::process::{Program, new_database};
use fengxiang_wire::device::signed_bytes;
use fengxiang_wire::exchange::{Push, PushAnswer};
use fengxiang_wire::limits::BATCH_ENTRIES;
use fengxiang_wire::{Form, Hash, Partition, decode, encode};
use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const DESKS: u16 = 50;
/// Of a whole run; `--rows` makes it less.
const CHANGES: u64 = 400_000;
const OF_ROWS: u64 = 1_000_000;
/// Ticks of the processor's clock in a second, as Linux tells of processes.
const TICKS: f64 = 100.0;

pub fn measure(rows: u64) -> Result<Vec<Figure>> {
    let executable = std::env::current_exe()?.with_file_name("hub-child");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("hub.db").to_string_lossy().into_owned();
    let changes = CHANGES * rows / OF_ROWS;
    let mut figures = vec![measure_on("sqlite_changes_per_s", &executable, &file, changes)?];
    let server = std::panic::catch_unwind(|| new_database("b6"));
    match server {
        Ok(database) => figures.push(measure_on("postgres_changes_per_s", &executable, &database?, changes)?),
        Err(_) => figures.extend(not_measured("B6", "there is no PostgreSQL here").into_iter().skip(1)),
    }
    Ok(figures)
}

fn measure_on(name: &str, executable: &Path, database: &str, changes: u64) -> Result<Figure> {
    let members = set_up(database, DESKS)?;
    let mut hub = Program::new(executable, database)?;
    hub.serve()?;
    let each = (changes / u64::from(DESKS) / BATCH_ENTRIES as u64).max(1);
    let made = Instant::now();
    let pushes: Vec<Vec<Push>> = members.iter().map(|member| pushes_of(member, each)).collect();
    let making = made.elapsed();
    let total = u64::from(DESKS) * each * BATCH_ENTRIES as u64;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let run = runtime.block_on(run(&hub, &members, pushes))?;
    let hub_cpu = cpu(hub.pid().context("the hub runs")?)? - run.hub_before;
    hub.stop()?;
    check(database, &members, total)?;
    let per_change = |time: Duration| time.as_secs_f64() * 1e6 / total as f64;
    let note = format!(
        "{total} changes in {:.1} s; per change in µs: made {:.1}, packed {:.1} ({:.0} bytes), signed {:.2}, \
         hub's processor {:.1}, desks' processor {:.1}, answers read {:.1}; a push of {BATCH_ENTRIES} took {:.0} ms",
        run.taken.as_secs_f64(),
        per_change(making),
        per_change(run.packing),
        run.bytes as f64 / total as f64,
        per_change(run.signing),
        hub_cpu * 1e6 / total as f64,
        run.desks_cpu * 1e6 / total as f64,
        per_change(run.reading),
        run.median_ms,
    );
    Ok(figure("B6", name, total as f64 / run.taken.as_secs_f64()).noting(note))
}

fn pushes_of(member: &Member, each: u64) -> Vec<Push> {
    let batch = BATCH_ENTRIES as u64;
    (0..each).map(|n| member.push(1 + n * batch..1 + (n + 1) * batch, n * batch, 1_000)).collect()
}

struct Run {
    taken: Duration,
    packing: Duration,
    signing: Duration,
    reading: Duration,
    bytes: usize,
    hub_before: f64,
    desks_cpu: f64,
    median_ms: f64,
}

async fn run(hub: &Program, members: &[Member], pushes: Vec<Vec<Push>>) -> Result<Run> {
    let address = hub.address.trim_start_matches("http://").to_owned();
    let hub_pid = hub.pid().context("the hub runs")?;
    let packed = Instant::now();
    let bodies: Vec<Vec<Vec<u8>>> =
        pushes.iter().map(|theirs| theirs.iter().map(|push| encode(push, Form::Packed)).collect()).collect();
    drop(pushes);
    let packing = packed.elapsed();
    let bytes = bodies.iter().flatten().map(Vec::len).sum();
    let mut nonces = fetch_nonces(&address, bodies.iter().map(Vec::len).sum()).await?;
    let signed = Instant::now();
    let mut lines = Vec::new();
    for (member, bodies) in members.iter().zip(&bodies) {
        let requests: VecDeque<Vec<u8>> = bodies
            .iter()
            .map(|body| Ok(request(member, body, &nonces.pop().context("one nonce a request")?)))
            .collect::<Result<_>>()?;
        lines.push((TcpStream::connect(&address).await?, requests));
    }
    let signing = signed.elapsed();
    let (hub_before, own_before) = (cpu(hub_pid)?, cpu(std::process::id())?);
    let begun = Instant::now();
    let desks = tokio::task::LocalSet::new();
    let at_work: Vec<_> =
        lines.into_iter().map(|(line, requests)| desks.spawn_local(push_all(line, requests))).collect();
    let answers = desks
        .run_until(async {
            let mut answers = Vec::new();
            for desk in at_work {
                answers.extend(desk.await??);
            }
            anyhow::Ok(answers)
        })
        .await?;
    let taken = begun.elapsed();
    let desks_cpu = cpu(std::process::id())? - own_before;
    let read = Instant::now();
    for answer in &answers {
        let taken: PushAnswer = decode(&answer.body, Form::Packed)?;
        let is_whole = matches!(&taken, PushAnswer::Taken { receipts, .. } if receipts.len() == BATCH_ENTRIES);
        ensure!(is_whole, "a push was not taken whole");
    }
    let mut times: Vec<f64> = answers.iter().map(|answer| ms(answer.after)).collect();
    let median_ms = crate::figure::quantile(&mut times, 0.5);
    Ok(Run { taken, packing, signing, reading: read.elapsed(), bytes, hub_before, desks_cpu, median_ms })
}

struct Answer {
    body: Vec<u8>,
    after: Duration,
}

/// A desk: one request after the other, each already signed.
async fn push_all(mut line: TcpStream, requests: VecDeque<Vec<u8>>) -> Result<Vec<Answer>> {
    line.set_nodelay(true)?;
    let mut answers = Vec::new();
    for request in requests {
        let begun = Instant::now();
        line.write_all(&request).await?;
        let (head, body) = read_answer(&mut line).await?;
        ensure!(head.starts_with("http/1.1 200"), "{head}");
        answers.push(Answer { body, after: begun.elapsed() });
    }
    Ok(answers)
}

async fn fetch_nonces(address: &str, count: usize) -> Result<Vec<String>> {
    let mut line = TcpStream::connect(address).await?;
    let mut nonces = Vec::new();
    for _ in 0..count {
        line.write_all(b"GET /v1/nonce HTTP/1.1\r\nhost: hub\r\n\r\n").await?;
        let (head, _) = read_answer(&mut line).await?;
        let nonce = head.lines().find_map(|line| line.strip_prefix("fengxiang-nonce: ")).context("no nonce")?;
        nonces.push(nonce.to_owned());
    }
    Ok(nonces)
}

/// Head in small letters, and body.
async fn read_answer(line: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(1 << 20);
    let end = loop {
        ensure!(line.read_buf(&mut bytes).await? > 0, "the hub hung up");
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(Ok(0), str::parse::<usize>)?;
    while bytes.len() < end + length {
        ensure!(line.read_buf(&mut bytes).await? > 0, "the hub hung up");
    }
    Ok((head, bytes.split_off(end)))
}

fn request(member: &Member, body: &[u8], nonce: &str) -> Vec<u8> {
    let body_hash = Hash(*blake3::hash(body).as_bytes());
    let message = signed_bytes("POST", "/v1/push", body_hash, nonce);
    let signature = SigningKey::from_bytes(&member.key).sign(&message).to_bytes();
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    let head = format!(
        "POST /v1/push HTTP/1.1\r\nhost: hub\r\nfengxiang-device: {}\r\nfengxiang-nonce: {nonce}\r\n\
         fengxiang-signature: {signature}\r\ncontent-type: application/cbor\r\ncontent-encoding: zstd\r\n\
         accept: application/cbor\r\naccept-encoding: zstd\r\ncontent-length: {}\r\n\r\n",
        member.device,
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Everything is there, once.
fn check(database: &str, members: &[Member], total: u64) -> Result<()> {
    let partitions: BTreeSet<Partition> = members.iter().map(|member| member.partition).collect();
    let store = open(database)?;
    let rows: u64 = read(&*store, &mut |tx| partitions.iter().map(|p| Ok(tx.sum_root(*p)?.rows)).sum())?;
    ensure!(rows == total, "{rows} rows of {total} changes");
    Ok(())
}

/// Seconds of processor time that a process has used.
fn cpu(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|n| n.parse::<f64>().ok()).context("no times in stat");
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}
