//! Identities as types, and the door through which randomness comes in.

use uuid::{Builder, Uuid};

/// Randomness handed in from outside; tests hand in a counted one.
pub trait Ids: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);

    /// A time-ordered id (UUIDv7) of the given moment.
    fn new_id(&self, at_ms: i64) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        Builder::from_unix_timestamp_millis(u64::try_from(at_ms).unwrap_or(0), &random).into_uuid()
    }
}

/// When a time-ordered id was made, in milliseconds; `None` for a wholly random one.
pub fn made_at(id: Uuid) -> Option<i64> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    i64::try_from(seconds * 1000 + u64::from(nanos / 1_000_000)).ok()
}

macro_rules! id_types {
    ($($name:ident),*) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::parse_str(text).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id_types!(StationId, StaffId, VisitorId, VisitId, TicketId);
