//! Recognises who asks: the device's headers, its signature over the whole request, a nonce that nobody used. Then decodes,
//! calls the rule in a transaction, and encodes. Every endpoint of a known device goes through [`answer`].

use super::body::{self, problem_of};
use super::refusal::refusal;
use super::{Hub, nonces::Spent};
use crate::devices::{self, Asker, Refused};
use crate::store::{Failed, Tx, read, transact};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response};
use fengxiang_wire::device::{DEVICE_HEADER, NONCE_HEADER, SIGNATURE_HEADER, signed_bytes};
use fengxiang_wire::{Form, Hash, Id, Partition, Problem, decode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A request with a good signature by whoever holds the key.
pub struct Signed {
    pub form: Form,
    pub wanted: Form,
    pub body: Bytes,
}

/// The headers of a signature.
struct Headers {
    nonce: String,
    signature: Vec<u8>,
}

/// Whether a rule may store anything. Who only reads stands in nobody's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Reading,
    Writing,
}

/// Answers a request of a known device by a rule that only reads.
pub async fn answer_reading<Q, A, R>(hub: Arc<Hub>, request: Request<Body>, rule: R) -> Response<Body>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
    R: Fn(&mut dyn Tx, &Asker, &Q) -> Result<A, Refused> + Send + 'static,
{
    answer_through(Door::Reading, hub, request, rule, |_, _| Vec::new()).await
}

/// Answers a request of a known device by a rule.
pub async fn answer<Q, A, R>(hub: Arc<Hub>, request: Request<Body>, rule: R) -> Response<Body>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
    R: Fn(&mut dyn Tx, &Asker, &Q) -> Result<A, Refused> + Send + 'static,
{
    answer_through(Door::Writing, hub, request, rule, |_, _| Vec::new()).await
}

/// As [`answer`], and hints to other desks that these partitions moved.
pub async fn answer_moving<Q, A, R>(
    hub: Arc<Hub>,
    request: Request<Body>,
    rule: R,
    moved: fn(&Q, &A) -> Vec<Partition>,
) -> Response<Body>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
    R: Fn(&mut dyn Tx, &Asker, &Q) -> Result<A, Refused> + Send + 'static,
{
    answer_through(Door::Writing, hub, request, rule, moved).await
}

async fn answer_through<Q, A, R>(
    door: Door,
    hub: Arc<Hub>,
    request: Request<Body>,
    rule: R,
    moved: fn(&Q, &A) -> Vec<Partition>,
) -> Response<Body>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
    R: Fn(&mut dyn Tx, &Asker, &Q) -> Result<A, Refused> + Send + 'static,
{
    let answered = async {
        let (asker, signed) = recognise(&hub, request).await?;
        // Behind the signature: a stranger must not keep a desk waiting by its name.
        let flight = hub.flights.take_off(asker.device.id).ok_or(Problem::Busy)?;
        let wanted = signed.wanted;
        let answered = on_store(&hub, move |hub| {
            let _flight = flight;
            let asked: Q = decode(&signed.body, signed.form).map_err(|e| problem_of(&e))?;
            let answer = decided(hub, door, &mut |tx| rule(tx, &asker, &asked))?;
            hub.hints.tell(&moved(&asked, &answer));
            Ok(body::answer(&answer, wanted))
        });
        answered.await
    };
    answered.await.unwrap_or_else(refusal)
}

/// The device that asks, by its headers and signature; its nonce is used up.
pub async fn recognise(hub: &Arc<Hub>, request: Request<Body>) -> Result<(Asker, Signed), Problem> {
    let device = device_of(request.headers())?;
    // A stranger's body is not even read.
    let asker = on_store(hub, move |hub| {
        let now_ms = hub.outside.now_ms();
        let found = devices::recognise(&*hub.store, device, now_ms);
        found.map_err(|e| told(&e))?.ok_or(Problem::UnknownDevice)
    });
    let asker = asker.await?;
    let signed = check(hub, request, |_| Some(asker.device.signing_key)).await?;
    if asker.device.revoked_at.is_some() {
        return Err(Problem::Revoked);
    }
    Ok((asker, signed))
}

