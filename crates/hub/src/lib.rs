//! The server that the desks of a district agree through. It stores sealed rows and knows nothing of their meaning.

pub mod cli;
pub mod devices;
pub mod exchange;
pub mod http;
mod machine;
pub mod outside;
pub mod store;
