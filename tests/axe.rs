//! What a person who does not see the screen, or does not read Chinese, would stumble over.

use crate::webdriver::Window;
use serde_json::{Value, json};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");

/// What axe finds on the screen as it stands: rule and element, one line each; empty when it finds nothing.
pub fn accessibility_faults(window: &Window) -> Vec<String> {
    let source = std::fs::read_to_string(AXE).expect("axe-core is among the npm packages of ui/");
    window.script(&format!("if (!window.axe) {{ {source} }}"), &json!([]));
    // A colour that is still fading in is not the colour people see.
    let run = "const done = arguments[arguments.length - 1];
        const settled = Promise.all(document.getAnimations().map((a) => a.finished.catch(() => null)));
        const late = new Promise((resolve) => setTimeout(resolve, 1000));
        Promise.race([settled, late]).then(() => window.axe.run(document, { resultTypes: ['violations'] })).then(
            (found) => done(found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html} ${n.failureSummary}`))),
            (error) => done([String(error)]));";
    let found = window.script_later(run, &json!([]));
    found.as_array().expect("axe answers a list").iter().map(Value::to_string).collect()
}

/// Chinese that a reader of English would meet: texts, labels and placeholders; what the station itself typed is passed in.
pub fn left_over_chinese(window: &Window, typed: &[&str]) -> Vec<String> {
    let collect = "const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const seen = [];
        for (let n = walker.nextNode(); n; n = walker.nextNode()) if (!n.parentElement.closest('[lang=\"zh-CN\"]')) seen.push(n.data);
        for (const e of document.querySelectorAll('[aria-label],[placeholder],[title]'))
            for (const a of ['aria-label', 'placeholder', 'title']) seen.push(e.getAttribute(a) ?? '');
        return seen;";
    let texts = window.script(collect, &json!([]));
    let texts = texts.as_array().cloned().unwrap_or_default();
    let bare = |text: &str| typed.iter().fold(text.to_owned(), |rest, known| rest.replace(known, ""));
    let is_chinese = |text: &str| bare(text).chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    texts.iter().filter_map(Value::as_str).filter(|t| is_chinese(t)).map(str::to_owned).collect()
}
