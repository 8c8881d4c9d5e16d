//! Words that become part of what is stored, compiled in from the source language of the user interface, by key.

use crate::api::Failure;
use crate::app::Context;
use fengxiang_domain::codes::{CodeList, NO_PLATFORM};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static PLATFORMS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../ui/src/text/zh-CN/platform.json"))
        .expect("a list of words is an object")
});

/// How a platform is called here; nothing for those who work for none.
pub(crate) fn platform_word(context: &Context, code: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(code) = code.filter(|c| *c != NO_PLATFORM) else { return Ok(None) };
    let own = context.desk()?.reader().find_code(CodeList::Platform, code)?.and_then(|row| row.label);
    Ok(own.or_else(|| PLATFORMS.get(code).cloned()))
}
