//! `desk-child FOLDER SCENARIO SEED`: works at the counter through the commands and says what succeeded, line by line, until
//! it is killed (`endless`) or done (`short`). `acknowledges-first` breaks the promise on purpose: a check that does not
//! notice it is no check.

use anyhow::{Context, Result, bail};
use fengxiang_commands::App;
use fengxiang_commands::api::Failure;
use fengxiang_desk::store::NewVisit;
use fengxiang_desk::{Act, Desk};
use fengxiang_tests::faults::ledger::Line;
use fengxiang_tests::outside::{Dice, PASSWORD, signed_in, surroundings};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

const TYPES: [&str; 5] = ["01", "02", "03", "05", "13"];
/// None of them sensitive: those stand in no visit.
const ITEMS: [&str; 5] = ["B01", "B02", "B03", "V01", "P03"];
/// Arrivals of the short scenario, each with what follows it.
const SHORT: usize = 2;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, scenario, seed] = arguments.as_slice() else { bail!("usage: desk-child FOLDER SCENARIO SEED") };
    let folder = Path::new(folder);
    let dice = Dice::new(seed.parse().context("the seed is a number")?);
    match scenario.as_str() {
        "endless" => work(folder, dice, usize::MAX),
        "short" => work(folder, dice, SHORT),
        "acknowledges-first" => acknowledge_first(folder),
        other => bail!("unknown scenario {other}"),
    }
}

fn say(line: &Line) -> Result<()> {
    let mut text = serde_json::to_string(line)?;
    text.push('\n');
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn work(folder: &Path, dice: Dice, arrivals: usize) -> Result<()> {
    match signed_in(folder, surroundings()) {
        Ok(app) => {
            say(&Line::Ready { pid: std::process::id() })?;
            Counter { app, dice, visitor: None }.work(arrivals)?;
        }
        Err(failure) => say(&failed("store_open", &failure))?,
    }
    say(&Line::End)
}

fn failed(step: &str, failure: &Failure) -> Line {
    Line::Failed { step: step.to_owned(), code: failure.code.clone() }
}

struct Counter {
    app: App,
    dice: Dice,
    visitor: Option<String>,
}

impl Counter {
    /// One arrival after the other, some with a further item, a leaving or a void.
    fn work(&mut self, arrivals: usize) -> Result<()> {
        for n in 0..arrivals {
            if self.visitor.is_none() {
                self.register()?;
            }
            let Some(visit) = self.arrive()? else { continue };
            match (n + 1) % 3 {
                0 => self.give(&visit)?,
                1 => self.end("visit_leave", &visit)?,
                _ => self.end("visit_void", &visit)?,
            }
        }
        Ok(())
    }

    /// The value of a command that succeeded; a refusal is said.
    fn ask(&self, name: &str, request: Value) -> Result<Option<Value>> {
        match self.app.call(name, request) {
            Ok(answer) => Ok(Some(answer.value)),
            Err(failure) => say(&failed(name, &failure)).map(|()| None),
        }
    }

    fn register(&mut self) -> Result<()> {
        let alias = format!("试用骑手{}", self.dice.below(1_000_000));
        let request = json!({ "alias": alias, "visitor_type": "01", "platform": "p01", "consent_given": true });
        if let Some(hit) = self.ask("visitor_add", request)? {
            let (id, alias) = (text(&hit, "id")?, text(&hit, "alias")?);
            say(&Line::Visitor { id: id.clone(), alias })?;
            self.visitor = Some(id);
        }
        Ok(())
    }

    fn arrive(&mut self) -> Result<Option<String>> {
        let visitor = self.visitor.clone().filter(|_| self.dice.below(2) == 0);
        let visitor_type = if visitor.is_some() { "01" } else { self.dice.pick(&TYPES) };
        let people = if visitor.is_some() { 1 } else { 1 + i64::try_from(self.dice.below(5))? };
        let items = vec![(*self.dice.pick(&ITEMS)).to_owned()];
        let request = json!({
            "visitor_id": visitor, "visitor_type": visitor.is_none().then_some(visitor_type), "people": people, "items": items,
            "separate_reason": visitor.as_ref().map(|_| "another trip"),
        });
        let Some(added) = self.ask("visit_add", request)? else { return Ok(None) };
        let id = text(&added, "visit_id")?;
        say(&Line::Visit { id: id.clone(), visitor, visitor_type: visitor_type.to_owned(), people, items })?;
        Ok(Some(id))
    }

    fn give(&mut self, visit: &str) -> Result<()> {
        let item = "B05";
        match self.ask("service_add", json!({ "visit_id": visit, "item": item }))? {
            Some(_) => say(&Line::Service { visit: visit.to_owned(), item: item.to_owned() }),
            None => Ok(()),
        }
    }

    fn end(&mut self, command: &str, visit: &str) -> Result<()> {
        let request = match command {
            "visit_void" => json!({ "visit_id": visit, "reason": "typed twice" }),
            _ => json!({ "visit_id": visit }),
        };
        let visit = visit.to_owned();
        match self.ask(command, request)? {
            Some(_) if command == "visit_void" => say(&Line::Void { visit }),
            Some(_) => say(&Line::Leave { visit }),
            None => Ok(()),
        }
    }
}

fn text(value: &Value, field: &str) -> Result<String> {
    Ok(value[field].as_str().with_context(|| format!("an answer with {field}"))?.to_owned())
}

/// Says that a visit is written while its transaction is still open.
fn acknowledge_first(folder: &Path) -> Result<()> {
    let (desk, staff) = Desk::open(folder, PASSWORD, surroundings())?;
    say(&Line::Ready { pid: std::process::id() })?;
    let new = NewVisit {
        visitor: None,
        visitor_type: "01".to_owned(),
        people: 1,
        items: Vec::new(),
        channel: "desk",
        separate_reason: None,
        at: None,
    };
    loop {
        desk.write(Act { verb: "add_visit", actor: Some(staff) }, |w| {
            let id = w.add_visit(&new)?.id.to_string();
            let line = Line::Visit { id, visitor: None, visitor_type: "01".to_owned(), people: 1, items: Vec::new() };
            say(&line).expect("the ledger listens");
            std::thread::sleep(Duration::from_millis(2));
            Ok(())
        })?;
    }
}
