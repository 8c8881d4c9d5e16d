//! What a fresh Debian-like machine lacks, installed once and named aloud.

use crate::shell::{command, npm, run, top};
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

const PACKAGES: [&str; 17] = [
    "libwebkit2gtk-4.1-dev",
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus-x11",
    "fonts-noto-cjk",
    "poppler-utils",
    "librsvg2-dev",
    "libayatana-appindicator3-dev",
    "build-essential",
    "pkg-config",
    "perl",
    "imagemagick",
    "file",
    "procps",
    "strace",
    POSTGRESQL,
];
/// Tests start servers of their own with it; none is to run beside them.
const POSTGRESQL: &str = "postgresql";
const NO_CLUSTER: &str = "mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' \
                          >> /etc/postgresql-common/createcluster.conf";

pub fn everything() -> Result<()> {
    system_packages()?;
    node_packages()
}

fn system_packages() -> Result<()> {
    let missing: Vec<&str> = PACKAGES.into_iter().filter(|p| !is_installed(p)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing with apt-get: {}", missing.join(" "));
    run(as_root(&["apt-get", "update", "-qq"]))?;
    if missing.contains(&POSTGRESQL) {
        run(as_root(&["sh", "-c", NO_CLUSTER]))?;
    }
    let quietly = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq"];
    // A setting that was made before its package came is kept.
    let options = ["--no-install-recommends", "-o", "Dpkg::Options::=--force-confold"];
    run(as_root(&[&quietly[..], &options, &missing].concat()))
}

fn is_installed(package: &str) -> bool {
    let query = Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]).output();
    query.is_ok_and(|o| o.stdout == b"installed")
}

pub fn as_root(words: &[&str]) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0");
    if is_root { command(words[0], &words[1..]) } else { command("sudo", words) }
}

fn node_packages() -> Result<()> {
    let ui = top().join("ui");
    let wanted = fs::read(ui.join("package-lock.json")).context("reading ui/package-lock.json")?;
    let stamp = ui.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing npm packages of ui/");
    run(npm(&["ci", "--no-audit", "--no-fund"]))?;
    fs::write(stamp, wanted).context("remembering what npm installed")
}
