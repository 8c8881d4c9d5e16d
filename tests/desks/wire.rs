//! Real desks behind a line that is listened to, cut after any byte, slow, or held by somebody who is no hub.

use anyhow::{Context, Result, ensure};
use fengxiang_desk::store::{NewTicket, VisitorEdit};
use fengxiang_domain::people::Role;
use fengxiang_sync::Stopped;
use fengxiang_tests::desks::{RealDesk, found, found_at, join, join_by};
use fengxiang_tests::hub::Served;
use fengxiang_tests::hub::process::Program;
use fengxiang_tests::hub::tap::{Heard, Mood, Tap};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

const CHILD: &str = env!("CARGO_BIN_EXE_hub-child");
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const CANARIES: [&str; 8] = [
    "CANARY-ALIAS",
    "CANARY-NAME",
    "13955550000",
    "CANARY-AREA",
    "CANARY-SENTENCE",
    "CANARY-REASON",
    "CANARY-STAFF",
    "CANARY-WORDS",
];

/// Everything personal that can be written at a counter.
fn write_canaries(desk: &RealDesk) -> Result<()> {
    let visitor = desk.add_visitor(CANARIES[0])?;
    let before = desk.desk.reader().get_visitor_fields(visitor)?;
    let edit = VisitorEdit {
        name: Some(CANARIES[1].into()),
        phone: Some(CANARIES[2].into()),
        work_area: Some(CANARIES[3].into()),
        ..before
    };
    let ticket = NewTicket {
        sentence: CANARIES[4].into(),
        phone: Some(CANARIES[2].into()),
        category: None,
        is_urgent: false,
        group_size: None,
    };
    desk.check_in(Some(visitor), &["B01"])?;
    let visit = desk.desk.reader().list_recent_visits(&desk.desk.today(), 1)?;
    let visit = visit.first().context("somebody came")?.visit_id.clone();
    let visit = fengxiang_domain::ids::VisitId::parse(&visit).context("an id")?;
    desk.desk.write(desk.act("canary"), |w| {
        w.edit_visitor(visitor, &edit)?;
        w.add_ticket(&ticket)?;
        w.void_visit(visit, CANARIES[5])?;
        w.add_staff_with_pin(CANARIES[6], Role::Volunteer, None, None)?;
        w.add_handover(CANARIES[7])?;
        w.add_incident("illness", CANARIES[7]).map(drop)
    })?;
    Ok(())
}

/// The bytes as they are, and whatever is packed in them.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = bytes.to_vec();
    for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&ZSTD)) {
        let Ok(decoder) = zstd::stream::read::Decoder::new(&bytes[at..]) else { continue };
        let mut decoder = decoder.single_frame();
        // What was read before an end that is missing is looked at as well.
        let _ = std::io::Read::read_to_end(&mut decoder, &mut all);
    }
    all
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[test]
fn no_name_phone_or_word_is_heard_on_the_line_or_lies_at_the_hub() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, log) = (folder.path().join("hub.db"), folder.path().join("hub.log"));
    let mut hub = Program::new(Path::new(CHILD), &file.to_string_lossy())?;
    hub.operate(&["init", "--district", "Made-up District"])?;
    let invited = hub.operate(&["invite", "--new-station"])?;
    hub.serve_telling(&log)?;
    let tap = Tap::before(&hub.address)?;
    let first = found_at(&tap.address, invited.split(' ').nth(1).context("a code is printed")?, "GX01")?;
    let second = join_by(&tap.address, &first)?;
    write_canaries(&first)?;
    first.cycle()?;
    second.cycle()?;
    second.check_in(None, &["B01"])?;
    second.cycle()?;
    first.cycle()?;
    ensure!(first.shown()? == second.shown()?, "what was listened to arrived");
    let shown = first.shown()?.join("\n");
    let unseen: Vec<_> = CANARIES.iter().filter(|canary| !shown.contains(**canary)).collect();
    ensure!(unseen.is_empty(), "{unseen:?} were never written");
    hub.stop()?;
    let heard: Vec<Heard> = tap.take_heard();
    let line: Vec<u8> = heard.iter().flat_map(|one| [unpacked(&one.up), unpacked(&one.down)].concat()).collect();
    ensure!(holds(&line, "ticket_submit"), "what was packed was unpacked: kinds stand in clear");
    let mut places = vec![("the line".to_owned(), line)];
    for entry in std::fs::read_dir(folder.path())? {
        let path = entry?.path();
        places.push((path.display().to_string(), unpacked(&std::fs::read(&path)?)));
    }
    ensure!(places.iter().any(|(name, bytes)| name.ends_with("hub.db") && holds(bytes, "ticket_submit")));
    ensure!(places.iter().any(|(name, bytes)| name.ends_with("hub.log") && holds(bytes, "/v1/push")));
    for (place, bytes) in places {
        let found = CANARIES.iter().find(|canary| holds(&bytes, canary));
        ensure!(found.is_none(), "{found:?} stands in {place}");
    }
    Ok(())
}

