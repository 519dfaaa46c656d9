//! The meaning of an input/output error.

use std::io::{Error, ErrorKind};

/// Whether there is no space left for the data to be written: a full disk, an exhausted quota, or a limit on the size
/// of the file.
pub fn is_full(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}
