//! Answers that are none of those asked for: one header says why, the body says it again for people.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use fengxiang_wire::problem::{PROBLEM_HEADER, ProblemBody};
use fengxiang_wire::{Form, Problem, encode};

/// A desk that was told to wait comes again after so long.
const RETRY_AFTER_S: HeaderValue = HeaderValue::from_static("5");

pub fn refusal(problem: Problem) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = encode(&ProblemBody { problem }, Form::Json);
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(PROBLEM_HEADER, HeaderValue::from_static(problem.code()));
    if problem == Problem::Busy {
        headers.insert(header::RETRY_AFTER, RETRY_AFTER_S);
    }
    response
}
