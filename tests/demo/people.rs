//! Who works in the demo and who comes: all made up, and looking so.

use crate::DAY_MS;
use crate::desk::{Demo, Staff};
use anyhow::{Context, Result};
use fengxiang_domain::time::business_on;
use serde_json::{Value, json};

pub struct Team {
    pub manager: Staff,
    pub social_worker: Staff,
    pub volunteers: Vec<Staff>,
}

/// Those who sign in with a password need one of their own; nobody uses these.
const OTHERS: [(&str, &str, &str); 4] = [
    ("社工乙", "social_worker", "four hives by the river"),
    ("督导丙", "supervisor", "five hives by the river"),
    ("党建丁", "party_adviser", "six hives by the river"),
    ("系统戊", "system_admin", "seven hives by the river"),
];
const VOLUNTEERS: [(&str, &str); 3] = [("志愿者己", "602114"), ("志愿者庚", "730925"), ("志愿者辛", "518306")];

const SURNAMES: &str = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章";
/// Visitor type and platform, over and over.
const TRADES: [(&str, &str); 10] = [
    ("01", "p01"),
    ("01", "p01"),
    ("02", "p15"),
    ("01", "p02"),
    ("01", "p01"),
    ("02", "p13"),
    ("03", "p03"),
    ("01", "p12"),
    ("05", "p06"),
    ("02", "p17"),
];
const AREAS: [&str; 4] = ["示例广场", "样板路", "演示小区", "试用园区"];

/// Name and days until it goes out of date.
const EXPIRIES: [(&str, i64); 4] = [("碘伏", 12), ("创可贴", -2), ("2 号灭火器", 25), ("1 号灭火器", 240)];

/// The station, its first manager and everybody who works there.
pub fn found(demo: &Demo, password: &str, opened_on: &str) -> Result<Team> {
    let rules: Vec<Value> = (1..=7)
        .map(|weekday| json!({ "weekday": weekday, "opens": "08:00", "closes": "21:00", "attended": true }))
        .collect();
    let balance = |indicator: &str, value: i64| json!({ "indicator": indicator, "as_of_on": opened_on, "value": value, "source": "演示用的旧台账" });
    let key = demo.ask(
        "station_found",
        json!({
            "code": "YS01", "name": "演示广场蜂享能量站", "level": "core", "address": "演示路 1 号（并无此处）",
            "opening_rules": rules, "manager_name": "站长甲", "password": password,
            "opening_balances": [balance("visit_count", 12_840), balance("problem_count", 215)],
        }),
    )?;
    let group = |i: usize| key["groups"][i].clone();
    let typed = json!({ "first_index": 0, "first_group": group(0), "second_index": 5, "second_group": group(5) });
    demo.ask("recovery_check", typed)?;
    let manager = text(&demo.ask("app_status", Value::Null)?["session"]["staff_id"])?;
    let added = |(name, role, secret): &(&str, &str, &str)| add_staff(demo, name, role, None, Some(secret));
    let others = OTHERS.iter().map(added).collect::<Result<Vec<_>>>()?;
    let volunteers = VOLUNTEERS.iter().map(|(name, pin)| add_staff(demo, name, "volunteer", Some(pin), None));
    Ok(Team {
        manager: Staff { id: manager, secret: password.to_owned() },
        volunteers: volunteers.collect::<Result<_>>()?,
        social_worker: others.into_iter().next().context("a social worker was added")?,
    })
}

fn add_staff(demo: &Demo, name: &str, role: &str, pin: Option<&str>, password: Option<&str>) -> Result<Staff> {
    let request = json!({ "name": name, "role": role, "pin": pin, "password": password, "valid_until_on": null });
    let id = text(&demo.ask("staff_add", request)?["id"])?;
    Ok(Staff { id, secret: pin.or(password).unwrap_or_default().to_owned() })
}

/// The registered visitors; every second one left a name and a phone.
pub fn register(demo: &Demo) -> Result<Vec<String>> {
    let add = |(i, surname): (usize, char)| {
        let (visitor_type, platform) = TRADES[i % TRADES.len()];
        let is_known = i % 2 == 0;
        let request = json!({
            "alias": format!("{surname}师傅"), "visitor_type": visitor_type, "platform": platform,
            "name": is_known.then(|| format!("{surname}样例")), "phone": is_known.then(|| format!("139000{:05}", 6021 + 37 * i)),
            "work_area": AREAS[i % AREAS.len()], "consent_given": is_known,
        });
        text(&demo.ask("visitor_add", request)?["id"])
    };
    SURNAMES.chars().enumerate().map(add).collect()
}

pub fn list_expiries(demo: &Demo, now: i64) -> Result<()> {
    for (name, days) in EXPIRIES {
        let on = business_on(now + days * DAY_MS, 0).to_string();
        demo.ask("expiry_add", json!({ "name": name, "expires_on": on }))?;
    }
    Ok(())
}

pub fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}
