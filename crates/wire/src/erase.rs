//! Erase orders: whose personal values are to be taken away everywhere. Ids only; signed by the desk that issued them.

use crate::{Id, Partition};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EraseOrder {
    pub id: Id,
    /// Where the person is known.
    pub partition: Partition,
    /// The person, and every entry that was merged with this one.
    pub subjects: Vec<Id>,
    pub ordered_at: i64,
    /// The device that signed.
    pub device: Id,
    /// Ed25519 over [`EraseOrder::signed_bytes`], 64 bytes.
    #[serde(with = "serde_bytes")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<u8>))]
    pub signature: Vec<u8>,
}

impl EraseOrder {
    /// What the signature is taken over.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let unsigned = Self { signature: Vec::new(), ..self.clone() };
        let mut bytes = b"fengxiang erase order 1\0".to_vec();
        bytes.extend(crate::encode(&unsigned, crate::Form::Plain));
        bytes
    }
}
