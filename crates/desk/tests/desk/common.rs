//! A real desk on a real file, with a clock turned by hand and counted randomness.

use fengxiang_desk::outside::{Clock, Ids};
use fengxiang_desk::store::{NewStation, NewVisit, NewVisitor};
use fengxiang_desk::{Act, Desk, Surroundings};
use fengxiang_domain::ids::{StaffId, VisitorId};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// 2026-03-16 09:00 in Xiangyang.
pub const MORNING: i64 = 1_773_622_800_000;
pub const PASSWORD: &str = "three bees over nine bridges";
pub const RECOVERY: [u8; 20] = [7; 20];

pub struct HandClock(pub AtomicI64);
struct Counted(AtomicU64);

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Ids for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            // Mixed twice, so that ids of one millisecond differ.
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let n = (n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (n >> 56) as u8;
        }
    }
}

pub struct Bench {
    pub desk: Desk,
    pub manager: StaffId,
    pub clock: Arc<HandClock>,
    pub around: Surroundings,
}

pub fn surroundings() -> (Surroundings, Arc<HandClock>) {
    let clock = Arc::new(HandClock(AtomicI64::new(MORNING)));
    (Surroundings { clock: clock.clone(), ids: Arc::new(Counted(AtomicU64::new(1))) }, clock)
}

pub fn station() -> NewStation {
    NewStation {
        code: "GX03".into(),
        name: "试用广场能量站".into(),
        level: "core".into(),
        address: "试用路 1 号".into(),
        opening_rules: "[]".into(),
        manager_name: "站长甲".into(),
        opening_balances: Vec::new(),
    }
}

pub fn found(folder: &Path) -> Bench {
    let (around, clock) = surroundings();
    let (desk, manager) = Desk::found(folder, &station(), PASSWORD, &RECOVERY, around.clone()).unwrap();
    Bench { desk, manager, clock, around }
}

impl Bench {
    pub fn act(&self, verb: &'static str) -> Act {
        Act { verb, actor: Some(self.manager) }
    }

    pub fn pass_min(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    pub fn visitor(&self, alias: &str, phone: Option<&str>) -> VisitorId {
        let new = NewVisitor {
            alias: alias.into(),
            visitor_type: "01".into(),
            platform: Some("p01".into()),
            platform_word: Some("美团".into()),
            name: None,
            phone: phone.map(str::to_owned),
            work_area: None,
            consent_given: true,
        };
        self.desk.write(self.act("add_visitor"), |w| w.add_visitor(&new)).unwrap().value
    }
}

pub fn arrival(visitor: Option<VisitorId>, items: &[&str]) -> NewVisit {
    let items = items.iter().map(|i| (*i).to_owned()).collect();
    NewVisit { visitor, visitor_type: "01".into(), people: 1, items, channel: "desk", separate_reason: None, at: None }
}
