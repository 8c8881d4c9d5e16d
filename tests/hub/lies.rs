//! What a desk makes of answers that no hub gave: pages of proxies, cut bodies, silence.

use anyhow::Result;
use fengxiang_sync::http::{HttpHub, Identity};
use fengxiang_sync::{Hub, HubError};
use fengxiang_tests::hub::wait_on;
use fengxiang_wire::exchange::Pull;
use fengxiang_wire::{Id, Partition};
use std::io::{Read, Write};
use std::net::TcpListener;

const NONCE: &str = "HTTP/1.1 204 No Content\r\nfengxiang-nonce: 00\r\n\r\n";

/// Asks somebody who gives a nonce and then this answer.
fn asked(answer: &'static str) -> Result<HubError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        let Ok((mut stream, _)) = listener.accept() else { return };
        for reply in [NONCE, answer] {
            let _ = stream.read(&mut [0; 8_192]);
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    let line = HttpHub::new(&address, &Identity { device: Id::default(), signing_key: [1; 32] }, None)?;
    let pull = Pull { epoch: 1, partition: Partition::Shared, after: 0, limit: 1 };
    Ok(wait_on(line.pull(&pull)).expect_err("nobody answered as a hub"))
}

#[test]
fn a_page_is_no_answer_whatever_its_status() -> Result<()> {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>";
    assert!(matches!(asked(page)?, HubError::Foreign(_)));
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/sign-in\r\ncontent-length: 0\r\n\r\n";
    assert!(matches!(asked(moved)?, HubError::Foreign(_)));
    let unknown = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
    assert!(matches!(asked(unknown)?, HubError::Foreign(_)), "a proxy's refusal is not the hub's");
    let nonsense = "HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\ncontent-length: 3\r\n\r\nabc";
    assert!(matches!(asked(nonsense)?, HubError::Foreign(_)));
    Ok(())
}

#[test]
fn an_answer_that_is_cut_off_was_lost() -> Result<()> {
    let cut = "HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\ncontent-length: 300\r\n\r\nabc";
    assert_eq!(asked(cut)?, HubError::Offline);
    assert_eq!(asked("HTTP/1.1 200")?, HubError::Offline);
    Ok(())
}

#[test]
fn who_is_busy_says_when_to_come_again() -> Result<()> {
    let busy = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 17\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(asked(busy)?, HubError::Busy { retry_after_s: Some(17) });
    let often = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(asked(often)?, HubError::Busy { retry_after_s: None });
    Ok(())
}

#[test]
fn a_hub_that_is_not_there_is_offline() -> Result<()> {
    let closed = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let identity = Identity { device: Id::default(), signing_key: [1; 32] };
    let line = HttpHub::new(&format!("http://{closed}"), &identity, None)?;
    assert_eq!(wait_on(line.list_devices()), Err(HubError::Offline));
    Ok(())
}
