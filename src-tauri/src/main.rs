//! The desktop shell: the window, the one IPC adapter and what only an operating system has. Knows no noun of a station.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod guard;
mod host;
mod surroundings;

use anyhow::Context;
use fengxiang_commands::api::Failure;
use fengxiang_commands::{Answer, App};
use std::path::PathBuf;
use std::sync::Arc;
use tauri::{Manager, State};

/// Where a desk keeps its data, instead of the user's data folder.
const DATA_DIR: &str = "FENGXIANG_DATA_DIR";

/// The only command of the shell: everything else is `crates/commands`. SQLite stays off the runtime's threads.
#[tauri::command]
async fn call(app: State<'_, Arc<App>>, name: String, request: serde_json::Value) -> Result<Answer, Failure> {
    let app = Arc::clone(&app);
    let answer = tauri::async_runtime::spawn_blocking(move || app.call(&name, request)).await;
    answer.unwrap_or_else(|_| Err(Failure::new("internal")))
}

fn main() -> anyhow::Result<()> {
    prefer_painting_without_gpu();
    let context = tauri::generate_context!();
    let folder = data_folder(&context.config().identifier)?;
    std::fs::create_dir_all(&folder).with_context(|| format!("making the data directory {}", folder.display()))?;
    // Without a session bus a window of another process cannot be asked for; the lock alone keeps two writers apart.
    let Some(_guard) = guard::take(&folder)? else {
        eprintln!("fengxiang runs on this data directory already");
        return Ok(());
    };
    let app = Arc::new(App::new(folder.clone(), surroundings::of_this_machine(), host::of_this_machine(&folder)));
    tauri::Builder::default()
        .manage(app)
        .invoke_handler(tauri::generate_handler![call])
        .setup(|app| {
            let window = app.get_webview_window("main").context("the main window is configured")?;
            window.show()?;
            Ok(())
        })
        .run(context)
        .context("running the window")
}

fn data_folder(identifier: &str) -> anyhow::Result<PathBuf> {
    if let Some(folder) = std::env::var_os(DATA_DIR) {
        return Ok(folder.into());
    }
    let base = if cfg!(windows) {
        std::env::var_os("LOCALAPPDATA").map(PathBuf::from)
    } else {
        std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")))
    };
    Ok(base.context("this user has no data folder")?.join(identifier))
}

/// WebKit's DMA-BUF renderer leaves windows blank on old graphics. The variable must stand before anything starts, so
/// the process starts itself again with it, once.
fn prefer_painting_without_gpu() {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
        if std::env::var_os(SWITCH).is_none()
            && let Ok(program) = std::env::current_exe()
        {
            let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(SWITCH, "1").exec();
            eprintln!("starting without {SWITCH}: {error}");
        }
    }
}
