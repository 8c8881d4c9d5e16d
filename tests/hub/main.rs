//! The hub through the real client and against those who mean it no good.

mod canary;
mod cycle;
mod hostile;
mod joining;
mod lies;
mod restoring;
mod tls;
