//! The one window: it shows our own pages and nothing else, and grows with Ctrl and `+`.

use crate::file;
use crate::place::Place;
use anyhow::Context;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, State, Url, WebviewWindow, WebviewWindowBuilder};

pub const MAIN: &str = "main";

/// Below, text is too small to read; above, the front desk no longer fits.
const ZOOM_PERCENT: std::ops::RangeInclusive<u32> = 90..=200;
const SIZE_FILE: &str = "size";

/// The web view keeps its own files in `web`, so that nothing of a desk lies outside its data directory.
pub fn open(app: &App, web: PathBuf) -> anyhow::Result<()> {
    let config = app.config().app.windows.first().context("the main window is configured")?;
    let window = WebviewWindowBuilder::from_config(app, config)?
        .initialization_script(format!("window.fengxiangSize = {};\n{}", read_size(&web), include_str!("window.js")))
        .data_directory(web)
        .on_navigation(is_our_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    Ok(window.show()?)
}

/// A second start asks for this instead of a window of its own.
pub fn bring_to_front(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        eprintln!("bringing the window to the front: {error}");
    }
}

/// The size of yesterday in percent. Kept in a file of our own: a web view writes its storage when it pleases, and a desk
/// that is told to end may end before.
fn read_size(web: &Path) -> u32 {
    let kept = std::fs::read_to_string(web.join(SIZE_FILE)).ok().and_then(|text| text.trim().parse().ok());
    kept.filter(|percent| ZOOM_PERCENT.contains(percent)).unwrap_or(100)
}

fn keep_size(web: &Path, percent: u32) -> io::Result<()> {
    file::replace(&web.join(SIZE_FILE), percent.to_string().as_bytes(), |beside| File::create(beside))
}

/// Sets the size of everything; answers what it became.
#[tauri::command]
pub async fn zoom(window: WebviewWindow, place: State<'_, Place>, percent: u32) -> Result<u32, ()> {
    let percent = percent.clamp(*ZOOM_PERCENT.start(), *ZOOM_PERCENT.end());
    if let Err(error) = keep_size(&place.data.join("web"), percent) {
        eprintln!("keeping the size: {error}");
    }
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        eprintln!("zooming to {percent} %: {error}");
    }
    Ok(percent)
}

/// Linux serves the pages under a scheme of their own, Windows under a host of its own.
fn is_our_page(url: &Url) -> bool {
    matches!((url.scheme(), url.host_str()), ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")))
}

#[cfg(test)]
mod tests {
    use super::{SIZE_FILE, Url, is_our_page, keep_size, read_size};
    use std::fs;

    #[test]
    fn a_size_is_replaced_and_never_written_over() {
        let web = tempfile::tempdir().unwrap();
        assert_eq!(read_size(web.path()), 100);
        keep_size(web.path(), 150).unwrap();
        // What a power cut left of an earlier attempt.
        fs::write(web.path().join("size.new"), "1").unwrap();
        let old = web.path().join("old");
        fs::hard_link(web.path().join(SIZE_FILE), &old).unwrap();
        keep_size(web.path(), 120).unwrap();
        assert_eq!((read_size(web.path()), fs::read_to_string(old).unwrap().as_str()), (120, "150"));
        assert!(!web.path().join("size.new").exists());
    }

    #[test]
    fn the_window_goes_nowhere_else() {
        let is_ours = |text: &str| is_our_page(&Url::parse(text).unwrap());
        assert!(is_ours("tauri://localhost/index.html") && is_ours("http://tauri.localhost/#/desk"));
        for foreign in ["https://example.org/", "file:///etc/passwd", "http://tauri.localhost.example.org/", "data:,x"]
        {
            assert!(!is_ours(foreign), "{foreign}");
        }
    }
}
