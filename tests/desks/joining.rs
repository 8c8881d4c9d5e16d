//! Through the commands, as a window would: a station joins a hub, a second PC joins the station, and a new PC brings it back
//! after a fire.

use anyhow::{Context, Result, bail, ensure};
use fengxiang_commands::App;
use fengxiang_desk::BACKUP_FOLDER;
use fengxiang_tests::hub::Served;
use fengxiang_tests::outside::{PASSWORD, app, ask, copy_folder, surroundings};
use fengxiang_wire::device::{DeviceRole, Invite};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(super) const SOON: Duration = Duration::from_secs(5);
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// One PC: its folder and the program on it.
pub(super) struct Pc {
    pub app: App,
    pub folder: TempDir,
}

impl Pc {
    pub fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        Ok(Self { app: app(folder.path(), surroundings()), folder })
    }

    /// A copy of this one's files, while nobody works.
    fn copied(&self) -> Result<Self> {
        self.app.close();
        let folder = TempDir::new()?;
        copy_folder(self.folder.path(), folder.path())?;
        let copy = Self { app: app(folder.path(), surroundings()), folder };
        for pc in [self, &copy] {
            pc.ask("store_open", json!({ "password": PASSWORD }))?;
        }
        Ok(copy)
    }

    /// The number of a new ticket.
    fn ticket(&self) -> Result<String> {
        let new = json!({ "sentence": "拖欠[试用]", "phone": null, "category": null, "is_urgent": false, "group_size": null });
        Ok(self.ask("ticket_add", new)?["no"].as_str().context("a number")?.to_owned())
    }

    fn letter(&self) -> Result<Value> {
        Ok(self.ask("sync_detail", Value::Null)?["letter"].clone())
    }

    pub fn ask(&self, name: &str, request: Value) -> Result<Value> {
        ask(&self.app, name, request)
    }

    /// Asks again until the answer is as wanted.
    pub fn wait(&self, within: Duration, name: &str, is_right: impl Fn(&Value) -> bool) -> Result<Value> {
        let began = Instant::now();
        loop {
            let answer = self.ask(name, Value::Null)?;
            if is_right(&answer) {
                return Ok(answer);
            }
            if began.elapsed() > within {
                bail!("{name} still says {answer}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub fn visit_count(&self) -> Result<i64> {
        Ok(self.ask("day_summary", Value::Null)?["visit_count"].as_i64().unwrap_or(-1))
    }

    pub fn check_in(&self, visitor: Option<&str>) -> Result<()> {
        let visit = json!({ "visitor_id": visitor, "visitor_type": visitor.is_none().then_some("01"), "people": 1, "items": ["B01"], "separate_reason": null });
        self.ask("visit_add", visit).map(drop)
    }

    pub fn wait_for_visits(&self, count: i64) -> Result<()> {
        let began = Instant::now();
        while self.visit_count()? != count {
            let standing = self.ask("sync_status", Value::Null)?;
            ensure!(began.elapsed() < SOON, "{} visits, not {count}: {standing}", self.visit_count()?);
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    pub fn visitor(&self, alias: &str) -> Result<String> {
        let new = json!({ "alias": alias, "visitor_type": "01", "platform": null, "name": "王试用", "phone": "13900000000", "work_area": null, "consent_given": true });
        Ok(self.ask("visitor_add", new)?["id"].as_str().context("an id")?.to_owned())
    }
}

/// A station set up on a PC that joined the hub, with the groups of its recovery key.
fn station(hub: &Served) -> Result<(Pc, Value)> {
    let invite = Invite { role: DeviceRole::Station, station: None, may_read_party: false };
    station_by(hub, &hub.code(&invite)?, "GX03")
}

/// The same, let in by an invitation.
pub(super) fn station_by(hub: &Served, invitation: &str, code: &str) -> Result<(Pc, Value)> {
    let pc = Pc::new()?;
    let key = pc.ask(
        "station_found",
        json!({
            "code": code, "name": "试用广场能量站", "level": "core", "address": "试用路 1 号", "opening_rules": [],
            "manager_name": "站长甲", "password": PASSWORD, "opening_balances": [],
        }),
    )?;
    pc.ask("hub_enroll", json!({ "address": hub.address, "code": invitation, "device_name": "前台电脑" }))?;
    Ok((pc, key["groups"].clone()))
}

/// Another PC of the same station, signed in.
pub(super) fn second_of(hub: &Served, first: &Pc) -> Result<Pc> {
    let code = first.ask("device_invite", Value::Null)?["code"].clone();
    let pc = Pc::new()?;
    pc.ask("desk_join", json!({ "address": hub.address, "code": code, "device_name": "里屋电脑" }))?;
    let waiting = pc.wait(PATIENCE, "desk_join_status", |s| s["step"] == "waiting_for_keys")?;
    let devices = first.ask("device_list", Value::Null)?;
    let joiner = devices.as_array().and_then(|all| all.iter().find(|d| d["is_waiting_for_keys"] == true));
    let joiner = joiner.context("the joiner is listed")?;
    ensure!(joiner["fingerprint"] == waiting["fingerprint"], "both screens show the same");
    let other = json!({ "id": joiner["id"], "fingerprint": ["0000"] });
    ensure!(first.ask("device_confirm", other).is_err(), "what was not compared gets no keys");
    first.ask("device_confirm", json!({ "id": joiner["id"], "fingerprint": waiting["fingerprint"] }))?;
    finish(&pc, "store_open", json!({ "password": PASSWORD }))?;
    Ok(pc)
}

/// Waits until the station is there and opens it. From then on nobody asks how far it is.
pub(super) fn finish(pc: &Pc, open: &str, with: Value) -> Result<()> {
    let began = Instant::now();
    while pc.ask("app_status", Value::Null)?["phase"] != "sealed" {
        let status = pc.app.call("desk_join_status", Value::Null).map(|answer| answer.value);
        ensure!(status.as_ref().map_or(true, |s| s["step"] != "failed"), "{status:?}");
        ensure!(began.elapsed() < PATIENCE, "{status:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    pc.ask(open, with).map(drop)
}

/// Numbers of the keys that the hub's rows on this PC are sealed with.
fn sealed_with(pc: &Pc) -> Result<Vec<u8>> {
    let (desk, _) = fengxiang_desk::Desk::open(pc.folder.path(), PASSWORD, surroundings())?;
    let rows = desk.exchange(|x| x.list_mirrored(None, 10_000))?.value;
    let mut ids = std::collections::BTreeSet::new();
    for (_, bytes) in rows {
        let row = fengxiang_sync::translate::parse_row(&bytes)?;
        let values = row.fields.into_values().filter_map(|register| register.value);
        ids.extend(values.filter(|value| value.0.len() > 2).map(|value| value.0[1]));
    }
    Ok(ids.into_iter().collect())
}

#[test]
fn a_second_pc_joins_by_code_and_shows_within_five_seconds_what_the_first_writes() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, _) = station(&hub)?;
    first.check_in(None)?;
    let wang = first.visitor("王师傅")?;
    first.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed")?;
    let second = second_of(&hub, &first)?;
    second.wait_for_visits(1)?;
    first.check_in(Some(&wang))?;
    second.wait_for_visits(2)?;
    second.check_in(Some(&wang))?;
    second.check_in(None)?;
    first.wait_for_visits(3)?;
    let devices = first.ask("device_list", Value::Null)?;
    let devices = devices.as_array().context("a list")?;
    ensure!(devices.iter().all(|d| d["is_waiting_for_keys"] == false), "{devices:?}");
    ensure!(devices.iter().filter_map(|d| d["letter"].as_str()).collect::<Vec<_>>() == ["A", "B"], "{devices:?}");
    Ok(())
}

#[test]
fn a_pc_joins_by_what_it_scans_and_nobody_compares() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, _) = station(&hub)?;
    first.check_in(None)?;
    first.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    let invitation = first.ask("device_invite", Value::Null)?;
    let text = invitation["qr"]["text"].as_str().context("a text")?;
    ensure!(invitation["qr"]["svg"].as_str().is_some_and(|svg| svg.contains("<svg")), "{invitation}");
    let join = |text: &str| -> Result<Pc> {
        let pc = Pc::new()?;
        pc.ask("desk_join", json!({ "address": "", "code": text, "device_name": "里屋电脑" }))?;
        Ok(pc)
    };
    // The code without its secret lets nobody read anything.
    let second_text = first.ask("device_invite", Value::Null)?["qr"]["text"].as_str().context("a text")?.to_owned();
    let mut parts: Vec<&str> = second_text.split(' ').collect();
    parts[2] = "00000000000000000000000000000000";
    let wrong = join(&parts.join(" "))?;
    wrong.wait(PATIENCE, "desk_join_status", |s| s["step"] == "failed")?;
    ensure!(wrong.ask("app_status", Value::Null)?["phase"] == "new");
    let second = join(text)?;
    finish(&second, "store_open", json!({ "password": PASSWORD }))?;
    second.wait_for_visits(1)?;
    second.check_in(None)?;
    first.wait_for_visits(2)?;
    let is_settled = |devices: &Value| {
        devices
            .as_array()
            .is_some_and(|all| all.iter().any(|d| d["letter"] == "C" && d["is_waiting_for_keys"] == false))
    };
    first.wait(SOON, "device_list", is_settled)?;
    ensure!(join(text)?.wait(PATIENCE, "desk_join_status", |s| s["step"] == "failed")?["code"] == "wrong_code");
    Ok(())
}

#[test]
fn both_writers_of_one_field_are_heard_and_a_person_decides() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, _) = station(&hub)?;
    let wang = first.visitor("王师傅")?;
    let second = second_of(&hub, &first)?;
    second.wait(SOON, "sync_status", |s| s["state"] == "agreed")?;
    let edit = |pc: &Pc, name: &str| {
        let edit = json!({ "visitor_id": wang, "alias": "王师傅", "visitor_type": "01", "platform": null, "name": name, "phone": "13900000000", "work_area": null, "consent_given": true });
        pc.ask("visitor_edit", edit)
    };
    edit(&first, "王甲")?;
    edit(&second, "王乙")?;
    first.wait(SOON, "sync_status", |s| s["conflicts"] == 1)?;
    second.wait(SOON, "sync_status", |s| s["conflicts"] == 1)?;
    let conflict = first.ask("conflict_list", Value::Null)?[0].clone();
    ensure!(conflict["field"] == "name" && conflict["label"] == "王师傅", "{conflict}");
    let values = conflict["values"].as_array().context("two values")?;
    let texts: Vec<&str> = values.iter().filter_map(|v| v["text"].as_str()).collect();
    ensure!(texts.len() == 2 && texts.contains(&"王甲") && texts.contains(&"王乙"), "{conflict}");
    ensure!(values.iter().filter(|v| v["is_shown"] == true).count() == 1, "{conflict}");
    let choice = values.iter().position(|v| v["text"] == "王甲").context("the first value")?;
    first.ask("conflict_decide", json!({ "id": conflict["id"], "choice": choice }))?;
    second.wait(SOON, "sync_status", |s| s["conflicts"] == 0)?;
    for pc in [&first, &second] {
        let shown = pc.ask("visitor_get", json!({ "visitor_id": wang }))?;
        ensure!(shown["name"] == "王甲", "{shown}");
        ensure!(pc.ask("conflict_list", Value::Null)? == json!([]));
    }
    Ok(())
}

