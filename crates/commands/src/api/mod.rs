//! Shapes of requests and answers: the shown form of things. `_at` and `at` are milliseconds UTC, `_on` dates in UTC+8.

mod counter;
mod district;
mod figure;
mod file;
mod session;
mod shift;
mod station;
mod sync;
mod visitor;

pub use counter::*;
pub use district::*;
pub use figure::*;
pub use file::*;
pub use session::*;
pub use shift::*;
pub use station::*;
pub use sync::*;
pub use visitor::*;

use fengxiang_domain::codes::{CodeList, Dimension};
use fengxiang_domain::deadline::{Limit, LimitUnit, Stage};
use fengxiang_domain::opening::OpeningRule;
use fengxiang_domain::people::Role;
use fengxiang_domain::report::Step;
use fengxiang_domain::shift::CheckResult;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::{Config, TS};

/// Declares the shapes of one file, and a function that prints them in TypeScript.
macro_rules! shapes {
    ($($(#[$meta:meta])* $kind:ident $name:ident $body:tt)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, ts_rs::TS)]
            #[serde(rename_all = "snake_case")]
            pub $kind $name $body
        )*

        pub(super) fn declarations(config: &ts_rs::Config) -> Vec<String> {
            vec![$(<$name as ts_rs::TS>::decl(config)),*]
        }
    };
}
pub(crate) use shapes;

/// A stable code with parameters; the sentence is the user interface's.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Failure {
    pub code: String,
    pub params: BTreeMap<String, String>,
}

/// Every shape, declared in TypeScript.
pub(crate) fn declarations(config: &Config) -> Vec<String> {
    let shared = vec![
        Failure::decl(config),
        Role::decl(config),
        Dimension::decl(config),
        CodeList::decl(config),
        OpeningRule::decl(config),
        CheckResult::decl(config),
        Step::decl(config),
        Stage::decl(config),
        LimitUnit::decl(config),
        Limit::decl(config),
    ];
    let files = [
        session::declarations,
        station::declarations,
        counter::declarations,
        visitor::declarations,
        shift::declarations,
        figure::declarations,
        file::declarations,
        sync::declarations,
        district::declarations,
    ];
    shared.into_iter().chain(files.iter().flat_map(|declare| declare(config))).collect()
}

impl Failure {
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), params: BTreeMap::new() }
    }

    pub fn invalid(field: &str) -> Self {
        Self::new("invalid_field").with("field", field)
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}
