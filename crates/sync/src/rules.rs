//! The rules of a desk, whole or with one of them broken on purpose.

/// One deliberate fault, to show that a check notices it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// An own edit is let go at its receipt, without waiting for its row.
    DropOverlay,
    /// An own edit is let go when the cursor passes some head: rows move.
    CursorSettle,
    /// A new incarnation throws the outbox away.
    Discard,
    /// What was acknowledged is not sent again to a hub that was restored.
    NoSentLog,
    /// The cursor is stored in another transaction than its page.
    TornPage,
    /// Erase orders are taken after the push.
    LateOrders,
    /// Own changes are left out when they come back in the feed.
    SkipEcho,
    /// A desk's file lets go of an own edit although its row is not here yet.
    ForgetOwn,
    /// A new incarnation forgets what the one before had sent.
    DropSent,
    /// Erasure leaves what was sent as it is.
    KeepSent,
    /// Rows are stored and their sums are not.
    StaleSums,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    #[cfg(feature = "breaks")]
    pub broken: Option<Break>,
}

impl Rules {
    /// Whether this rule is broken. Without the feature no rule can be.
    #[cfg(feature = "breaks")]
    pub fn lack(self, rule: Break) -> bool {
        self.broken == Some(rule)
    }

    #[cfg(not(feature = "breaks"))]
    pub fn lack(self, _: Break) -> bool {
        false
    }
}
