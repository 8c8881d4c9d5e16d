//! A table of visitors taken at once: all of them, or none.

use super::NewVisitor;
use crate::{DeskError, Writer};

impl Writer<'_> {
    /// Registers many; those who agreed did so on paper.
    pub fn import_visitors(&mut self, all: Vec<NewVisitor>) -> Result<usize, DeskError> {
        let count = all.len();
        for new in all {
            let visitor = self.add_visitor(&NewVisitor { consent_given: false, ..new.clone() })?;
            if new.consent_given {
                self.add_consent(visitor, "paper")?;
            }
        }
        Ok(count)
    }
}
