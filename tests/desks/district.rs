//! The district's desk, through the commands and over a real hub: what it sees of its stations, and what it tells them.

use crate::joining::{PATIENCE, Pc, SOON, finish, second_of, station_by};
use anyhow::{Context, Result, ensure};
use fengxiang_hub::devices::Registry;
use fengxiang_hub::store::transact;
use fengxiang_tests::hub::Served;
use fengxiang_tests::outside::{PASSWORD, surroundings};
use fengxiang_wire::device::{DeviceRole, EnvelopeTo, Invite};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// A desk of the district office, let in by an invitation.
fn office_by(hub: &Served, invitation: &str, officer: &str) -> Result<Pc> {
    let pc = Pc::new()?;
    let request = json!({ "address": hub.address, "code": invitation, "device_name": "区级电脑", "officer_name": officer, "password": PASSWORD });
    let key = pc.ask("district_found", request)?;
    ensure!(key["groups"].as_array().is_some_and(|groups| groups.len() == 8), "{key}");
    Ok(pc)
}

/// The first one, which makes the keys.
fn office(hub: &Served) -> Result<Pc> {
    let invite = Invite { role: DeviceRole::District, station: None, may_read_party: true };
    let pc = office_by(hub, &hub.code(&invite)?, "区员甲")?;
    overview(&pc, |o| o["is_waiting_for_keys"] == false)?;
    Ok(pc)
}

fn overview(pc: &Pc, is_right: impl Fn(&Value) -> bool) -> Result<Value> {
    pc.wait(PATIENCE, "district_overview", is_right)
}

/// A new station by an invitation of the district, not confirmed yet.
fn invited(hub: &Served, office: &Pc, code: &str) -> Result<Pc> {
    let invitation = office.ask("district_invite", json!({ "desk": "new_station", "station_id": null }))?;
    Ok(station_by(hub, invitation["code"].as_str().context("a code")?, code)?.0)
}

/// Says yes to the first device of a station, as compared with what its own screen shows.
fn confirm(office: &Pc, station: &Pc, code: &str) -> Result<String> {
    office.ask("sync_now", Value::Null)?;
    let is_listed = |o: &Value| find(o, code).is_some_and(|s| s["devices"] != json!([]));
    let seen = overview(office, is_listed)?;
    let of = find(&seen, code).context("the station is listed")?;
    let fingerprint = station.ask("sync_detail", Value::Null)?["fingerprint"].clone();
    ensure!(of["devices"][0]["fingerprint"] == fingerprint && of["devices"][0]["is_waiting_for_keys"] == true, "{of}");
    let other = json!({ "id": of["devices"][0]["id"], "fingerprint": ["0000"] });
    ensure!(office.ask("district_confirm", other).is_err(), "what was not compared gets no keys");
    office.ask("district_confirm", json!({ "id": of["devices"][0]["id"], "fingerprint": fingerprint }))?;
    station.ask("sync_now", Value::Null)?;
    Ok(of["id"].as_str().context("an id")?.to_owned())
}

fn find<'a>(overview: &'a Value, code: &str) -> Option<&'a Value> {
    overview["stations"].as_array()?.iter().find(|station| station["code"] == code)
}

