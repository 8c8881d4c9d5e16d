//! Within what time a problem of each level is to be accepted, handled and verified. The district sets them; these are what
//! counts until it does (`03-tickets-and-cases.md`).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How grave a problem is: A urgent, B advice, C solved within the station, D needs another unit, E hard or of policy.
pub const LEVELS: [&str; 5] = ["A", "B", "C", "D", "E"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Accept,
    Handle,
    Verify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    Minute,
    /// Of the hours in which the station is open.
    OpenHour,
    Workday,
}

/// The limit of a stage at a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Limit {
    pub level: String,
    pub stage: Stage,
    /// 0: at once.
    pub amount: i64,
    pub unit: LimitUnit,
}

/// More than a working year is a slip of the hand.
pub const AMOUNT_MAX: i64 = 366;

impl Stage {
    pub const ALL: [Stage; 3] = [Stage::Accept, Stage::Handle, Stage::Verify];

    /// The code under which it is stored; never changed once released.
    pub fn code(self) -> &'static str {
        match self {
            Stage::Accept => "accept",
            Stage::Handle => "handle",
            Stage::Verify => "verify",
        }
    }
}

impl LimitUnit {
    /// The code under which it is stored; never changed once released.
    pub fn code(self) -> &'static str {
        match self {
            LimitUnit::Minute => "minute",
            LimitUnit::OpenHour => "open_hour",
            LimitUnit::Workday => "workday",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [LimitUnit::Minute, LimitUnit::OpenHour, LimitUnit::Workday].into_iter().find(|unit| unit.code() == code)
    }
}

/// What counts where the district has set nothing.
pub fn built_in() -> Vec<Limit> {
    use LimitUnit::{Minute, OpenHour, Workday};
    let of = |level: &str, limits: [(i64, LimitUnit); 3]| {
        let limit = |(stage, (amount, unit))| Limit { level: level.to_owned(), stage, amount, unit };
        Stage::ALL.into_iter().zip(limits).map(limit).collect::<Vec<_>>()
    };
    [
        of("A", [(30, Minute), (1, Workday), (1, Workday)]),
        of("B", [(0, Minute), (1, Workday), (2, Workday)]),
        of("C", [(2, OpenHour), (3, Workday), (2, Workday)]),
        of("D", [(1, Workday), (5, Workday), (2, Workday)]),
        of("E", [(1, Workday), (15, Workday), (3, Workday)]),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_has_a_limit_for_every_stage() {
        let built_in = built_in();
        assert_eq!(built_in.len(), LEVELS.len() * Stage::ALL.len());
        for level in LEVELS {
            let stages: Vec<Stage> = built_in.iter().filter(|l| l.level == level).map(|l| l.stage).collect();
            assert_eq!(stages, Stage::ALL, "{level}");
        }
        assert!(built_in.iter().all(|l| (0..=AMOUNT_MAX).contains(&l.amount)));
    }
}
