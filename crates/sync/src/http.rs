//! The line to a hub over HTTP, and the only file that knows the HTTP client. Signs every request, keeps the nonce for the next,
//! and takes nothing for an answer that a hub did not say: a page of a proxy is no answer, a cut body neither.

use crate::hub::{Hub, HubError};
use ed25519_dalek::{Signer, SigningKey};
use fengxiang_wire::device::{
    DEVICE_HEADER, Device, Enroll, EnrollAnswer, Envelope, Invitation, Invite, Membership, NONCE_HEADER, NewLetter,
    PutEnvelopes, PutRecovery, Recover, RecoverAnswer, Revoke, SIGNATURE_HEADER, signed_bytes,
};
use fengxiang_wire::erase::EraseOrder;
use fengxiang_wire::exchange::{
    Digest, DigestAnswer, Hello, HelloAnswer, Offer, OfferAnswer, Pull, PullAnswer, Push, PushAnswer, Reread,
};
use fengxiang_wire::limits::PACKED_BYTES;
use fengxiang_wire::problem::PROBLEM_HEADER;
use fengxiang_wire::{Form, Hash, Id, Problem, decode, encode};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const CBOR: &str = "application/cbor";
/// A hub that cannot be reached is known to be so soon; a whole answer may come over a slow line.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Between two pieces of an answer or two signs of life of the hints.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(40);
/// A nonce that is too old costs one more request, never more.
const NONCE_TRIES: usize = 2;

/// Who asks, and by what key.
pub struct Identity {
    pub device: Id,
    pub signing_key: [u8; 32],
}

/// A hub at an address.
pub struct HttpHub {
    client: Client,
    /// Without a slash at the end.
    address: String,
    device: Id,
    signing_key: SigningKey,
    nonce: Mutex<Option<String>>,
    turn: Turn,
}

/// Whose turn it is: a hub takes one request of a device at a time, and a program may have several lines.
pub type Turn = Arc<tokio::sync::Mutex<()>>;

impl HttpHub {
    /// `authority`: the certificate (PEM) that the hub's own must come from, where it is not one that this machine trusts.
    pub fn new(address: &str, identity: &Identity, authority: Option<&[u8]>) -> Result<Self, HubError> {
        // The first one in a program counts; the others are told so and change nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let foreign = |e: reqwest::Error| HubError::Foreign(e.to_string());
        let mut client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(SILENCE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none());
        if let Some(authority) = authority {
            client = client.tls_certs_only([reqwest::Certificate::from_pem(authority).map_err(foreign)?]);
        }
        Ok(Self {
            client: client.build().map_err(foreign)?,
            address: address.trim_end_matches('/').to_owned(),
            device: identity.device,
            signing_key: SigningKey::from_bytes(&identity.signing_key),
            nonce: Mutex::default(),
            turn: Turn::default(),
        })
    }

    /// Waits for its turn before each request, with the other lines that have the same.
    pub fn taking_turns(mut self, turn: &Turn) -> Self {
        self.turn = Arc::clone(turn);
        self
    }

    /// The public half of a signing key, as it is enrolled.
    pub fn verifying_key(signing_key: &[u8; 32]) -> Hash {
        Hash(SigningKey::from_bytes(signing_key).verifying_key().to_bytes())
    }

    /// Signs an erase order as this device.
    pub fn sign(&self, order: EraseOrder) -> EraseOrder {
        let order = EraseOrder { device: self.device, ..order };
        let signature = self.signing_key.sign(&order.signed_bytes()).to_bytes().to_vec();
        EraseOrder { signature, ..order }
    }

    pub async fn enroll(&self, enroll: &Enroll) -> Result<EnrollAnswer, HubError> {
        self.ask("/v1/enroll", enroll).await
    }

    pub async fn recover(&self, recover: &Recover) -> Result<RecoverAnswer, HubError> {
        self.ask("/v1/recover", recover).await
    }

    pub async fn invite(&self, invite: &Invite) -> Result<Invitation, HubError> {
        self.ask("/v1/invite", invite).await
    }

    pub async fn list_devices(&self) -> Result<Vec<Device>, HubError> {
        self.ask("/v1/devices", &()).await
    }

    pub async fn revoke(&self, device: Id) -> Result<Device, HubError> {
        self.ask("/v1/revoke", &Revoke { device }).await
    }

    pub async fn new_letter(&self, station: Id) -> Result<Membership, HubError> {
        self.ask("/v1/letter", &NewLetter { station }).await
    }

    /// Keys that others wrapped for this device.
    pub async fn list_envelopes(&self) -> Result<Vec<Envelope>, HubError> {
        self.ask("/v1/envelopes", &()).await
    }

    pub async fn put_envelopes(&self, envelopes: Vec<Envelope>) -> Result<(), HubError> {
        self.ask("/v1/envelopes/put", &PutEnvelopes { envelopes }).await
    }

    pub async fn put_recovery(&self, recovery: &PutRecovery) -> Result<(), HubError> {
        self.ask("/v1/recovery", recovery).await
    }

    /// Hands in an order that [`HttpHub::sign`] signed.
    pub async fn erase(&self, order: &EraseOrder) -> Result<(), HubError> {
        self.ask("/v1/erase", order).await
    }

    /// Waits for a hint that something moved. Comes back with an error when the line is lost; correctness never needs it.
    pub async fn listen(&self) -> Result<Hints, HubError> {
        let response = self.send(Method::GET, "/v1/hints", Vec::new(), None).await?;
        Ok(Hints(response))
    }

