//! The desktop shell: the window, the one IPC adapter and what only an operating system has. Knows no noun of a station.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod file;
mod guard;
mod host;
mod place;
mod secret;
mod surroundings;
mod window;

use anyhow::Context;
use fengxiang_commands::api::Failure;
use fengxiang_commands::{Answer, App};
use guard::Guard;
use place::Place;
use std::sync::Arc;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, RunEvent, State, Wry};
use tauri_plugin_window_state::StateFlags;

/// The only door to the commands: everything else is `crates/commands`. SQLite stays off the runtime's threads.
#[tauri::command]
async fn call(app: State<'_, Arc<App>>, name: String, request: serde_json::Value) -> Result<Answer, Failure> {
    let app = Arc::clone(&app);
    let answer = tauri::async_runtime::spawn_blocking(move || app.call(&name, request)).await;
    answer.unwrap_or_else(|_| Err(Failure::new("internal")))
}

fn main() -> anyhow::Result<()> {
    prefer_painting_without_gpu();
    let mut context = tauri::generate_context!();
    let identifier = context.config().identifier.clone();
    let place = Place::of(&identifier)?;
    let unique = format!("{identifier}.d{}", place.name);
    if place.is_chosen {
        // Window state and, on Windows, the name of the single instance follow the identifier.
        context.config_mut().identifier.clone_from(&unique);
    }
    tauri::Builder::default()
        .plugin(single_instance(unique))
        .plugin(window_state())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![call, window::zoom])
        .setup(move |app| Ok(start(app, &place)?))
        .build(context)
        .context("building the window")?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Arc<App>>().close();
            }
        });
    Ok(())
}

/// Registered first: a second start hands over to the first window and ends before anything else happens. Without a
/// session bus it finds nobody, and the lock decides.
fn single_instance(unique: String) -> TauriPlugin<Wry> {
    let front = |app: &AppHandle, _, _| window::bring_to_front(app);
    tauri_plugin_single_instance::Builder::new().callback(front).dbus_id(unique).build()
}

fn window_state() -> TauriPlugin<Wry> {
    let flags = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri_plugin_window_state::Builder::new().with_state_flags(flags).build()
}

fn start(app: &mut tauri::App, place: &Place) -> anyhow::Result<()> {
    let guard = guard::take_patiently(&place.data);
    match &guard {
        Guard::Ours(_) => {}
        Guard::Others => {
            eprintln!("fengxiang runs on this data directory already");
            std::process::exit(1);
        }
        Guard::Unwritable(error) => eprintln!("locking {}: {error}", place.data.display()),
    }
    app.manage(guard);
    app.manage(place.clone());
    let desk =
        App::new(place.data.clone(), surroundings::of_this_machine(), host::of_this_machine(app.handle(), place));
    open_demo(&desk);
    app.manage(Arc::new(desk));
    close_when_told(app.handle());
    window::open(app, place.data.join("web"))
}

/// `cargo xtask run --demo` opens with the demo's own password. Not in what people install.
fn open_demo(desk: &App) {
    if let (true, Ok(password)) = (cfg!(debug_assertions), std::env::var("FENGXIANG_DEMO_PASSWORD"))
        && let Err(failure) = desk.call("store_open", serde_json::json!({ "password": password }))
    {
        eprintln!("opening the demo: {}", failure.code);
    }
}

/// A session that ends says SIGTERM: close as if the window had been closed.
fn close_when_told(app: &AppHandle) {
    #[cfg(target_os = "linux")]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let app = app.clone();
        match signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP]) {
            Ok(mut signals) => {
                std::thread::spawn(move || signals.forever().next().map(|_| app.exit(0)));
            }
            Err(error) => eprintln!("listening for signals: {error}"),
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = app;
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
