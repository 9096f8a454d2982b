//! Why a file of state cannot be used.

use std::fmt;

/// Why a file of state cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// There is no such file.
    Missing,
    /// It is some other program's.
    Foreign,
    /// Its format is newer than this program.
    Newer {
        /// The format of the file.
        found: u32,
        /// The newest format that is read.
        known: u32,
    },
    /// Its format is older than this program reads.
    Older {
        /// The format of the file.
        found: u32,
        /// The format that is read.
        known: u32,
    },
    /// It is not as it was written, and where.
    Damaged(String),
    /// Another process has it open.
    InUse,
    /// It cannot be read or written.
    Unusable(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Missing => f.write_str("there is no such file of state"),
            OpenError::Foreign => f.write_str("this is no file of state of Sigwright"),
            OpenError::Newer { found, known } => write!(
                f,
                "the state is of a newer format, {found}; this version reads up to {known}"
            ),
            OpenError::Older { found, known } => write!(
                f,
                "the state is of an older format, {found}; this version reads {known}"
            ),
            OpenError::Damaged(what) => {
                write!(f, "the state is damaged, nothing of it was used: {what}")
            }
            OpenError::InUse => f.write_str("the state is in use by another process"),
            OpenError::Unusable(what) => write!(f, "the state cannot be used: {what}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl OpenError {
    /// What a person may do about it.
    pub fn help(&self) -> &'static str {
        match self {
            OpenError::Missing => "`eval --state` creates one",
            OpenError::Foreign => "name another file; this one was left as it is",
            OpenError::Newer { .. } => "use the version that wrote it, or name another file",
            OpenError::Older { .. } => {
                "use the version that wrote it, or remove the file and train anew from the logs"
            }
            OpenError::Damaged(_) => {
                "restore a copy, or remove the file and its `-wal`, and train anew from the logs"
            }
            OpenError::InUse => "wait until that process has ended, or name another file",
            OpenError::Unusable(_) => "see that file and directory may be read and written",
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> OpenError {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse,
            Some(ErrorCode::NotADatabase) => OpenError::Foreign,
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::DiskFull
                | ErrorCode::OutOfMemory
                | ErrorCode::SystemIoFailure,
            ) => OpenError::Unusable(error.to_string()),
            _ => OpenError::Damaged(error.to_string()),
        }
    }
}
