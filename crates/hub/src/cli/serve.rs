//! Serves until the machine asks to stop.

use super::backup::replay;
use super::operate::set_up;
use super::settings::Settings;
use crate::devices::Registry;
use crate::http::{Hub, Tls, serve as serve_http};
use crate::machine::Machine;
use crate::store::{MEMORY, Store, open, transact};
use anyhow::{Context, Result, bail};
use std::sync::Arc;
use tokio::net::TcpListener;

pub fn serve(settings: &Settings) -> Result<()> {
    log_to_stderr(&settings.log)?;
    let store: Arc<dyn Store> = open(&settings.database)?;
    let district = transact(&*store, &mut |tx| Registry(tx).find_district())?;
    match district {
        Some(_) => {}
        None if settings.database == MEMORY => set_up(&*store, "development".to_owned())?,
        None => bail!("no district is set up here: `init` comes first"),
    }
    // However the database came here: nobody who was erased is served.
    store.transact(&mut replay).context("carrying the erase orders out")?;
    let tls = settings.tls.as_ref().map(|(certificates, key)| Tls::read(certificates, key)).transpose();
    let tls = tls.context("reading the certificate")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // The store outlives the runtime: closing a connection to a database blocks, which a runtime does not allow.
    let ended = runtime.block_on(listen(settings, Arc::clone(&store), tls));
    drop(runtime);
    drop(store);
    ended
}

async fn listen(settings: &Settings, store: Arc<dyn Store>, tls: Option<Tls>) -> Result<()> {
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("listening at {}", settings.listen))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("listening at {scheme}://{}", listener.local_addr()?);
    let hub = Hub::new(store, Arc::new(Machine), settings.network);
    tokio::spawn(stop_when_asked(Arc::clone(&hub))?);
    serve_http(hub, listener, tls).await;
    Ok(())
}

/// Hears the signals from now on, not only once the future runs.
#[cfg(unix)]
fn stop_when_asked(hub: Arc<Hub>) -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        hub.stop();
    })
}

#[cfg(not(unix))]
fn stop_when_asked(hub: Arc<Hub>) -> Result<impl Future<Output = ()>> {
    Ok(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            hub.stop();
        }
    })
}

/// One JSON object a line: paths, ids, outcomes, times; never a body, a name or a code.
fn log_to_stderr(filter: &str) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).context("reading what is to be logged")?;
    let logger = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    logger.try_init().map_err(|e| anyhow::anyhow!("starting the log: {e}"))
}