#[test]
fn the_printed_recovery_key_brings_a_station_back_when_its_last_pc_burnt() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, groups) = station(&hub)?;
    let wang = first.visitor("王师傅")?;
    first.check_in(Some(&wang))?;
    first.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed")?;
    drop(first);
    let new = Pc::new()?;
    new.ask("desk_recover", json!({ "address": hub.address, "groups": groups, "device_name": "新电脑" }))?;
    finish(&new, "store_open_recovery", json!({ "groups": groups, "new_password": "four bees under one bridge" }))?;
    ensure!(new.visit_count()? == 1);
    ensure!(new.ask("visitor_get", json!({ "visitor_id": wang }))?["name"] == "王试用");
    new.check_in(None)?;
    new.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    Ok(())
}

#[test]
fn a_person_who_is_erased_vanishes_on_every_desk_and_the_count_stays() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, _) = station(&hub)?;
    let wang = first.visitor("王师傅")?;
    first.check_in(Some(&wang))?;
    let second = second_of(&hub, &first)?;
    second.wait_for_visits(1)?;
    first.ask("visitor_erase", json!({ "visitor_id": wang }))?;
    ensure!(first.ask("visitor_search", json!({ "text": "王师傅" }))? == json!([]));
    let began = Instant::now();
    while second.ask("visitor_search", json!({ "text": "王师傅" }))? != json!([]) {
        ensure!(began.elapsed() < SOON, "the second desk still finds the person");
        std::thread::sleep(Duration::from_millis(50));
    }
    for pc in [&first, &second] {
        ensure!(pc.visit_count()? == 1, "counts stay");
        ensure!(
            pc.ask("visitor_list", json!({ "text": "", "visitor_type": null, "after": null }))?["rows"] == json!([])
        );
    }
    Ok(())
}

