//! The line to a database server, encrypted: to the one whose certificate is known, and to no other.

#[path = "../../../tests/cluster.rs"]
mod cluster;

use fengxiang_hub::store::postgres::PostgresStore;
use fengxiang_hub::store::{Store, read};
use postgres::{Client, NoTls};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Writes a certificate for `localhost` and its key; returns the certificate's path.
fn certificate(folder: &Path, name: &str) -> PathBuf {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, made.cert.pem()).unwrap();
    std::fs::write(path.with_extension("key"), made.signing_key.serialize_pem()).unwrap();
    path
}

fn run(program: &str, arguments: &[&str]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success(), "{program} {arguments:?}");
}

/// The server may read the files, whoever it runs as.
fn hand_over(folder: &Path, certificate: &Path) {
    let key = certificate.with_extension("key");
    run("chmod", &["755", &folder.to_string_lossy()]);
    run("chmod", &["600", &key.to_string_lossy()]);
    if Command::new("id").arg("-u").output().unwrap().stdout.trim_ascii() == b"0" {
        run("chown", &["postgres", &key.to_string_lossy()]);
    }
}

fn serve_encrypted(client: &mut Client, certificate: &Path) {
    let key = certificate.with_extension("key");
    for (setting, value) in [
        ("ssl_cert_file", certificate.to_string_lossy()),
        ("ssl_key_file", key.to_string_lossy()),
        ("ssl", "on".into()),
    ] {
        client.batch_execute(&format!("ALTER SYSTEM SET {setting} = '{value}'")).unwrap();
    }
    client.batch_execute("SELECT pg_reload_conf()").unwrap();
    let is_on = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        // A line that was there before does not see it.
        let mut fresh = Client::connect(&cluster::address(), NoTls).unwrap();
        fresh.query_one("SHOW ssl", &[]).unwrap().get::<_, &str>(0) == "on"
    });
    assert!(is_on, "the server takes no encrypted lines");
}

#[test]
fn a_hub_speaks_encrypted_to_the_server_it_knows_and_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (certificate(folder.path(), "ours.pem"), certificate(folder.path(), "other.pem"));
    hand_over(folder.path(), &ours);
    let mut client = Client::connect(&cluster::address(), NoTls).unwrap();
    serve_encrypted(&mut client, &ours);
    let address = |host: &str, root: &Path| {
        let plain = cluster::address().replace("127.0.0.1", host);
        format!("{plain}?sslmode=require&sslrootcert={}&application_name=encrypted", root.display())
    };
    let store = PostgresStore::open(&address("localhost", &ours), "encrypted").unwrap();
    assert_eq!(read(&store, &mut |tx| tx.epoch()).unwrap(), 1);
    let sql = "SELECT bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)
               WHERE a.application_name = 'encrypted'";
    assert_eq!(client.query_one(sql, &[]).unwrap().get::<_, Option<bool>>(0), Some(true));
    let backup = folder.path().join("hub.backup");
    store.back_up(&backup).unwrap();
    assert!(PostgresStore::open(&address("localhost", &other), "encrypted").is_err(), "another's certificate");
    assert!(PostgresStore::open(&address("127.0.0.1", &ours), "encrypted").is_err(), "another name");
}