/// Asks again until a list at a desk is as wanted.
fn shows(pc: &Pc, name: &str, request: &Value, is_right: impl Fn(&Value) -> bool) -> Result<Value> {
    let began = Instant::now();
    loop {
        let answer = pc.ask(name, request.clone())?;
        if is_right(&answer) {
            return Ok(answer);
        }
        ensure!(began.elapsed() < PATIENCE, "{name} still says {answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn the_district_sees_totals_state_and_problems_and_no_person() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let office = office(&hub)?;
    let station = invited(&hub, &office, "GX03")?;
    let wang = station.visitor("王师傅")?;
    station.check_in(Some(&wang))?;
    station.check_in(None)?;
    let sentence = "我是王试用，电话 13900000000，三号门不让进";
    station.ask(
        "ticket_add",
        json!({ "sentence": sentence, "phone": "13900000000", "category": "01", "is_urgent": true, "group_size": 6 }),
    )?;
    let id = confirm(&office, &station, "GX03")?;
    let told = overview(&office, |o| find(o, "GX03").is_some_and(|s| s["today"]["visits"] == 2 && s["tickets"] == 1))?;
    let row = find(&told, "GX03").context("the station")?;
    ensure!(row["name"] == "试用广场能量站" && row["state"] == "closed" && row["has_keys"] == true, "{row}");
    ensure!(row["today"]["visitors"] == 1 && row["month"]["basic"] == 2 && row["last_contact_at"].is_i64(), "{row}");
    let days =
        office.ask("district_days", json!({ "station_id": id, "from_on": "2000-01-01", "to_on": "2100-01-01" }))?;
    ensure!(days[0]["totals"]["visits"] == 2 && days.as_array().is_some_and(|d| d.len() == 1), "{days}");

    let ticket = station.ask("ticket_list", Value::Null)?[0]["id"].clone();
    let title = |text: &str| station.ask("ticket_title", json!({ "id": ticket, "title": text }));
    ensure!(title("王师傅进不去").is_err() && title("回电 13900000000").is_err(), "who is meant stays here");
    title("商场三号门不让骑手进")?;
    let all = json!({ "station_id": null });
    let seen = shows(&office, "district_tickets", &all, |t| t[0]["title"] == "商场三号门不让骑手进")?;
    ensure!(seen[0]["is_urgent"] == true && seen[0]["group_size"] == 6 && seen[0]["station_name"] == "试用广场能量站");

    let other = invited(&hub, &office, "GX01")?;
    confirm(&office, &other, "GX01")?;
    overview(&office, |o| find(o, "GX01").is_some_and(|s| s["state"] == "closed"))?;
    station.ask("station_pause", json!({ "reason": "停电检修", "reopen_at": null }))?;
    let shut = overview(&office, |o| o["stations"][0]["state"] == "paused")?;
    ensure!(shut["stations"][0]["code"] == "GX03" && shut["stations"][0]["reason"] == "停电检修", "{shut}");
    sees_no_station_rows(office)
}

/// The file of the district desk has rows of boards and of what all may see, and none of a station.
fn sees_no_station_rows(office: Pc) -> Result<()> {
    office.app.close();
    let (desk, _) = fengxiang_desk::Desk::open(office.folder.path(), PASSWORD, surroundings())?;
    let rows = desk.exchange(|x| x.list_mirrored(None, 10_000))?.value;
    let mut kinds = BTreeSet::new();
    for (_, bytes) in rows {
        kinds.insert(fengxiang_sync::translate::parse_row(&bytes)?.key.kind);
    }
    let wanted = ["board_day", "board_station", "board_ticket", "district_device", "office_key"].map(str::to_owned);
    ensure!(kinds == BTreeSet::from(wanted), "{kinds:?}");
    Ok(())
}

#[test]
fn what_the_district_publishes_reaches_every_desk_of_every_station() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let office = office(&hub)?;
    let station = invited(&hub, &office, "GX03")?;
    // One that joined before the keys were given, and one behind.
    let early = second_of(&hub, &station)?;
    confirm(&office, &station, "GX03")?;
    let notice = json!({ "id": null, "title": "高温提醒", "text": "注意补水", "until_on": null });
    office.ask("notice_put", notice)?;
    let code = office.ask(
        "shared_code_put",
        json!({ "list": "service_item", "code": null, "label": "夜间热饭", "dimension": "basic", "is_retired": false }),
    )?;
    office.ask("calendar_put", json!({ "on": "2026-10-01", "is_workday": false, "name": "国庆节" }))?;
    office.ask("limit_put", json!({ "level": "C", "stage": "handle", "amount": 4, "unit": "workday" }))?;
    let late = second_of(&hub, &station)?;
    for pc in [&station, &early, &late] {
        pc.ask("sync_now", Value::Null)?;
        shows(pc, "notice_list", &Value::Null, |n| n[0]["title"] == "高温提醒")?;
        shows(pc, "code_lists", &Value::Null, |lists| has_item(lists, &code["code"], "夜间热饭"))?;
        shows(pc, "calendar_list", &Value::Null, |days| days[0]["on"] == "2026-10-01")?;
        let limits = pc.ask("limit_list", Value::Null)?;
        let set = limits.as_array().and_then(|all| all.iter().find(|l| l["level"] == "C" && l["stage"] == "handle"));
        ensure!(set.is_some_and(|l| l["amount"] == 4) && limits.as_array().is_some_and(|l| l.len() == 15), "{limits}");
    }
    let item = code["code"].clone();
    let visit =
        json!({ "visitor_id": null, "visitor_type": "01", "people": 1, "items": [item], "separate_reason": null });
    station.ask("visit_add", visit)?;
    overview(&office, |o| find(o, "GX03").is_some_and(|s| s["today"]["basic"] == 1))?;
    let id = office.ask("notice_list", Value::Null)?[0]["id"].clone();
    office.ask("notice_put", json!({ "id": id, "title": "高温提醒（更新）", "text": "注意补水", "until_on": null }))?;
    shows(&late, "notice_list", &Value::Null, |n| n[0]["title"] == "高温提醒（更新）")?;
    office.ask("notice_remove", json!({ "id": id }))?;
    office.ask("calendar_remove", json!({ "id": office.ask("calendar_list", Value::Null)?[0]["id"] }))?;
    for pc in [&station, &early, &late] {
        shows(pc, "notice_list", &Value::Null, |n| *n == json!([]))?;
        shows(pc, "calendar_list", &Value::Null, |n| *n == json!([]))?;
    }
    ensure!(station.ask("notice_put", json!({ "id": null, "title": "甲", "text": "乙", "until_on": null })).is_err());
    Ok(())
}

fn has_item(lists: &Value, code: &Value, label: &str) -> bool {
    let items = lists["service_items"].as_array();
    items.is_some_and(|all| all.iter().any(|i| i["code"] == *code && i["label"] == label && i["dimension"] == "basic"))
}

#[test]
fn a_second_desk_of_the_district_waits_until_the_first_says_yes() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let first = office(&hub)?;
    let station = invited(&hub, &first, "GX03")?;
    station.check_in(None)?;
    confirm(&first, &station, "GX03")?;
    let invitation = first.ask("district_invite", json!({ "desk": "district", "station_id": null }))?;
    let second = office_by(&hub, invitation["code"].as_str().context("a code")?, "区员乙")?;
    let waiting = overview(&second, |o| o["offices"].as_array().is_some_and(|all| all.len() == 2))?;
    ensure!(waiting["is_waiting_for_keys"] == true, "{waiting}");
    ensure!(second.ask("district_confirm", json!({ "id": waiting["offices"][0]["id"], "fingerprint": [] })).is_err());
    first.ask("sync_now", Value::Null)?;
    let seen = overview(&first, |o| o["offices"].as_array().is_some_and(|all| all.len() == 2))?;
    let new = seen["offices"].as_array().and_then(|all| all.iter().find(|d| d["is_this"] == false)).context("it")?;
    ensure!(new["fingerprint"] == waiting["fingerprint"] && new["is_waiting_for_keys"] == true, "{new}");
    first.ask("district_confirm", json!({ "id": new["id"], "fingerprint": new["fingerprint"] }))?;
    second.ask("sync_now", Value::Null)?;
    overview(&second, |o| o["is_waiting_for_keys"] == false)?;
    overview(&second, |o| find(o, "GX03").is_some_and(|s| s["today"]["visits"] == 1))?;
    // A station that the second lets in is seen by the first as well.
    let other = invited(&hub, &second, "GX01")?;
    confirm(&second, &other, "GX01")?;
    other.check_in(None)?;
    for pc in [&first, &second] {
        pc.ask("sync_now", Value::Null)?;
        overview(pc, |o| find(o, "GX01").is_some_and(|s| s["today"]["visits"] == 1))?;
    }
    second.ask("notice_put", json!({ "id": null, "title": "来自乙", "text": "乙", "until_on": null }))?;
    shows(&station, "notice_list", &Value::Null, |n| n[0]["title"] == "来自乙")?;
    Ok(())
}