#[test]
fn a_desk_that_comes_back_from_a_backup_gets_what_it_lost_and_sends_what_waits() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, _) = station(&hub)?;
    first.check_in(None)?;
    first.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    let kept = TempDir::new()?;
    let file = kept.path().join("kept.fxbackup");
    first.app.close();
    let backup =
        std::fs::read_dir(first.folder.path().join(BACKUP_FOLDER))?.next().context("one was made at closing")??;
    std::fs::copy(backup.path(), &file)?;
    first.ask("store_open", json!({ "password": PASSWORD }))?;
    first.check_in(None)?;
    first.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    drop(first);
    let again = Pc::new()?;
    fengxiang_desk::restore_backup(&file, again.folder.path())?;
    again.ask("store_open", json!({ "password": PASSWORD }))?;
    again.check_in(None)?;
    again.wait_for_visits(3)?;
    again.wait(SOON, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    let alarms = again.ask("alarm_list", Value::Null)?;
    ensure!(alarms[0]["kind"] == "restored", "the manager is told: {alarms}");
    ensure!(again.letter()? == "B", "what was issued after the backup stands on paper");
    Ok(())
}

#[test]
fn of_two_copies_of_one_file_the_second_issues_its_numbers_with_a_letter_of_its_own() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, _) = station(&hub)?;
    ensure!(first.ticket()?.contains("-A0001"));
    first.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    let second = first.copied()?;
    first.check_in(None)?;
    first.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    second.check_in(None)?;
    second.wait(PATIENCE, "alarm_list", |all| !all[0]["kind"].is_null())?;
    second.wait(PATIENCE, "sync_detail", |detail| detail["letter"] == "B")?;
    let (one, other) = (first.ticket()?, second.ticket()?);
    ensure!(one.contains("-A0002") && other.contains("-B1002"), "{one} {other}");
    // What the hub knows of this device is what the file knows.
    let devices = second.ask("device_list", Value::Null)?;
    ensure!(devices[0]["letter"] == "B", "{devices}");
    Ok(())
}

