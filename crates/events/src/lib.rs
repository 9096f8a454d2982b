//! Audit logs in, events out.
