//! A real hub on a free port, and desks that joined it through the real client.

pub mod crowd;
pub mod process;
pub mod raw;
pub mod tap;

use anyhow::{Result, bail};
use fengxiang_hub::devices::{self, District, Registry};
use fengxiang_hub::http::{Hub, Settings, Tls, serve};
use fengxiang_hub::outside::Outside;
use fengxiang_hub::store::memory::{Memory, MemoryStore};
use fengxiang_hub::store::{Store, transact};
use fengxiang_sync::http::{HttpHub, Identity};
use fengxiang_wire::device::{DeviceRole, Enroll, EnrollAnswer, Enrolled, Invite};
use fengxiang_wire::{Hash, Id};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::runtime::{Builder, Runtime};

/// A hub that is served by threads of its own until it is dropped.
pub struct Served {
    pub address: String,
    pub store: Arc<dyn Store>,
    pub outside: Arc<Turned>,
    hub: Arc<Hub>,
    runtime: Option<Runtime>,
}

/// This machine's clock, and what a test adds to it.
#[derive(Default)]
pub struct Turned(pub AtomicI64);

/// A device that joined: what it is known by, and its line to the hub.
pub struct Joined {
    pub id: Id,
    pub key: [u8; 32],
    pub line: HttpHub,
    pub enrolled: Enrolled,
}

impl Outside for Turned {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX) + self.0.load(Ordering::Relaxed)
    }

    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("this machine has randomness");
    }
}

impl Served {
    pub fn start(settings: Settings) -> Result<Self> {
        Self::begin(settings, None)
    }

    /// Behind a certificate for `localhost`.
    pub fn start_tls(certificates: &Path, key: &Path) -> Result<Self> {
        let served = Self::begin(Settings::default(), Some(Tls::read(certificates, key)?))?;
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(served)
    }

    fn begin(settings: Settings, tls: Option<Tls>) -> Result<Self> {
        let store: Arc<dyn Store> = Arc::new(MemoryStore(Mutex::new(Memory::new())));
        let district = District { name: "Made-up District".into(), ..District::default() };
        transact(&*store, &mut |tx| Registry(tx).put_district(&district))?;
        let outside = Arc::new(Turned::default());
        let hub = Hub::new(Arc::clone(&store), Arc::clone(&outside) as Arc<dyn Outside>, settings);
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = match &tls {
            Some(_) => format!("https://localhost:{}", listener.local_addr()?.port()),
            None => format!("http://{}", listener.local_addr()?),
        };
        let entered = runtime.enter();
        runtime.spawn(serve(Arc::clone(&hub), tokio::net::TcpListener::from_std(listener)?, tls));
        drop(entered);
        Ok(Self { address, store, outside, hub, runtime: Some(runtime) })
    }

    /// A code as the hub's operator would hand it out.
    pub fn code(&self, invite: &Invite) -> Result<String> {
        let outside = Arc::clone(&self.outside);
        Ok(transact(&*self.store, &mut |tx| devices::invite_first(tx, &*outside, invite))?.code)
    }

    pub async fn join(&self, code: &str, station: Option<(Id, String)>) -> Result<Joined> {
        join_at(&self.address, code, station).await
    }

    /// The first desk of a station that stands alone.
    pub async fn join_station(&self, number: u8) -> Result<Joined> {
        let invite = Invite { role: DeviceRole::Station, station: None, may_read_party: false };
        self.join(&self.code(&invite)?, Some((station(number), format!("GX{number:02}")))).await
    }

    pub async fn join_district(&self) -> Result<Joined> {
        let invite = Invite { role: DeviceRole::District, station: None, may_read_party: true };
        self.join(&self.code(&invite)?, None).await
    }

    /// A device that never joined.
    pub fn stranger(&self) -> Result<(Id, [u8; 32], HttpHub)> {
        stranger_at(&self.address)
    }

    pub fn turn_ms(&self, by: i64) {
        self.outside.0.fetch_add(by, Ordering::Relaxed);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.hub.stop();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Joins the hub at an address by a code.
pub async fn join_at(address: &str, code: &str, station: Option<(Id, String)>) -> Result<Joined> {
    let (id, key, line) = stranger_at(address)?;
    match line.enroll(&enroll(id, &key, code, station)).await? {
        EnrollAnswer::Enrolled(enrolled) => Ok(Joined { id, key, line, enrolled }),
        other => bail!("did not join: {other:?}"),
    }
}

fn stranger_at(address: &str) -> Result<(Id, [u8; 32], HttpHub)> {
    // What `main` does first thing in a program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (mut id, mut key) = ([0; 16], [0; 32]);
    Turned::default().fill(&mut id);
    Turned::default().fill(&mut key);
    let line = HttpHub::new(address, &Identity { device: Id(id), signing_key: key }, None)?;
    Ok((Id(id), key, line))
}

pub fn station(number: u8) -> Id {
    Id([number; 16])
}

pub fn enroll(device: Id, key: &[u8; 32], code: &str, station: Option<(Id, String)>) -> Enroll {
    Enroll {
        version: fengxiang_wire::VERSION,
        code: code.to_owned(),
        device,
        signing_key: HttpHub::verifying_key(key),
        wrapping_key: Hash([7; 32]),
        name: "made-up desk".into(),
        station,
    }
}

/// Runs to the end on this thread.
pub fn wait_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime needs no more than files");
    runtime.block_on(future)
}