#[test]
fn after_a_desk_was_revoked_the_others_go_on_with_a_key_that_it_never_had() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let (first, groups) = station(&hub)?;
    let (second, lost) = (second_of(&hub, &first)?, second_of(&hub, &first)?);
    let devices = first.ask("device_list", Value::Null)?;
    let letter = |of: &str| devices.as_array().and_then(|all| all.iter().find(|d| d["letter"] == of)).cloned();
    first.ask("device_revoke", json!({ "id": letter("C").context("the third desk")?["id"] }))?;
    // It may have been told already.
    let _ = lost.ask("sync_now", Value::Null);
    lost.wait(PATIENCE, "app_status", |s| s["phase"] == "sealed")?;
    let before = sealed_with(&first)?;
    first.check_in(None)?;
    second.wait_for_visits(1)?;
    second.check_in(None)?;
    first.wait_for_visits(2)?;
    let shut = lost.ask("store_open", json!({ "password": PASSWORD })).err().context("its data stays locked")?;
    ensure!(shut.to_string().contains("revoked_here"), "{shut}");
    lost.ask("store_open_recovery", json!({ "groups": groups, "new_password": "four bees under one bridge" }))?;
    ensure!(
        lost.ask("sync_status", Value::Null)?["state"] == "revoked",
        "what is on paper opens it, and it stays alone"
    );
    ensure!(lost.visit_count()? == 0);
    let after = sealed_with(&first)?;
    ensure!(before == [1] && after == [1, 2], "{before:?} {after:?}");
    // Whoever comes later gets every key, by invitation and by the recovery key alike.
    let fourth = second_of(&hub, &first)?;
    fourth.wait_for_visits(2)?;
    let fifth = Pc::new()?;
    fifth.ask("desk_recover", json!({ "address": hub.address, "groups": groups, "device_name": "新电脑" }))?;
    finish(&fifth, "store_open_recovery", json!({ "groups": groups, "new_password": "four bees under one bridge" }))?;
    ensure!(fifth.visit_count()? == 2);
    Ok(())
}
