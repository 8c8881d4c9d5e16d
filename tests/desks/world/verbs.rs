//! What people do at a desk, at random: every verb that leaves something for a hub.

use super::World;
use anyhow::{Result, bail};
use fengxiang_desk::store::{CodeRow, NewBalance, NewCode, NewTicket, NewVisit, NewVisitor, StaffEdit, VisitorEdit};
use fengxiang_desk::{Act, DeskError, Writer};
use fengxiang_domain::codes::{CodeList, Dimension};
use fengxiang_domain::ids::{StaffId, VisitId, VisitorId};
use fengxiang_domain::people::Role;
use fengxiang_domain::shift::ShiftAct;
use uuid::Uuid;

/// Few enough that two desks meet at one of them.
const VISITORS_MAX: usize = 6;
const STAFF_MAX: usize = 4;
const BASIC: [&str; 3] = ["B01", "B02", "B03"];
const SENSITIVE: [&str; 3] = ["P01", "V02", "B04"];

impl World {
    /// One verb of a desk's user. What is not legal just now is refused, and that is all right.
    pub(super) fn work(&mut self, at: usize) -> Result<()> {
        match self.rng.u32(..100) {
            0..10 => self.add_visitor(at),
            10..38 => self.edit_visitor(at),
            38..55 => self.check_in(at),
            55..63 => self.change_visit(at),
            63..66 => self.merge(at),
            66..71 => self.take_ticket(at),
            71..79 => self.work_shift(at),
            79..84 => self.keep_list(at),
            84..90 => self.edit_code(at),
            90..96 => self.edit_staff(at),
            _ => self.write_words(at),
        }
    }

    fn write(
        &mut self,
        at: usize,
        verb: &'static str,
        does: impl FnOnce(&mut Writer) -> Result<(), DeskError>,
    ) -> Result<()> {
        self.look(at)?;
        let actor = Some(self.manager);
        let done = self.stations[at].disk.desk().write(Act { verb, actor }, does);
        match done {
            Ok(_) => self.capture(at),
            // A desk that has not heard of its manager yet takes nobody's role away.
            Err(DeskError::NotLegalNow | DeskError::NotFound | DeskError::NameTaken | DeskError::LastManager) => Ok(()),
            Err(error) => bail!("{verb} on desk {}: {error}", self.stations[at].name),
        }
    }

    /// Words that stand nowhere else.
    fn word(&mut self, of: &str) -> String {
        self.made += 1;
        format!("{of}[{}]", self.made)
    }

