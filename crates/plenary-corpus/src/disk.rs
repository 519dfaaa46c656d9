//! What an error of the disk means.

use std::io::{Error, ErrorKind};

/// Whether there is no room for what was to be written: a full disk, a full share of it, or a file that may not grow.
pub fn is_full(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}