/// Reads the request whole and checks that the key signed it. The key may be in the body: a joiner brings its own.
pub async fn check(
    hub: &Hub,
    request: Request<Body>,
    key: impl Fn(&Signed) -> Option<Hash>,
) -> Result<Signed, Problem> {
    let headers = headers_of(request.headers())?;
    if !hub.nonces.is_good(&headers.nonce, hub.outside.now_ms()) {
        return Err(Problem::WrongNonce);
    }
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body, hub.settings.body_timeout).await?;
    let form = if bytes.is_empty() { Some(Form::Plain) } else { body::form_of(&parts.headers) };
    let form = form.ok_or(Problem::Malformed)?;
    let body_hash = Hash(*blake3::hash(&bytes).as_bytes());
    let path = parts.uri.path_and_query().map_or("/", |p| p.as_str());
    let message = signed_bytes(parts.method.as_str(), path, body_hash, &headers.nonce);
    let signed = Signed { form, wanted: body::wanted(&parts.headers), body: bytes };
    let key = key(&signed).ok_or(Problem::Malformed)?;
    if !devices::is_signed(key, &message, &headers.signature) {
        return Err(Problem::WrongSignature);
    }
    match hub.nonces.spend(&headers.nonce, hub.outside.now_ms()) {
        Spent::First => Ok(signed),
        Spent::Again => Err(Problem::WrongNonce),
        Spent::Full => Err(Problem::Busy),
    }
}

/// Runs what blocks beside the network's threads, as much at once as the store bears.
pub async fn on_store<T: Send + 'static>(
    hub: &Arc<Hub>,
    work: impl FnOnce(&Hub) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let waiting = tokio::time::timeout(hub.settings.store_wait, Arc::clone(&hub.store_places).acquire_owned());
    let place = waiting.await.map_err(|_| Problem::Busy)?.map_err(|_| Problem::Busy)?;
    let hub = Arc::clone(hub);
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        work(&hub)
    });
    done.await.unwrap_or(Err(Problem::Broken))
}

/// A rule in a transaction of its own. What is refused stores what it stored, as a try that was used up; what failed stores
/// nothing.
pub fn decided<A>(
    hub: &Hub,
    door: Door,
    rule: &mut dyn FnMut(&mut dyn Tx) -> Result<A, Refused>,
) -> Result<A, Problem> {
    let mut decide = |tx: &mut dyn Tx| match rule(tx) {
        Ok(answer) => Ok(Ok(answer)),
        Err(Refused::With(problem)) => Ok(Err(problem)),
        Err(Refused::Failed(failed)) => Err(failed),
    };
    let decided = match door {
        Door::Reading => read(&*hub.store, &mut decide),
        Door::Writing => transact(&*hub.store, &mut decide),
    };
    decided.map_err(|e| told(&e))?
}

/// What a desk is told of a failed store; the rest stands in the log.
fn told(failed: &Failed) -> Problem {
    tracing::error!(error = %failed, "store");
    match failed {
        Failed::Busy(_) => Problem::Busy,
        Failed::Broken(_) => Problem::Broken,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Problem> {
    headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Problem::Malformed)
}

fn device_of(headers: &HeaderMap) -> Result<Id, Problem> {
    Id::from_hex(text(headers, DEVICE_HEADER)?).ok_or(Problem::Malformed)
}

fn headers_of(headers: &HeaderMap) -> Result<Headers, Problem> {
    let signature = text(headers, SIGNATURE_HEADER)?;
    let halves = signature.split_at_checked(64).ok_or(Problem::Malformed)?;
    let half = |hex: &str| Hash::from_hex(hex).ok_or(Problem::Malformed);
    let signature = [half(halves.0)?.0, half(halves.1)?.0].concat();
    Ok(Headers { nonce: text(headers, NONCE_HEADER)?.to_owned(), signature })
}