    fn ids(&self, at: usize, sql: &str) -> Result<Vec<Uuid>> {
        let mut statement = self.stations[at].disk.read().prepare_cached(sql)?;
        let ids = statement.query_map([], |r| r.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(ids.iter().filter_map(|id| Uuid::parse_str(id).ok()).collect())
    }

    fn one(&mut self, at: usize, sql: &str) -> Result<Option<Uuid>> {
        let ids = self.ids(at, sql)?;
        Ok(if ids.is_empty() { None } else { Some(ids[self.rng.usize(..ids.len())]) })
    }

    /// Somebody who is in the list of visitors: an erased person is not.
    fn one_visitor(&mut self, at: usize) -> Result<Option<VisitorId>> {
        Ok(self.one(at, "SELECT id FROM visitor WHERE alias <> '' ORDER BY id")?.map(VisitorId))
    }

    fn add_visitor(&mut self, at: usize) -> Result<()> {
        if self.ids(at, "SELECT id FROM visitor ORDER BY id")?.len() >= VISITORS_MAX {
            return self.edit_visitor(at);
        }
        let phone = self.rng.bool().then(|| self.phone());
        let new = NewVisitor {
            alias: self.word("师傅"),
            visitor_type: "01".into(),
            platform: Some("p01".into()),
            platform_word: Some("试用".into()),
            name: self.rng.bool().then(|| self.word("王")),
            phone,
            work_area: None,
            consent_given: self.rng.bool(),
        };
        self.write(at, "add_visitor", |w| w.add_visitor(&new).map(drop))
    }

    fn phone(&mut self) -> String {
        self.made += 1;
        format!("139{:08}", self.made)
    }

    fn edit_visitor(&mut self, at: usize) -> Result<()> {
        let Some(id) = self.one_visitor(at)? else { return Ok(()) };
        let before = self.stations[at].disk.desk().reader().get_visitor_fields(id)?;
        let edit = match self.rng.u8(..6) {
            0 => VisitorEdit { alias: self.word("师傅"), ..before },
            1 => VisitorEdit { phone: Some(self.phone()), ..before },
            2 => VisitorEdit { visitor_type: format!("{:02}", self.rng.u8(1..9)), ..before },
            3 => VisitorEdit { work_area: Some(self.word("东湖")), name: Some(self.word("王")), ..before },
            4 => VisitorEdit { work_area: Some(self.word("东湖")), ..before },
            _ => VisitorEdit { name: Some(self.word("王")), ..before },
        };
        self.write(at, "edit_visitor", |w| w.edit_visitor(id, &edit))
    }

    fn items(&mut self) -> Vec<String> {
        let is_sensitive = self.rng.u8(..4) == 0;
        let of = if is_sensitive { SENSITIVE } else { BASIC };
        (0..self.rng.usize(..3)).map(|_| of[self.rng.usize(..3)].to_owned()).collect()
    }

    fn check_in(&mut self, at: usize) -> Result<()> {
        let visitor = if self.rng.bool() { self.one_visitor(at)? } else { None };
        let new = NewVisit {
            visitor,
            visitor_type: "01".into(),
            people: 1,
            items: self.items(),
            channel: "desk",
            separate_reason: (self.rng.u8(..4) == 0).then(|| self.word("因为")),
            at: None,
        };
        self.write(at, "check_in", |w| w.add_visit(&new).map(drop))
    }

    fn change_visit(&mut self, at: usize) -> Result<()> {
        let Some(id) = self.one(at, "SELECT id FROM visit ORDER BY id")?.map(VisitId) else { return Ok(()) };
        let (reason, items) = (self.word("写错"), self.items());
        match self.rng.u8(..5) {
            0 => self.write(at, "leave_visit", |w| w.leave_visit(id)),
            1 => self.write(at, "void_visit", |w| w.void_visit(id, &reason)),
            2 => self.write(at, "correct_visit", |w| w.correct_visit(id, "02", &items, &reason).map(drop)),
            3 => self.write(at, "add_service", |w| w.add_service(id, SENSITIVE[0]).map(drop)),
            _ => self.write(at, "void_service", |w| w.void_service(id, BASIC[0])),
        }
    }

    fn merge(&mut self, at: usize) -> Result<()> {
        let (Some(one), Some(other)) = (self.one_visitor(at)?, self.one_visitor(at)?) else { return Ok(()) };
        self.write(at, "merge_visitors", |w| w.merge_visitors(one, other).map(drop))
    }

    fn take_ticket(&mut self, at: usize) -> Result<()> {
        let new = NewTicket {
            sentence: self.word("拖欠"),
            phone: self.rng.bool().then(|| self.phone()),
            category: None,
            is_urgent: self.rng.bool(),
            group_size: None,
        };
        self.write(at, "add_ticket", |w| w.add_ticket(&new).map(drop))
    }

    fn work_shift(&mut self, at: usize) -> Result<()> {
        let staff = self.manager.0;
        let act = match self.rng.u8(..6) {
            0 | 1 => ShiftAct::Open { checks: Vec::new() },
            2 => ShiftAct::SignIn { staff },
            3 => ShiftAct::SignOut { staff },
            4 => ShiftAct::Close { checks: Vec::new(), is_handover: false },
            _ => {
                let reason = self.rng.bool().then(|| self.word("检修"));
                return self.write(at, "pause_station", |w| w.pause_station(reason.as_deref(), Some(5)));
            }
        };
        self.write(at, "shift", |w| w.add_shift_act(&act).map(drop))
    }

    fn keep_list(&mut self, at: usize) -> Result<()> {
        let word = self.word("药箱");
        let balance =
            NewBalance { indicator: "visits".into(), as_of_on: "2026-01-31".into(), value: 5, source: word.clone() };
        match self.rng.u8(..4) {
            0 => self.write(at, "add_expiry", |w| w.add_expiry(&word, "2027-01-01")),
            1 => self.write(at, "add_balance", |w| w.add_balance(&balance)),
            2 => {
                let id = self.one(at, "SELECT id FROM expiry WHERE is_alive = 1 ORDER BY id")?;
                let Some(id) = id else { return Ok(()) };
                self.removed.insert(("expiry".into(), id.to_string()));
                self.write(at, "remove_expiry", |w| w.remove_expiry(&id.to_string()))
            }
            _ => {
                let id = self.one(at, "SELECT id FROM opening_balance WHERE is_alive = 1 ORDER BY id")?;
                let Some(id) = id else { return Ok(()) };
                self.removed.insert(("opening_balance".into(), id.to_string()));
                self.write(at, "remove_balance", |w| w.remove_balance(&id.to_string()))
            }
        }
    }

    fn edit_code(&mut self, at: usize) -> Result<()> {
        let (list, word) = (CodeList::ServiceItem, self.word("热水"));
        if self.rng.u8(..8) == 0 {
            let dimension = Some(Dimension::Basic);
            // The same code may be made on both PCs: it is the same item then.
            let new = NewCode { list, dimension, label: word, is_sensitive: false };
            return self.write(at, "add_code", |w| w.add_code(new).map(drop));
        }
        let code = BASIC[self.rng.usize(..2)].to_owned();
        let row = CodeRow { list, code, label: Some(word), is_retired: self.rng.u8(..5) == 0, is_sensitive: false };
        self.write(at, "edit_code", |w| w.edit_code(&row))
    }

    fn edit_staff(&mut self, at: usize) -> Result<()> {
        let manager = self.manager.0;
        let mut others = self.ids(at, "SELECT id FROM staff ORDER BY id")?;
        others.retain(|id| *id != manager);
        let name = self.word("员工");
        if others.len() < STAFF_MAX && (others.is_empty() || self.rng.u8(..3) == 0) {
            return self.write(at, "add_staff", |w| {
                w.add_staff_with_pin(&name, Role::Volunteer, Some("2099-01-01"), None).map(drop)
            });
        }
        let id = StaffId(others[self.rng.usize(..others.len())]);
        let is_active = self.rng.u8(..4) > 0;
        let edit = StaffEdit { name, role: Role::SocialWorker, valid_until_on: None, is_active };
        self.write(at, "edit_staff", |w| w.edit_staff(id, &edit))
    }

    fn write_words(&mut self, at: usize) -> Result<()> {
        let word = self.word("交班");
        match self.rng.u8(..3) {
            0 => self.write(at, "add_incident", |w| w.add_incident("illness", &word).map(drop)),
            1 => self.write(at, "add_handover", |w| w.add_handover(&word)),
            _ => {
                let Some(id) = self.one(at, "SELECT id FROM handover ORDER BY id")? else { return Ok(()) };
                self.write(at, "tick_handover", |w| w.tick_handover(&id.to_string()))
            }
        }
    }
}