    async fn ask<A: DeserializeOwned>(&self, path: &str, question: &impl Serialize) -> Result<A, HubError> {
        let body = encode(question, Form::Packed);
        let response = self.send(Method::POST, path, body, Some(ANSWER_TIMEOUT)).await?;
        let form = form_of(response.headers())?;
        let body = read(response).await?;
        decode(&body, form).map_err(|e| HubError::Foreign(e.to_string()))
    }

    /// Sends with the nonce at hand, and once more when it was none that is good.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
        most: Option<Duration>,
    ) -> Result<Response, HubError> {
        let _turn = self.turn.lock().await;
        for _ in 0..NONCE_TRIES {
            let nonce = self.take_nonce().await?;
            let mut request = self.client.request(method.clone(), format!("{}{path}", self.address));
            let body_hash = Hash(*blake3::hash(&body).as_bytes());
            let signature = self.signing_key.sign(&signed_bytes(method.as_str(), path, body_hash, &nonce));
            request = request
                .header(DEVICE_HEADER, self.device.to_string())
                .header(SIGNATURE_HEADER, hex(&signature.to_bytes()))
                .header(NONCE_HEADER, nonce)
                .header(CONTENT_TYPE, CBOR)
                .header(CONTENT_ENCODING, "zstd")
                .header(ACCEPT, CBOR)
                .header(ACCEPT_ENCODING, "zstd")
                .body(body.clone());
            if let Some(most) = most {
                request = request.timeout(most);
            }
            let response = request.send().await.map_err(|e| lost(&e))?;
            self.keep_nonce(response.headers());
            match problem_of(&response) {
                None if response.status() == StatusCode::OK => return Ok(response),
                Some(Problem::WrongNonce) => {}
                problem => return Err(meaning(problem, &response)),
            }
        }
        Err(HubError::Busy { retry_after_s: None })
    }

    async fn take_nonce(&self) -> Result<String, HubError> {
        if let Some(nonce) = self.nonce.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(nonce);
        }
        let asked = self.client.get(format!("{}/v1/nonce", self.address)).timeout(ANSWER_TIMEOUT);
        let response = asked.send().await.map_err(|e| lost(&e))?;
        match nonce_of(response.headers()) {
            Some(nonce) if response.status() == StatusCode::NO_CONTENT => Ok(nonce),
            _ => Err(meaning(problem_of(&response), &response)),
        }
    }

    fn keep_nonce(&self, headers: &HeaderMap) {
        *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = nonce_of(headers);
    }
}

impl Hub for HttpHub {
    async fn hello(&self, hello: &Hello) -> Result<HelloAnswer, HubError> {
        self.ask("/v1/hello", hello).await
    }

    async fn push(&self, push: &Push) -> Result<PushAnswer, HubError> {
        self.ask("/v1/push", push).await
    }

    async fn offer(&self, offer: &Offer) -> Result<OfferAnswer, HubError> {
        self.ask("/v1/offer", offer).await
    }

    async fn pull(&self, pull: &Pull) -> Result<PullAnswer, HubError> {
        self.ask("/v1/pull", pull).await
    }

    async fn digest(&self, digest: &Digest) -> Result<DigestAnswer, HubError> {
        self.ask("/v1/digest", digest).await
    }

    async fn reread(&self, reread: &Reread) -> Result<PullAnswer, HubError> {
        self.ask("/v1/reread", reread).await
    }
}

/// An open line on which the hub says that something moved, and nothing more.
pub struct Hints(Response);

impl Hints {
    /// Returns at the next hint.
    pub async fn next(&mut self) -> Result<(), HubError> {
        loop {
            let piece = self.0.chunk().await.map_err(|e| lost(&e))?.ok_or(HubError::Offline)?;
            // Lines that begin with a colon only show that the line is alive.
            if piece.windows(6).any(|bytes| bytes == b"event:") {
                return Ok(());
            }
        }
    }
}

/// How an answer is written. HTML is what a sign-in page of a network says, whatever its status.
fn form_of(headers: &HeaderMap) -> Result<Form, HubError> {
    let text = |name| headers.get(name).map_or("", |value| value.to_str().unwrap_or("?"));
    match (text(CONTENT_TYPE), text(CONTENT_ENCODING)) {
        (CBOR, "zstd") => Ok(Form::Packed),
        (CBOR, "") => Ok(Form::Plain),
        (other, _) => Err(HubError::Foreign(format!("an answer of type {other}"))),
    }
}

/// The whole body; one that is longer than any answer is cut off, one that ends early was lost.
async fn read(mut response: Response) -> Result<Vec<u8>, HubError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|e| lost(&e))? {
        body.extend_from_slice(&piece);
        if body.len() > PACKED_BYTES {
            return Err(HubError::Foreign("an answer longer than any".into()));
        }
    }
    Ok(body)
}

fn problem_of(response: &Response) -> Option<Problem> {
    Problem::parse(response.headers().get(PROBLEM_HEADER)?.to_str().ok()?)
}

fn nonce_of(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(NONCE_HEADER)?.to_str().ok()?.to_owned())
}

/// What an answer means that is none of those asked for.
fn meaning(problem: Option<Problem>, response: &Response) -> HubError {
    let retry_after_s = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let status = response.status();
    match problem {
        Some(Problem::Revoked) => HubError::Revoked,
        Some(Problem::Busy | Problem::TooSlow | Problem::Broken) => HubError::Busy { retry_after_s },
        Some(problem) => HubError::Refused(problem),
        None if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => HubError::Busy { retry_after_s },
        None => HubError::Foreign(format!("an answer with status {status}")),
    }
}

/// No answer came. Whether the request arrived is not known.
fn lost(error: &reqwest::Error) -> HubError {
    if error.is_builder() { HubError::Foreign(error.to_string()) } else { HubError::Offline }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
