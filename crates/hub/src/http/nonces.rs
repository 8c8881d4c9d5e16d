//! Nonces that cost nothing to give: each carries its own proof, and only those that were used are remembered, for as long
//! as they would be good. They die with the program.

use crate::outside::Outside;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How long one is good. A desk that rests longer is given another one with the refusal.
const GOOD_MS: i64 = 120_000;
/// Used ones that are remembered: about eight thousand requests a second.
const USED_MAX: usize = 1_000_000;
const RANDOM_BYTES: usize = 16;

pub struct Nonces {
    key: [u8; 32],
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    by_time: VecDeque<(i64, [u8; RANDOM_BYTES])>,
    all: HashSet<[u8; RANDOM_BYTES]>,
}

/// What became of a nonce that came with a good signature.
#[derive(Debug, PartialEq, Eq)]
pub enum Spent {
    First,
    Again,
    /// Too many were used of late.
    Full,
}

struct Read {
    given_ms: i64,
    random: [u8; RANDOM_BYTES],
}

impl Nonces {
    pub fn new(outside: &dyn Outside) -> Self {
        let mut key = [0; 32];
        outside.fill(&mut key);
        Self { key, used: Mutex::default() }
    }

    pub fn give(&self, outside: &dyn Outside) -> String {
        let mut random = [0; RANDOM_BYTES];
        outside.fill(&mut random);
        let given_ms = outside.now_ms();
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        format!("{given_ms:016x}{}{}", hex(&random), self.proof(given_ms, &random).to_hex())
    }

    /// Whether it is of this program and still good. Says nothing about whether it was used.
    pub fn is_good(&self, nonce: &str, now_ms: i64) -> bool {
        self.read(nonce).is_some_and(|read| (0..GOOD_MS).contains(&(now_ms - read.given_ms)))
    }

    /// Uses it up. Only behind a good signature: a stranger must not fill the memory.
    pub fn spend(&self, nonce: &str, now_ms: i64) -> Spent {
        let Some(read) = self.read(nonce) else { return Spent::Again };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.forget_before(now_ms - GOOD_MS);
        if used.all.contains(&read.random) {
            return Spent::Again;
        }
        if used.all.len() >= USED_MAX {
            return Spent::Full;
        }
        used.all.insert(read.random);
        used.by_time.push_back((now_ms, read.random));
        Spent::First
    }

    fn read(&self, nonce: &str) -> Option<Read> {
        let given_ms = i64::from_str_radix(nonce.get(..16)?, 16).ok()?;
        let random = fengxiang_wire::Id::from_hex(nonce.get(16..48)?)?.0;
        let proof = blake3::Hash::from_hex(nonce.get(48..)?).ok()?;
        // Compared in constant time.
        (proof == self.proof(given_ms, &random)).then_some(Read { given_ms, random })
    }

    fn proof(&self, given_ms: i64, random: &[u8; RANDOM_BYTES]) -> blake3::Hash {
        blake3::keyed_hash(&self.key, &[given_ms.to_be_bytes().as_slice(), random].concat())
    }
}

impl Used {
    fn forget_before(&mut self, at_ms: i64) {
        while let Some((_, random)) = self.by_time.front().filter(|(used_ms, _)| *used_ms < at_ms).copied() {
            self.all.remove(&random);
            self.by_time.pop_front();
        }
    }
}
