//! Objects of stores that speak like S3 or COS: names become listed objects, and objects are read by ranges, each under
//! the condition that it is still what was listed. Only here is anything asked of a network. Without the feature
//! `object-store` there are names alone, and what they get is an error.

mod failure;
mod location;
mod settings;

#[cfg(not(feature = "object-store"))]
mod absent;
#[cfg(feature = "object-store")]
mod address;
#[cfg(feature = "object-store")]
mod asker;
#[cfg(feature = "object-store")]
mod grid;
#[cfg(feature = "object-store")]
mod http;
#[cfg(feature = "object-store")]
mod list;
#[cfg(feature = "object-store")]
mod listed;
#[cfg(feature = "object-store")]
mod pool;
#[cfg(feature = "object-store")]
pub mod profile;
#[cfg(feature = "object-store")]
mod reader;
#[cfg(feature = "object-store")]
mod refusal;
#[cfg(feature = "object-store")]
mod role;
#[cfg(feature = "object-store")]
mod sign;
#[cfg(feature = "object-store")]
mod stores;
#[cfg(feature = "object-store")]
mod xml;

#[cfg(not(feature = "object-store"))]
pub use absent::{Object, Reader, Stores};
pub use failure::{Failure, FailureKind};
#[cfg(feature = "object-store")]
pub use listed::Object;
pub use location::{Location, Provider, above, is_object};
#[cfg(feature = "object-store")]
pub use reader::Reader;
pub use settings::{ATTEMPTS, Access, CELL_BYTES, Keys, Service, Settings, Style};
#[cfg(feature = "object-store")]
pub use stores::Stores;
