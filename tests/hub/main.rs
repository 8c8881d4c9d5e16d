//! The hub through the real client and against those who mean it no good.

mod canary;
mod cycle;
mod forgotten;
mod hostile;
mod joining;
mod large;
mod lies;
mod restoring;
mod tls;
