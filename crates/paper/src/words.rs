//! The words that stand on paper and in sheets, compiled in by key. They are written in `ui/src/text`, like all others.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

macro_rules! nouns {
    ($($noun:literal => $path:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($noun, include_str!(concat!("../../../ui/src/text/", $path)))),*];
    };
}

nouns! {
    "card" => "paper/card.json",
    "recovery" => "paper/recovery.json",
    "register" => "paper/register.json",
    "operating" => "paper/operating.json",
    "table" => "paper/table.json",
    "import" => "paper/import.json",
    "visitor_type" => "zh-CN/visitor_type.json",
    "service" => "zh-CN/service.json",
    "platform" => "zh-CN/platform.json",
}

fn files() -> &'static BTreeMap<&'static str, Value> {
    static FILES_READ: OnceLock<BTreeMap<&'static str, Value>> = OnceLock::new();
    let read = |(noun, text): &(&'static str, &str)| {
        (*noun, serde_json::from_str(text).expect("a file of words that a test has read is JSON"))
    };
    FILES_READ.get_or_init(|| FILES.iter().map(read).collect())
}

/// All words of a noun.
pub(crate) fn of(noun: &str) -> &'static Value {
    files().get(noun).unwrap_or(&Value::Null)
}

/// One word; nothing where there is none.
pub fn word(noun: &str, key: &str) -> &'static str {
    of(noun).get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A word with its `{name}` places filled.
pub fn filled(noun: &str, key: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(word(noun, key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The words of a list, in order.
pub fn list(noun: &str, key: &str) -> Vec<&'static str> {
    let words = of(noun).get(key).and_then(Value::as_array);
    words.map(|w| w.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// A date as it is written on paper.
pub fn date(on: NaiveDate) -> String {
    let (year, month, day) = (on.year().to_string(), on.month().to_string(), on.day().to_string());
    filled("table", "date", &[("year", &year), ("month", &month), ("day", &day)])
}

/// What the entries of the code lists are called here: the built-in words, and a station's own before them.
#[derive(Debug, Default, Clone)]
pub struct Labels {
    own: BTreeMap<(String, String), String>,
}

impl Labels {
    /// A station's own word for an entry of `visitor_type`, `platform` or `service_item`.
    pub fn put(&mut self, list: &str, code: &str, label: &str) {
        self.own.insert((noun(list).to_owned(), code.to_owned()), label.to_owned());
    }

    /// What an entry is called; its code where nobody has named it.
    pub fn of(&self, list: &str, code: &str) -> String {
        let own = self.own.get(&(noun(list).to_owned(), code.to_owned())).map(String::as_str);
        own.or_else(|| of(noun(list)).get(code).and_then(Value::as_str)).unwrap_or(code).to_owned()
    }

    /// The code behind a word, or behind the code itself; built-in and own words alike.
    pub fn code(&self, list: &str, text: &str) -> Option<String> {
        let own = self.own.iter().find(|((n, _), label)| n == noun(list) && *label == text).map(|((_, code), _)| code);
        let built_in = || of(noun(list)).as_object()?.iter().find(|(c, l)| *c == text || *l == text).map(|(c, _)| c);
        own.or_else(built_in).or_else(|| self.own_code(list, text)).cloned()
    }

    fn own_code(&self, list: &str, text: &str) -> Option<&String> {
        self.own.keys().find(|(n, code)| n == noun(list) && code == text).map(|(_, code)| code)
    }
}

/// The file of words behind a code list.
fn noun(list: &str) -> &str {
    if list == "service_item" { "service" } else { list }
}
