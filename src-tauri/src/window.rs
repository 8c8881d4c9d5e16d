//! The one window: it shows our own pages and nothing else, and grows with Ctrl and `+`.

use anyhow::Context;
use std::path::PathBuf;
use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, Url, WebviewWindow, WebviewWindowBuilder};

pub const MAIN: &str = "main";

/// Below, text is too small to read; above, the front desk no longer fits.
const ZOOM_PERCENT: std::ops::RangeInclusive<u32> = 90..=200;

/// The web view keeps its own files in `web`, so that nothing of a desk lies outside its data directory.
pub fn open(app: &App, web: PathBuf) -> anyhow::Result<()> {
    let config = app.config().app.windows.first().context("the main window is configured")?;
    let window = WebviewWindowBuilder::from_config(app, config)?
        .data_directory(web)
        .initialization_script(include_str!("window.js"))
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

/// Sets the size of everything; answers what it became.
#[tauri::command]
pub async fn zoom(window: WebviewWindow, percent: u32) -> u32 {
    let percent = percent.clamp(*ZOOM_PERCENT.start(), *ZOOM_PERCENT.end());
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        eprintln!("zooming to {percent} %: {error}");
    }
    percent
}

/// Linux serves the pages under a scheme of their own, Windows under a host of its own.
fn is_our_page(url: &Url) -> bool {
    matches!((url.scheme(), url.host_str()), ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")))
}

#[cfg(test)]
mod tests {
    use super::{Url, is_our_page};

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
