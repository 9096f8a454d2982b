//! The bare reading of JSON: each line parsed in full and thrown away.

use crate::measure::own_cpu;
use serde::de::IgnoredAny;

/// A JSON reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonReader {
    /// `sonic-rs` into its document.
    Sonic,
    /// `simd-json` into its tape.
    Simd,
    /// `serde_json`, looking at everything and keeping nothing.
    Serde,
}

impl JsonReader {
    /// Those compared.
    pub const ALL: [JsonReader; 3] = [JsonReader::Sonic, JsonReader::Simd, JsonReader::Serde];

    /// As tables call it.
    pub fn name(self) -> &'static str {
        match self {
            JsonReader::Sonic => "sonic-rs document",
            JsonReader::Simd => "simd-json tape",
            JsonReader::Serde => "serde_json, nothing kept",
        }
    }

    /// Parses every line and returns how many were JSON.
    pub fn read(self, log: &[u8]) -> u64 {
        let lines = log
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty());
        match self {
            JsonReader::Sonic => lines
                .map(|line| u64::from(sonic_rs::from_slice::<sonic_rs::Value>(line).is_ok()))
                .sum(),
            // it does not look whether what it skips is UTF-8
            JsonReader::Serde => lines
                .filter_map(|line| std::str::from_utf8(line).ok())
                .map(|line| u64::from(serde_json::from_str::<IgnoredAny>(line).is_ok()))
                .sum(),
            JsonReader::Simd => {
                let mut buffers = simd_json::Buffers::new(1 << 16);
                let mut copy = Vec::new();
                lines
                    .map(|line| {
                        // it writes into what it reads
                        copy.clear();
                        copy.extend_from_slice(line);
                        u64::from(simd_json::to_tape_with_buffers(&mut copy, &mut buffers).is_ok())
                    })
                    .sum()
            }
        }
    }

    /// Seconds of processor time that [`JsonReader::read`] takes, the log being in memory.
    pub fn time(self, log: &[u8]) -> f64 {
        let before = own_cpu();
        std::hint::black_box(self.read(std::hint::black_box(log)));
        own_cpu() - before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_read_the_same() {
        let log = b"{\"a\":[1,2,{\"b\":null}]}\n\nnope\n{\"a\":\"\\u00e9\"}\n{\"a\":\"\xff\"}\n{";
        for reader in JsonReader::ALL {
            assert_eq!(reader.read(log), 2, "{}", reader.name());
        }
    }
}
