//! Requests byte by byte, as no client of ours would send them.

use anyhow::{Context, Result};
use ed25519_dalek::{Signer, SigningKey};
use fengxiang_wire::Hash;
use fengxiang_wire::device::signed_bytes;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Joined;

/// Longer than any answer of a hub that is alive.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer as it came: its head in small letters, its body.
pub struct Answer {
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or("")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Why the hub said no.
    pub fn problem(&self) -> &str {
        self.header("fengxiang-problem").unwrap_or("none")
    }
}

pub fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address.trim_start_matches("http://"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Sends bytes and reads until the hub closes the line.
pub fn send(address: &str, bytes: &[u8]) -> Result<Answer> {
    let mut stream = connect(address)?;
    // A hub that has seen enough closes before all is sent.
    let _ = stream.write_all(bytes);
    read(stream)
}

pub fn read(mut stream: TcpStream) -> Result<Answer> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        anyhow::ensure!(!bytes.is_empty(), "no answer: {error}");
    }
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").context("no whole head")?;
    Ok(Answer { head: head.to_ascii_lowercase(), body: body.to_owned() })
}

pub fn nonce(address: &str) -> Result<String> {
    let answer = send(address, b"GET /v1/nonce HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n")?;
    Ok(answer.header("fengxiang-nonce").context("no nonce")?.to_owned())
}

/// A request that this device signed, with any headers and any body.
pub fn signed(device: &Joined, path: &str, headers: &str, body: &[u8], nonce: &str) -> Vec<u8> {
    let body_hash = Hash(*blake3::hash(body).as_bytes());
    let signature = SigningKey::from_bytes(&device.key).sign(&signed_bytes("POST", path, body_hash, nonce));
    let signature: String = signature.to_bytes().iter().map(|b| format!("{b:02x}")).collect();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\nfengxiang-device: {}\r\nfengxiang-nonce: {nonce}\r\n\
         fengxiang-signature: {signature}\r\ncontent-length: {}\r\n{headers}\r\n",
        device.id,
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub const PLAIN: &str = "content-type: application/cbor\r\n";
pub const PACKED: &str = "content-type: application/cbor\r\ncontent-encoding: zstd\r\n";
pub const JSON: &str = "content-type: application/json\r\naccept: application/json\r\n";

/// Signs and sends with a fresh nonce.
pub fn ask(address: &str, device: &Joined, path: &str, headers: &str, body: &[u8]) -> Result<Answer> {
    send(address, &signed(device, path, headers, body, &nonce(address)?))
}
