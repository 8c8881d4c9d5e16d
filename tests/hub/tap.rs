//! A line that can be listened to, cut and lied on: bytes pass between a desk and its hub through here.

use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const HTML: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html></html>";
const BUSY: &str =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const OFTEN: &str = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    #[default]
    Fair,
    /// After so many bytes to the hub everything ends.
    CutUp(usize),
    /// The same of bytes to the desk.
    CutDown(usize),
    /// Each piece waits so long, and is torn into small ones.
    Slow(Duration),
    /// Somebody else answers with a page.
    Html,
    Busy,
    Often,
    /// Nothing ever comes back.
    BlackHole,
}

/// Both directions of one connection.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    pub up: Vec<u8>,
    pub down: Vec<u8>,
    /// Where each piece ended, as it came.
    pub up_ends: Vec<usize>,
    pub down_ends: Vec<usize>,
}

pub struct Tap {
    pub address: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    mood: Mutex<Mood>,
    heard: Mutex<Vec<Heard>>,
    /// Bytes since the mood was set, to the hub and to the desk, over all connections.
    passed: Mutex<[usize; 2]>,
    open: Mutex<Vec<TcpStream>>,
}

impl Tap {
    /// Before the hub at this address.
    pub fn before(address: &str) -> Result<Self> {
        let hub = address.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::default());
        let of = Arc::clone(&shared);
        std::thread::spawn(move || {
            for desk in listener.incoming().map_while(Result::ok) {
                let (of, hub) = (Arc::clone(&of), hub.clone());
                std::thread::spawn(move || of.carry(desk, &hub));
            }
        });
        Ok(Self { address, shared })
    }

    /// From now on; connections that stand end, so that the next request meets it.
    pub fn set(&self, mood: Mood) {
        *lock(&self.shared.mood) = mood;
        *lock(&self.shared.passed) = [0; 2];
        for stream in lock(&self.shared.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// All that passed so far; afterwards nothing is remembered of it.
    pub fn take_heard(&self) -> Vec<Heard> {
        std::mem::take(&mut *lock(&self.shared.heard))
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn carry(self: &Arc<Self>, mut desk: TcpStream, hub: &str) {
        let mood = *lock(&self.mood);
        let lie = match mood {
            Mood::Html => HTML,
            Mood::Busy => BUSY,
            Mood::Often => OFTEN,
            _ => "",
        };
        if !lie.is_empty() || mood == Mood::BlackHole {
            lock(&self.open).extend(desk.try_clone());
            let _ = desk.read(&mut [0; 65_536]);
            let _ = desk.write_all(lie.as_bytes());
            while mood == Mood::BlackHole && desk.read(&mut [0; 65_536]).is_ok_and(|n| n > 0) {}
            return;
        }
        let Ok(hub) = TcpStream::connect(hub) else { return };
        let at = {
            let mut heard = lock(&self.heard);
            heard.push(Heard::default());
            heard.len() - 1
        };
        let (Ok(desk_again), Ok(hub_again)) = (desk.try_clone(), hub.try_clone()) else { return };
        lock(&self.open).extend([desk.try_clone(), hub.try_clone()].into_iter().flatten());
        let of = Arc::clone(self);
        let up = std::thread::spawn(move || of.pass(desk_again, hub_again, at, true));
        self.pass(hub, desk, at, false);
        let _ = up.join();
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream, at: usize, is_up: bool) {
        let mut piece = [0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            let mood = *lock(&self.mood);
            let allowed = self.allow(mood, length, is_up);
            self.hear(at, &piece[..allowed], is_up);
            if self.send(&mut to, &piece[..allowed], mood).is_err() || allowed < length {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }

    /// How many of these bytes get through.
    fn allow(&self, mood: Mood, length: usize, is_up: bool) -> usize {
        let mut passed = lock(&self.passed);
        let before = passed[usize::from(!is_up)];
        passed[usize::from(!is_up)] += length;
        match mood {
            Mood::CutUp(at) if is_up => at.saturating_sub(before).min(length),
            Mood::CutDown(at) if !is_up => at.saturating_sub(before).min(length),
            _ => length,
        }
    }

    fn send(&self, to: &mut TcpStream, bytes: &[u8], mood: Mood) -> std::io::Result<()> {
        let Mood::Slow(pause) = mood else { return to.write_all(bytes) };
        for piece in bytes.chunks(200) {
            std::thread::sleep(pause);
            to.write_all(piece)?;
        }
        Ok(())
    }

    fn hear(&self, at: usize, bytes: &[u8], is_up: bool) {
        let mut heard = lock(&self.heard);
        let Some(heard) = heard.get_mut(at) else { return };
        let (all, ends) =
            if is_up { (&mut heard.up, &mut heard.up_ends) } else { (&mut heard.down, &mut heard.down_ends) };
        all.extend_from_slice(bytes);
        ends.push(all.len());
    }
}
