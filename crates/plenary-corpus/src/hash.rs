//! Content hashes: the ids of documents, models and studies.

use sha2::{Digest, Sha256};

/// The sha256 of some bytes as 64 hex digits.
pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
