//! A shift is what its acts fold to: opened, people signed in and out, closed. Acts are kept, the state is computed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// What is looked at when a station opens and closes (`01-operations.md` §1.2, rows 3 to 7).
pub const CHECKS: [&str; 5] = ["power", "hygiene", "fire", "battery", "medicine"];

/// One item of the opening or closing round; a fault says what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckResult {
    pub check: String,
    pub is_fine: bool,
    pub note: Option<String>,
}

/// An act on a shift, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum ShiftAct {
    Open {
        checks: Vec<CheckResult>,
    },
    SignIn {
        staff: Uuid,
    },
    SignOut {
        staff: Uuid,
    },
    Close {
        checks: Vec<CheckResult>,
        /// The next shift begins in the same breath: the shift ends, the day of the station does not.
        #[serde(default)]
        is_handover: bool,
    },
}

/// Somebody's time on duty; `is_assumed` when the shift's end stands for a forgotten sign-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    pub staff: Uuid,
    pub in_at: i64,
    pub out_at: Option<i64>,
    pub is_assumed: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shift {
    pub opened_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub duties: Vec<Duty>,
}

impl Shift {
    pub fn is_open(&self) -> bool {
        self.opened_at.is_some() && self.closed_at.is_none()
    }

    /// Whether this act would have an effect now; the screen offers only such acts, the fold ignores others.
    pub fn permits(&self, act: &ShiftAct) -> bool {
        match act {
            ShiftAct::Open { .. } => self.opened_at.is_none(),
            ShiftAct::SignIn { staff } => self.is_open() && !self.is_on_duty(*staff),
            ShiftAct::SignOut { staff } => self.is_open() && self.is_on_duty(*staff),
            ShiftAct::Close { .. } => self.is_open(),
        }
    }

    pub fn is_on_duty(&self, staff: Uuid) -> bool {
        self.duties.iter().any(|d| d.staff == staff && d.out_at.is_none())
    }

    fn take(&mut self, at: i64, act: &ShiftAct) {
        if !self.permits(act) {
            return;
        }
        match act {
            ShiftAct::Open { .. } => self.opened_at = Some(at),
            ShiftAct::SignIn { staff } => {
                self.duties.push(Duty { staff: *staff, in_at: at, out_at: None, is_assumed: false });
            }
            ShiftAct::SignOut { staff } => {
                let open = self.duties.iter_mut().find(|d| d.staff == *staff && d.out_at.is_none());
                open.into_iter().for_each(|d| d.out_at = Some(at));
            }
            ShiftAct::Close { .. } => self.close(at),
        }
    }

    fn close(&mut self, at: i64) {
        self.closed_at = Some(at);
        for duty in self.duties.iter_mut().filter(|d| d.out_at.is_none()) {
            duty.out_at = Some(at);
            duty.is_assumed = true;
        }
    }
}

/// The state of a shift from its acts, in their order.
pub fn fold<'a>(acts: impl IntoIterator<Item = &'a (i64, ShiftAct)>) -> Shift {
    let mut shift = Shift::default();
    for (at, act) in acts {
        shift.take(*at, act);
    }
    shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> (i64, ShiftAct) {
        (0, ShiftAct::Open { checks: Vec::new() })
    }

    #[test]
    fn a_forgotten_sign_out_ends_with_the_shift_and_is_marked() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let acts = [
            open(),
            (1, ShiftAct::SignIn { staff: a }),
            (2, ShiftAct::SignIn { staff: b }),
            (5, ShiftAct::SignOut { staff: a }),
            (9, ShiftAct::Close { checks: Vec::new(), is_handover: false }),
        ];
        let shift = fold(&acts);
        assert_eq!(shift.duties[0], Duty { staff: a, in_at: 1, out_at: Some(5), is_assumed: false });
        assert_eq!(shift.duties[1], Duty { staff: b, in_at: 2, out_at: Some(9), is_assumed: true });
    }

    #[test]
    fn an_act_that_is_not_legal_has_no_effect() {
        let a = Uuid::from_u128(1);
        let closed = fold(&[
            open(),
            (3, ShiftAct::Close { checks: Vec::new(), is_handover: false }),
            (4, ShiftAct::SignIn { staff: a }),
            open(),
        ]);
        assert_eq!((closed.closed_at, closed.duties.len()), (Some(3), 0));
        let twice = fold(&[open(), (1, ShiftAct::SignIn { staff: a }), (2, ShiftAct::SignIn { staff: a })]);
        assert_eq!(twice.duties.len(), 1);
    }
}
