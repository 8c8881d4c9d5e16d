//! The door through which a hub's answers come in: one transaction, no verb and no trail line. What it means stands in `sync`.

use crate::store::{Level, SumChanges, Tx, WriterGuard, get_last_line};
use crate::{Act, Desk, DeskError, Kind, Writer, Written};
use std::collections::HashMap;
use std::sync::PoisonError;

/// The file while an answer is written down.
pub struct Exchange<'a> {
    pub(crate) writer: Writer<'a>,
    pub(crate) sums: SumChanges,
    /// Short names of partitions that were asked for.
    pub(crate) partitions: HashMap<String, i64>,
    /// Which arrivals are one person's has changed.
    pub(crate) must_count_anew: bool,
}

impl Desk {
    /// What `sync` keeps in this file under a name of its own.
    pub fn find_state(&self, key: &str) -> Result<Option<String>, DeskError> {
        self.reader().find_meta(key)
    }

    /// Everything `verb` does is durable when this returns, or nothing is. The trail hears of users' acts only.
    pub fn exchange<T>(
        &self,
        verb: impl FnOnce(&mut Exchange) -> Result<T, DeskError>,
    ) -> Result<Written<T>, DeskError> {
        self.exchange_as(None, verb)
    }

    /// The same as the act of a person: what they decide about something that came from a hub.
    pub fn exchange_as<T>(
        &self,
        act: Option<Act>,
        verb: impl FnOnce(&mut Exchange) -> Result<T, DeskError>,
    ) -> Result<Written<T>, DeskError> {
        let mut guard = self.store.writer()?;
        let done = self.run(&mut guard, act, verb);
        match &done {
            Ok((_, level, must_count_anew)) => {
                guard.raise_mark(*level);
                // A report holds the counts while it waits for the writer.
                drop(guard);
                if *must_count_anew {
                    *self.day_counts.lock().unwrap_or_else(PoisonError::into_inner) = Default::default();
                }
            }
            Err(error) if error.is_fault() => self.store.note_fault(),
            Err(_) => {}
        }
        done.map(|(written, ..)| written)
    }

    fn run<T>(
        &self,
        guard: &mut WriterGuard,
        act: Option<Act>,
        verb: impl FnOnce(&mut Exchange) -> Result<T, DeskError>,
    ) -> Result<(Written<T>, Level, bool), DeskError> {
        let writer = self.open_writer(guard, act.and_then(|act| act.actor))?;
        let mut exchange =
            Exchange { writer, sums: HashMap::new(), partitions: HashMap::new(), must_count_anew: false };
        let value = verb(&mut exchange)?;
        exchange.save_sums()?;
        let Exchange { mut writer, must_count_anew, .. } = exchange;
        let level = match act {
            Some(act) => writer.close(act, &self.mac_key)?,
            None => Level { number: writer.append_entries(&self.mac_key)?, seq: get_last_line(&writer.tx)? },
        };
        let touched = writer.touched;
        writer.tx.commit()?;
        Ok((Written { value, touched }, level, must_count_anew))
    }
}

impl Exchange<'_> {
    /// Screens must read this again.
    pub fn touch(&mut self, kind: Kind) {
        self.writer.touch(kind, None);
    }

    pub(crate) fn tx(&self) -> &Tx<'_> {
        &self.writer.tx
    }

    pub(crate) fn now(&self) -> i64 {
        self.writer.now
    }

    pub(crate) fn station(&self) -> String {
        self.writer.station.to_string()
    }
}