#[test]
fn after_a_desk_was_revoked_board_and_shared_rows_are_sealed_with_keys_it_never_had() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let office = office(&hub)?;
    let station = invited(&hub, &office, "GX03")?;
    confirm(&office, &station, "GX03")?;
    let lost = second_of(&hub, &station)?;
    station.check_in(None)?;
    overview(&office, |o| find(o, "GX03").is_some_and(|s| s["today"]["visits"] == 1))?;
    let seen =
        overview(&office, |o| find(o, "GX03").is_some_and(|s| s["devices"].as_array().is_some_and(|d| d.len() == 2)))?;
    let devices = find(&seen, "GX03").context("the station")?["devices"].clone();
    let id =
        devices.as_array().and_then(|all| all.iter().find(|d| d["letter"] == "B")).context("the second")?["id"].clone();
    let before = office.ask("sync_status", Value::Null)?["last_success_at"].as_i64();
    office.ask("district_revoke", json!({ "id": id }))?;
    lost.ask("sync_now", Value::Null).ok();
    // A cycle that was under way seals with what it began with.
    office.wait(PATIENCE, "sync_status", |s| s["last_success_at"].as_i64() > before)?;
    office.ask("notice_put", json!({ "id": null, "title": "新钥匙", "text": "乙", "until_on": null }))?;
    office.wait(SOON, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    shows(&station, "notice_list", &Value::Null, |n| n[0]["title"] == "新钥匙")?;
    station.check_in(None)?;
    overview(&office, |o| find(o, "GX03").is_some_and(|s| s["today"]["visits"] == 2))?;
    let sealed = sealed_with(office)?;
    ensure!(sealed.contains(&("notice".to_owned(), 2)) && sealed.contains(&("board_day".to_owned(), 2)), "{sealed:?}");
    Ok(())
}

