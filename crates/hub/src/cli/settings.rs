//! Settings: a flag counts before the environment, that before the file, that before what is built in.

use anyhow::{Context, Result};
use clap::Args;
use serde::Deserialize;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8750);
const DATABASE: &str = "hub.db";

/// As given on the command line or in the environment; the file has the same names.
#[derive(Args, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Flags {
    /// A TOML file with the settings below.
    #[arg(long, env = "FENGXIANG_HUB_CONFIG", global = true)]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// A file, `postgres://…`, or `memory:` for development: it forgets everything at its end.
    #[arg(long, env = "FENGXIANG_HUB_DATABASE", global = true)]
    database: Option<String>,
    /// Address and port.
    #[arg(long, env = "FENGXIANG_HUB_LISTEN", global = true)]
    listen: Option<SocketAddr>,
    /// Certificate chain (PEM). Without it the hub speaks plain HTTP, for a proxy in front of it.
    #[arg(long, env = "FENGXIANG_HUB_TLS_CERTIFICATES", global = true, requires = "tls_key")]
    tls_certificates: Option<PathBuf>,
    /// Its key (PEM).
    #[arg(long, env = "FENGXIANG_HUB_TLS_KEY", global = true)]
    tls_key: Option<PathBuf>,
    /// Connections at once.
    #[arg(long, env = "FENGXIANG_HUB_CONNECTIONS_MAX", global = true)]
    connections_max: Option<usize>,
    /// What is logged, as `info` or `fengxiang_hub=debug`.
    #[arg(long, env = "FENGXIANG_HUB_LOG", global = true)]
    log: Option<String>,
}

pub struct Settings {
    pub database: String,
    pub listen: SocketAddr,
    pub tls: Option<(PathBuf, PathBuf)>,
    pub network: crate::http::Settings,
    pub log: String,
}

impl Settings {
    pub fn read(flags: Flags) -> Result<Self> {
        let file = match &flags.config {
            Some(path) => {
                let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?
            }
            None => Flags::default(),
        };
        let mut network = crate::http::Settings::default();
        network.connections_max = flags.connections_max.or(file.connections_max).unwrap_or(network.connections_max);
        let certificates = flags.tls_certificates.or(file.tls_certificates);
        Ok(Self {
            database: flags.database.or(file.database).unwrap_or_else(|| DATABASE.to_owned()),
            listen: flags.listen.or(file.listen).unwrap_or(LISTEN),
            tls: certificates
                .map(|c| anyhow::Ok((c, flags.tls_key.or(file.tls_key).context("no tls_key")?)))
                .transpose()?,
            network,
            log: flags.log.or(file.log).unwrap_or_else(|| "info".to_owned()),
        })
    }
}
