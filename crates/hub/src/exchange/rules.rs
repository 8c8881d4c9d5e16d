//! The rules, whole or with one of them broken on purpose.

/// One deliberate fault, to show that a check notices it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The hub does not compare number and hash: a restored file uses numbers again.
    NoForkCheck,
    /// The hub believes clocks.
    NoClamp,
    /// The hub ignores what the writer had seen.
    NoBase,
    /// A cursor may pass a sequence whose row it did not get.
    NoFence,
    /// The hub takes late personal values of an erased subject.
    NoScrub,
    /// The erase ledger is restored together with the hub.
    LedgerInBackup,
    /// An edit that comes again under a second identity is merged a second time.
    NoOrigin,
    /// Answers tell an outcome without its tray rows.
    NoTold,
    /// No conflict is filed.
    NoTray,
    /// A tray row gets no sequence, so it does not travel.
    TraySilent,
    /// Erasing does not look into the tray.
    TrayName,
    /// An edit is resolved as a base only inside its own replica.
    ReplicaBase,
    /// An entry that is sent again gets a new stamp.
    ResendNew,
    /// Acts are stamped like fields, by the clock of their desk.
    LateAct,
    /// An act that is offered again gets a new place.
    Reaccept,
    /// A removed row comes back with a late edit.
    EditRevives,
    /// Rights are not asked about.
    NoGrant,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    #[cfg(feature = "breaks")]
    pub broken: Option<Break>,
}

impl Rules {
    /// Whether this rule is broken. Without the feature no rule can be.
    #[cfg(feature = "breaks")]
    pub(crate) fn lack(self, rule: Break) -> bool {
        self.broken == Some(rule)
    }

    #[cfg(not(feature = "breaks"))]
    #[expect(clippy::unused_self, reason = "the same call with and without the feature")]
    pub(crate) fn lack(self, _: Break) -> bool {
        false
    }
}