/// A cycle that the line may end. What is wrong with the file itself is never excused.
fn cycle_badly(desk: &RealDesk) -> Result<bool> {
    match desk.cycle() {
        Ok(_) => Ok(true),
        Err(Stopped::Local(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}

fn agree(tapped: &RealDesk, other: &RealDesk, visits: usize) -> Result<()> {
    for desk in [tapped, other, tapped, other] {
        desk.cycle()?;
    }
    let last = tapped.cycle()?;
    ensure!(last.repaired == 0 && last.pushed == 0 && last.is_caught_up, "{last:?}");
    let shown = tapped.shown()?;
    ensure!(shown == other.shown()?, "the desks show the same");
    let came = shown.iter().filter(|line| line.starts_with("visit [")).count();
    ensure!(came == visits, "{came} visits, not {visits}: each once");
    ensure!(tapped.desk.reader().count_outbox()? == 0);
    Ok(())
}

/// A whole cycle that pushes and pulls is heard once; then the same is cut at the end of each of its pieces, a byte before and a
/// byte behind, and all over between.
#[test]
fn a_cycle_that_is_cut_after_any_byte_loses_and_doubles_nothing() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let tap = Tap::before(&hub.address)?;
    let invite = fengxiang_wire::device::Invite {
        role: fengxiang_wire::device::DeviceRole::Station,
        station: None,
        may_read_party: false,
    };
    let tapped = found_at(&tap.address, &hub.code(&invite)?, "GX01")?;
    let other = join(&hub, &tapped)?;
    tapped.cycle()?;
    other.cycle()?;
    tap.set(Mood::Fair);
    tap.take_heard();
    let mut visits = 0;
    let mut write = |desk: &RealDesk| -> Result<()> {
        visits += 1;
        desk.check_in(None, &["B01"])
    };
    write(&other)?;
    other.cycle()?;
    write(&tapped)?;
    tapped.cycle()?;
    let mut cuts = Vec::new();
    let (mut up, mut down) = (0, 0);
    for heard in tap.take_heard() {
        cuts.extend(places(up, heard.up.len(), &heard.up_ends, heads(&heard.up)).into_iter().map(Mood::CutUp));
        cuts.extend(
            places(down, heard.down.len(), &heard.down_ends, heads(&heard.down)).into_iter().map(Mood::CutDown),
        );
        up += heard.up.len();
        down += heard.down.len();
    }
    ensure!(cuts.len() > 60, "a cycle has many boundaries: {}", cuts.len());
    let mut is_cut = 0;
    for (n, cut) in cuts.iter().enumerate() {
        if n % 3 == 0 {
            write(&other)?;
            other.cycle()?;
        }
        write(&tapped)?;
        tap.set(*cut);
        is_cut += usize::from(!cycle_badly(&tapped)?);
        tap.set(Mood::Fair);
    }
    ensure!(is_cut > cuts.len() / 2, "{is_cut} of {} were cut", cuts.len());
    agree(&tapped, &other, visits)
}

/// Ends of pieces and of heads, a byte before and behind; and every hundredth byte.
fn places(from: usize, length: usize, ends: &[usize], heads: Vec<usize>) -> BTreeSet<usize> {
    let bounds = ends.iter().copied().chain(heads);
    let around = bounds.flat_map(|end| [end.saturating_sub(1), end, end + 1]);
    around.chain((0..length).step_by(100)).filter(|at| *at < length).map(|at| from + at).collect()
}

fn heads(bytes: &[u8]) -> Vec<usize> {
    bytes.windows(4).enumerate().filter(|(_, window)| *window == b"\r\n\r\n").map(|(at, _)| at + 4).collect()
}

#[test]
fn through_pages_refusals_silence_and_a_slow_line_everything_arrives_once() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let tap = Tap::before(&hub.address)?;
    let first = found(&hub, "GX01")?;
    let tapped = join_by(&tap.address, &first)?;
    first.cycle()?;
    let moods = [Mood::Html, Mood::Busy, Mood::Often, Mood::BlackHole, Mood::Slow(Duration::from_millis(1))];
    let mut visits = 0;
    for (n, mood) in moods.iter().cycle().take(3 * moods.len()).enumerate() {
        for desk in [&tapped, &first] {
            desk.check_in(None, &["B01"])?;
            visits += 1;
        }
        first.cycle()?;
        tap.set(*mood);
        let is_done = if *mood == Mood::BlackHole {
            tapped.cycle_within(Duration::from_millis(200))?
        } else {
            cycle_badly(&tapped)?
        };
        ensure!(is_done == matches!(mood, Mood::Slow(_)), "{mood:?} in round {n}");
        tap.set(Mood::Fair);
        if n % 2 == 0 {
            cycle_badly(&tapped)?;
        }
    }
    agree(&tapped, &first, visits)
}