/// Kind and number of the key that the values of the district's rows are sealed with.
fn sealed_with(office: Pc) -> Result<BTreeSet<(String, u8)>> {
    office.app.close();
    let (desk, _) = fengxiang_desk::Desk::open(office.folder.path(), PASSWORD, surroundings())?;
    let mut all = BTreeSet::new();
    for (_, bytes) in desk.exchange(|x| x.list_mirrored(None, 10_000))?.value {
        let row = fengxiang_sync::translate::parse_row(&bytes)?;
        let values = row.fields.values().filter_map(|register| register.value.as_ref());
        all.extend(values.filter(|value| value.0.len() > 2).map(|value| (row.key.kind.clone(), value.0[1])));
    }
    Ok(all)
}

#[test]
fn nothing_of_a_station_is_counted_or_kept_at_a_district_desk() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let office = office(&hub)?;
    office.ask("session_lock", Value::Null)?;
    ensure!(office.check_in(None).is_err(), "a locked office counts nobody");
    ensure!(office.ask("district_overview", Value::Null).is_err());
    let status = office.ask("app_status", Value::Null)?;
    ensure!(status["is_district"] == true && status["phase"] == "locked", "{status}");
    let staff = status["staff"][0]["id"].clone();
    office.ask("session_unlock", json!({ "staff_id": staff, "secret": PASSWORD }))?;
    let add = |role: &str| {
        office.ask("staff_add", json!({ "name": "区员丙", "role": role, "pin": null, "password": "seven bees in two gardens", "valid_until_on": null }))
    };
    ensure!(add("manager").is_err());
    add("district_supervisor")?;
    ensure!(office.ask("sync_status", Value::Null)?["waiting"] == 0, "people of the office go to no hub");
    let station_code = hub.code(&Invite { role: DeviceRole::Station, station: None, may_read_party: false })?;
    let wrong = Pc::new()?;
    let request = json!({ "address": hub.address, "code": station_code, "device_name": "电脑", "officer_name": "甲", "password": PASSWORD });
    ensure!(wrong.ask("district_found", request).is_err(), "an invitation of another kind");
    ensure!(wrong.ask("app_status", Value::Null)?["phase"] == "new");
    Ok(())
}

