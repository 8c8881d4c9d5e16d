//! Bodies: how they are written is said by the headers, how long they may be and how long they may take by the hub.

use super::refusal::refusal;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use fengxiang_wire::limits::PACKED_BYTES;
use fengxiang_wire::{Form, Problem, WireError, encode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use std::time::Duration;

const CBOR: &str = "application/cbor";
const JSON: &str = "application/json";

/// How the body of a request is written; `None`: as nothing that is read here.
pub fn form_of(headers: &HeaderMap) -> Option<Form> {
    let text = |name| headers.get(name).map_or(Ok(""), HeaderValue::to_str).ok();
    match (text(header::CONTENT_TYPE)?, text(header::CONTENT_ENCODING)?) {
        (CBOR, "zstd") => Some(Form::Packed),
        (CBOR, "" | "identity") => Some(Form::Plain),
        (JSON, "" | "identity") => Some(Form::Json),
        _ => None,
    }
}

/// How the answer is to be written.
pub fn wanted(headers: &HeaderMap) -> Form {
    let says = |name, word| headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|text| text.contains(word));
    match () {
        () if says(header::ACCEPT, JSON) => Form::Json,
        () if says(header::ACCEPT_ENCODING, "zstd") => Form::Packed,
        () => Form::Plain,
    }
}

/// The whole body, or why not. What was announced as too long is not read at all.
pub async fn read(headers: &HeaderMap, body: Body, most: Duration) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > PACKED_BYTES) {
        return Err(Problem::TooLarge);
    }
    match tokio::time::timeout(most, Limited::new(body, PACKED_BYTES).collect()).await {
        Err(_) => Err(Problem::TooSlow),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::TooLarge),
        Ok(Err(_)) => Err(Problem::Malformed),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
    }
}

pub fn problem_of(error: &WireError) -> Problem {
    match error {
        WireError::TooLarge(_) => Problem::TooLarge,
        WireError::NotPacked | WireError::NotAMessage(_) => Problem::Malformed,
    }
}

/// A message as an answer.
pub fn answer(message: &impl Serialize, form: Form) -> Response<Body> {
    written(encode(message, form), form)
}

fn written(bytes: Vec<u8>, form: Form) -> Response<Body> {
    if bytes.len() > fengxiang_wire::limits::BODY_BYTES {
        return refusal(Problem::TooLarge);
    }
    let mut response = (StatusCode::OK, bytes).into_response();
    let headers = response.headers_mut();
    let kind = if form == Form::Json { JSON } else { CBOR };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if form == Form::Packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    }
    response
}
