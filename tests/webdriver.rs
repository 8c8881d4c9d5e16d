//! The few words of the WebDriver protocol that a person's hands need.

use crate::screen::wait_for;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
pub const ENTER: &str = "\u{e007}";
pub const BACKSPACE: &str = "\u{e003}";
pub const ESCAPE: &str = "\u{e00c}";
pub const DOWN: &str = "\u{e015}";
pub const SHIFT: &str = "\u{e008}";
pub const CONTROL: &str = "\u{e009}";

/// The app's one window, driven from outside.
pub struct Window {
    port: u16,
    session: String,
    /// What the driver refused last; printed when the test fails.
    refusal: RefCell<String>,
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the driver's last refusal: {}", self.refusal.borrow());
        }
    }
}

impl Window {
    pub(crate) fn start(port: u16, app: &str) -> Self {
        wait_for("the driver", || TcpStream::connect(("127.0.0.1", port)).ok());
        let options = json!({ "binary": app, "args": [] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer = request(port, "POST", "/session", &wanted).expect("a session");
        let session =
            answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {answer}")).to_owned();
        Self { port, session, refusal: RefCell::default() }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Option<Value> {
        let answer = request(self.port, method, &format!("/session/{}{path}", self.session), body)?;
        if !answer["value"]["error"].is_null() {
            self.refusal.replace(answer["value"].to_string());
            return None;
        }
        Some(answer["value"].clone())
    }

    fn find(&self, test: &str) -> Option<String> {
        let body = json!({ "using": "css selector", "value": format!("[data-test=\"{test}\"]") });
        self.ask("POST", "/element", &body)?[ELEMENT].as_str().map(str::to_owned)
    }

    pub fn has(&self, test: &str) -> bool {
        self.find(test).is_some()
    }

    pub fn wait(&self, test: &str) -> String {
        wait_for(test, || self.find(test))
    }

    /// Clicks as soon as the element has stopped moving: a click goes to a place, not to an element.
    pub fn click(&self, test: &str) {
        wait_for(test, || {
            let element = self.find(test)?;
            let place = || self.ask("GET", &format!("/element/{element}/rect"), &Value::Null);
            let before = place()?;
            std::thread::sleep(Duration::from_millis(80));
            if place()? != before {
                return None;
            }
            self.ask("POST", &format!("/element/{element}/click"), &json!({}))
        });
    }

    pub fn type_into(&self, test: &str, text: &str) {
        wait_for(test, || self.ask("POST", &format!("/element/{}/value", self.find(test)?), &json!({ "text": text })));
    }

    pub fn text(&self, test: &str) -> String {
        wait_for(test, || {
            self.ask("GET", &format!("/element/{}/text", self.find(test)?), &Value::Null)?.as_str().map(str::to_owned)
        })
    }

    pub fn attribute(&self, test: &str, name: &str) -> String {
        let read = || {
            self.ask("GET", &format!("/element/{}/attribute/{name}", self.find(test)?), &Value::Null)?
                .as_str()
                .map(str::to_owned)
        };
        wait_for(test, read)
    }

    /// Waits until an element shows this text.
    pub fn expect_text(&self, test: &str, wanted: &str) {
        let mut last = String::new();
        wait_for(&format!("{test} to say {wanted}"), || {
            last = self.text(test);
            last.contains(wanted).then_some(())
        });
    }

    pub fn wait_gone(&self, test: &str) {
        wait_for(&format!("{test} to go"), || (!self.has(test)).then_some(()));
    }

    /// Puts a text into a field by script: the driver loses characters beyond the basic plane.
    pub fn set_text(&self, test: &str, text: &str) {
        self.wait(test);
        self.script(
            "const field = document.querySelector(`[data-test=\"${arguments[0]}\"]`);
             const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
             Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(field, arguments[1]);
             field.dispatchEvent(new Event('input', { bubbles: true }));",
            &json!([test, text]),
        );
    }

    /// Empties a field as fingers would, then types.
    pub fn retype(&self, test: &str, text: &str) {
        self.click(test);
        self.press(&[CONTROL, "a"]);
        self.press(&[BACKSPACE]);
        if !text.is_empty() {
            self.type_into(test, text);
        }
    }

    /// What a wedge scanner does: keys faster than fingers, then Enter, wherever the focus is. By script, because the
    /// driver gives a page no key event for a letter outside a field; an Enter that nobody took still clicks.
    pub fn scan(&self, code: &str) {
        self.script_later(
            "const [code, done] = arguments;
             const keys = [...code].map((c) => [/[0-9]/.test(c) ? `Digit${c}` : `Key${c}`, c]).concat([['Enter', 'Enter']]);
             const strike = ([code, key]) => {
                 const at = document.activeElement ?? document.body;
                 const free = at.dispatchEvent(new KeyboardEvent('keydown', { code, key, bubbles: true, cancelable: true }));
                 if (free && key === 'Enter') at.click();
             };
             keys.forEach(strike);
             done(null);",
            &json!([code]),
        );
    }

    /// Clicks by script: at twice the size the driver misses what it has to scroll to.
    pub fn click_unseen(&self, test: &str) {
        self.wait(test);
        self.script("document.querySelector(`[data-test=\"${arguments[0]}\"]`).click()", &json!([test]));
    }

    /// Runs a script in the window and returns its value.
    pub fn script(&self, source: &str, arguments: &Value) -> Value {
        let body = json!({ "script": source, "args": arguments });
        self.ask("POST", "/execute/sync", &body).unwrap_or_else(|| panic!("a script runs: {}", self.refusal.borrow()))
    }

    /// Runs a script that calls its last argument when it is done.
    pub fn script_later(&self, source: &str, arguments: &Value) -> Value {
        let body = json!({ "script": source, "args": arguments });
        self.ask("POST", "/execute/async", &body).unwrap_or_else(|| panic!("a script runs: {}", self.refusal.borrow()))
    }

    /// All that a person can read in the window.
    pub fn read(&self) -> String {
        self.script("return document.body.innerText", &json!([])).as_str().unwrap_or_default().to_owned()
    }

    /// How many elements carry this name.
    pub fn count(&self, test: &str) -> usize {
        let body = json!({ "using": "css selector", "value": format!("[data-test=\"{test}\"]") });
        self.ask("POST", "/elements", &body).and_then(|v| v.as_array().map(Vec::len)).unwrap_or(0)
    }

    /// Keys pressed one after the other wherever the focus is; a held modifier stands first.
    pub fn press(&self, keys: &[&str]) {
        let down = keys.iter().map(|k| json!({ "type": "keyDown", "value": k }));
        let up = keys.iter().rev().map(|k| json!({ "type": "keyUp", "value": k }));
        let actions: Vec<Value> = down.chain(up).collect();
        let body = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] });
        self.ask("POST", "/actions", &body).expect("keys are pressed");
    }
}

fn request(port: u16, method: &str, path: &str, body: &Value) -> Option<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    read_answer(&mut stream)
}

/// The driver may keep the connection open: read as much as it announced.
fn read_answer(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok())?;
            if rest.len() >= length {
                return serde_json::from_str(rest).ok();
            }
        }
        match stream.read(&mut piece).ok()? {
            0 => return None,
            n => bytes.extend_from_slice(&piece[..n]),
        }
    }
}
