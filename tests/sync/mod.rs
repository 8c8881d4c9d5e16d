//! Desk and hub together, without a network: a seeded world that breaks everything that can break, and checks the promises.

pub mod desk;
pub mod line;
pub mod twin;
pub mod world;
