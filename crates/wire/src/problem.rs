//! Why a hub gave no answer of the kind asked for. The codes are stable; the sentences stand with whoever reads them.

use serde::{Deserialize, Serialize};

/// Stands in every answer of a hub that is none of those asked for, so that a proxy's page is not taken for the hub's word.
pub const PROBLEM_HEADER: &str = "fengxiang-problem";

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Problem {
            $($(#[$doc])* $name,)*
        }

        impl Problem {
            pub const ALL: &[Problem] = &[$(Problem::$name,)*];

            /// As it stands in [`PROBLEM_HEADER`].
            pub fn code(self) -> &'static str {
                match self { $(Problem::$name => $code,)* }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 {
                match self { $(Problem::$name => $status,)* }
            }

            pub fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Problem::$name),)*
                    _ => None,
                }
            }
        }
    };
}

problems! {
    /// Headers, body or message are not what the protocol says.
    Malformed = "malformed", 400;
    /// No such device was enrolled here.
    UnknownDevice = "unknown_device", 401;
    WrongSignature = "wrong_signature", 401;
    /// Used before, too old, or of a hub that was started anew since. The answer carries another one.
    WrongNonce = "wrong_nonce", 401;
    Revoked = "revoked", 403;
    NotAllowed = "not_allowed", 403;
    NotFound = "not_found", 404;
    /// The body did not come in time.
    TooSlow = "too_slow", 408;
    TooLarge = "too_large", 413;
    /// The hub does not speak this version of the protocol.
    WrongVersion = "wrong_version", 426;
    /// The hub's own fault; nothing was stored.
    Broken = "broken", 500;
    /// To be asked again after `Retry-After`.
    Busy = "busy", 503;
}

/// The body beside the header, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemBody {
    pub problem: Problem,
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_code_is_the_same_in_header_and_body() {
        for problem in Problem::ALL {
            assert_eq!(serde_json::json!(problem), problem.code());
            assert_eq!(Problem::parse(problem.code()), Some(*problem));
        }
    }
}
