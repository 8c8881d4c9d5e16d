//! The server that the desks of a district agree through. It stores sealed rows and knows nothing of their meaning.

pub mod exchange;
pub mod store;
