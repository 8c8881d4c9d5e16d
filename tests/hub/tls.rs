//! TLS from certificate files, and a desk that knows whose certificate to expect.

use anyhow::{Result, ensure};
use fengxiang_sync::HubError;
use fengxiang_sync::http::{HttpHub, Identity};
use fengxiang_tests::hub::{Served, wait_on};
use fengxiang_wire::{Id, Problem};
use std::fs;

#[test]
fn a_desk_speaks_tls_to_the_hub_it_expects_and_to_no_other() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (certificate, key) = (folder.path().join("hub.pem"), folder.path().join("hub.key"));
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    fs::write(&certificate, made.cert.pem())?;
    fs::write(&key, made.signing_key.serialize_pem())?;
    let hub = Served::start_tls(&certificate, &key)?;
    let identity = Identity { device: Id([1; 16]), signing_key: [1; 32] };
    let expecting = HttpHub::new(&hub.address, &identity, Some(&fs::read(&certificate)?))?;
    ensure!(wait_on(expecting.list_devices()) == Err(HubError::Refused(Problem::UnknownDevice)), "it was reached");
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?.cert.pem();
    let expecting_other = HttpHub::new(&hub.address, &identity, Some(other.as_bytes()))?;
    ensure!(wait_on(expecting_other.list_devices()) == Err(HubError::Offline));
    Ok(())
}