#[test]
fn a_station_without_a_desk_and_without_its_recovery_key_comes_back_through_the_office() -> Result<()> {
    let hub = Served::start(Default::default())?;
    let office = office(&hub)?;
    let station = invited(&hub, &office, "GX03")?;
    let wang = station.visitor("王师傅")?;
    let id = confirm(&office, &station, "GX03")?;
    station.check_in(Some(&wang))?;
    overview(&office, |o| find(o, "GX03").is_some_and(|s| s["today"]["visits"] == 1))?;
    let of_office = EnvelopeTo::Office(fengxiang_sync::translate::id_of(&id)?);
    let began = Instant::now();
    while transact(&*hub.store, &mut |tx| Registry(tx).list_envelopes(of_office))?.is_empty() {
        ensure!(began.elapsed() < PATIENCE, "the station wraps its keys for the office");
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(station);
    let invitation = office.ask("district_invite", json!({ "desk": "station", "station_id": id }))?;
    let new = Pc::new()?;
    new.ask("desk_join", json!({ "address": hub.address, "code": invitation["code"], "device_name": "新电脑" }))?;
    let waiting = new.wait(PATIENCE, "desk_join_status", |s| s["step"] == "waiting_for_keys")?;
    office.ask("sync_now", Value::Null)?;
    let is_listed = |o: &Value| find(o, "GX03").is_some_and(|s| s["devices"].as_array().is_some_and(|d| d.len() == 2));
    let seen = overview(&office, is_listed)?;
    let devices = find(&seen, "GX03").context("the station")?["devices"].clone();
    let device = devices.as_array().and_then(|all| all.iter().find(|d| d["letter"] == "B")).context("the new one")?;
    ensure!(device["fingerprint"] == waiting["fingerprint"], "both screens show the same");
    let restore = |fingerprint: &Value, reason: &str| {
        office.ask("district_restore", json!({ "id": device["id"], "fingerprint": fingerprint, "reason": reason }))
    };
    ensure!(restore(&waiting["fingerprint"], " ").is_err(), "not without a reason");
    ensure!(restore(&json!(["0000"]), "火灾").is_err(), "not without comparing");
    restore(&waiting["fingerprint"], "火灾后恢复")?;
    finish(&new, "store_open", json!({ "password": PASSWORD }))?;
    ensure!(new.visit_count()? == 1);
    ensure!(new.ask("visitor_get", json!({ "visitor_id": wang }))?["name"] == "王试用");
    new.check_in(None)?;
    new.wait(PATIENCE, "sync_status", |s| s["state"] == "agreed" && s["waiting"] == 0)?;
    new.wait(PATIENCE, "sync_detail", |d| d["office_accesses"][0]["reason"] == "火灾后恢复")?;
    let alarms = new.ask("alarm_list", Value::Null)?;
    ensure!(alarms.as_array().is_some_and(|all| all.iter().any(|a| a["kind"] == "office_access")), "{alarms}");
    let own = new.ask("device_list", Value::Null)?;
    ensure!(own.as_array().is_some_and(|all| all.iter().all(|d| d["is_waiting_for_keys"] == false)), "{own}");
    Ok(())
}
