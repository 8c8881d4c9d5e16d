//! A hub as a desk sees it: one question, one answer. The HTTP client wears this trait, and in tests the hub itself.

use fengxiang_wire::Problem;
use fengxiang_wire::exchange::{
    Digest, DigestAnswer, Hello, HelloAnswer, Offer, OfferAnswer, Pull, PullAnswer, Push, PushAnswer, Reread,
};

/// Why there is no answer. Offline is a state, not a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    #[error("hub was not reached")]
    Offline,
    /// To be asked again after that many seconds.
    #[error("hub is busy")]
    Busy { retry_after_s: Option<u64> },
    #[error("device is revoked")]
    Revoked,
    /// The hub understood and says no, for a reason that waiting does not mend.
    #[error("hub refuses: {}", .0.code())]
    Refused(Problem),
    /// The hub speaks a newer language, or this is no hub.
    #[error("hub is not understood: {0}")]
    Foreign(String),
}

/// One request at a time: the next begins when the answer is here or lost.
#[expect(async_fn_in_trait, reason = "the cycle runs on one thread of its own; nothing asks for Send")]
pub trait Hub {
    async fn hello(&self, hello: &Hello) -> Result<HelloAnswer, HubError>;
    async fn push(&self, push: &Push) -> Result<PushAnswer, HubError>;
    async fn offer(&self, offer: &Offer) -> Result<OfferAnswer, HubError>;
    async fn pull(&self, pull: &Pull) -> Result<PullAnswer, HubError>;
    async fn digest(&self, digest: &Digest) -> Result<DigestAnswer, HubError>;
    async fn reread(&self, reread: &Reread) -> Result<PullAnswer, HubError>;
}
