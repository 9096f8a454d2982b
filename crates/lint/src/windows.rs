//! What Windows logs call things that Sigma has categories for.
//!
//! Sources: taxonomy appendix of the Sigma specification; Microsoft's documentation of Sysmon
//! (event ids) and of the audit of process creation.

/// A category with the service and the event ids that tell of it.
type Row = (&'static str, &'static str, &'static [u32]);

const ROWS: [Row; 29] = [
    ("clipboard_change", "sysmon", &[24]),
    ("create_remote_thread", "sysmon", &[8]),
    ("create_stream_hash", "sysmon", &[15]),
    ("dns_query", "sysmon", &[22]),
    ("driver_load", "sysmon", &[6]),
    ("file_block_executable", "sysmon", &[27]),
    ("file_block_shredding", "sysmon", &[28]),
    ("file_change", "sysmon", &[2]),
    ("file_delete", "sysmon", &[23]),
    ("file_delete_detected", "sysmon", &[26]),
    ("file_event", "sysmon", &[11]),
    ("file_executable_detected", "sysmon", &[29]),
    ("image_load", "sysmon", &[7]),
    ("network_connection", "sysmon", &[3]),
    ("pipe_created", "sysmon", &[17, 18]),
    ("process_access", "sysmon", &[10]),
    ("process_creation", "sysmon", &[1]),
    ("process_creation", "security", &[4688]),
    ("process_tampering", "sysmon", &[25]),
    ("process_termination", "sysmon", &[5]),
    ("raw_access_thread", "sysmon", &[9]),
    ("registry_add", "sysmon", &[12]),
    ("registry_delete", "sysmon", &[12]),
    ("registry_set", "sysmon", &[13]),
    ("registry_rename", "sysmon", &[14]),
    ("registry_event", "sysmon", &[12, 13, 14]),
    ("sysmon_error", "sysmon", &[255]),
    ("sysmon_status", "sysmon", &[4, 16]),
    ("wmi_event", "sysmon", &[19, 20, 21]),
];

/// The categories that an event of a service belongs to.
pub(crate) fn categories(service: &str, id: u32) -> impl Iterator<Item = &'static str> {
    let rows = ROWS
        .iter()
        .filter(move |(_, log, ids)| *log == service && ids.contains(&id));
    rows.map(|(category, ..)| *category)
}
