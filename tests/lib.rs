//! Helpers the suites share.
