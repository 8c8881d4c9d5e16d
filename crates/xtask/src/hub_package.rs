//! The hub's own .deb: program, settings, unit. Built by Debian's `dpkg-deb` from a folder; installs and starts nothing here.

use crate::shell::{command, output, run, target_dir, top};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

const NAME: &str = "fengxiang-hub";

/// Builds program and package; returns the package's path.
pub fn build() -> Result<PathBuf> {
    run(command("cargo", &["build", "--locked", "--release", "-p", NAME]))?;
    pack(&target_dir().join("release").join(NAME), &target_dir().join("release/bundle/hub"))
}

/// Packs a program that was built before.
fn pack(program: &Path, into: &Path) -> Result<PathBuf> {
    let folder = into.join(NAME);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("clearing {}", folder.display()))?;
    }
    let parts = top().join("crates/hub/package");
    place(program, &folder.join("usr/bin").join(NAME))?;
    place(&parts.join("fengxiang-hub.service"), &folder.join("lib/systemd/system/fengxiang-hub.service"))?;
    place(&parts.join("hub.toml"), &folder.join("etc/fengxiang-hub/hub.toml"))?;
    write(&folder.join("DEBIAN/control"), &control()?)?;
    write(&folder.join("DEBIAN/conffiles"), "/etc/fengxiang-hub/hub.toml\n")?;
    let package = into.join(format!("{NAME}_{}.deb", env!("CARGO_PKG_VERSION")));
    let (from, to) = (folder.to_string_lossy(), package.to_string_lossy());
    run(command("dpkg-deb", &["--root-owner-group", "--build", &from, &to]))?;
    ensure!(package.exists(), "dpkg-deb left no package");
    Ok(package)
}

fn control() -> Result<String> {
    let architecture = output(command("dpkg", &["--print-architecture"]))?;
    Ok(format!(
        "Package: {NAME}\nVersion: {}\nArchitecture: {}\nMaintainer: Fengxiang+ contributors <nobody@example.invalid>\n\
         Depends: libc6\nSection: net\nPriority: optional\nDescription: Server that the desks of a district agree through\n \
         It stores sealed rows and knows nothing of their meaning.\n",
        env!("CARGO_PKG_VERSION"),
        architecture.trim()
    ))
}

fn place(from: &Path, to: &Path) -> Result<()> {
    make_folder_of(to)?;
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}

fn write(to: &Path, text: &str) -> Result<()> {
    make_folder_of(to)?;
    fs::write(to, text).with_context(|| format!("writing {}", to.display()))
}

fn make_folder_of(file: &Path) -> Result<()> {
    let folder = file.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::{output, pack};
    use crate::shell::command;

    #[test]
    fn the_package_holds_program_settings_and_unit() {
        let folder = std::env::temp_dir().join(format!("fengxiang-hub-package-{}", std::process::id()));
        // Any program will do: what is looked at is the package around it.
        let package = pack(&std::env::current_exe().unwrap(), &folder).unwrap();
        let listed = output(command("dpkg-deb", &["--contents", &package.to_string_lossy()])).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        for path in ["usr/bin/fengxiang-hub", "etc/fengxiang-hub/hub.toml", "system/fengxiang-hub.service"] {
            assert!(listed.contains(path), "{listed}");
        }
    }
}
