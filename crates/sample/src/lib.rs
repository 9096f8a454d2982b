//! Audit logs of clusters that do not exist, for people who need logs to test with.
//!
//! [`KubernetesLog`] writes what `kube-apiserver` would write, line by line: the mix of users, verbs, resources, levels,
//! stages and answers follows the counts of captured logs, requests come in bursts, and each leaves two or three lines
//! that share an `auditID`. With [`Options::incident`] somebody with a stolen token takes the cluster over meanwhile.
//!
//! The same options give the same bytes, whatever the machine. Everything is invented; addresses are private (RFC 1918)
//! or reserved for documentation (RFC 5737).
//!
//! ```
//! let options = sigwright_sample::Options { events: 100, seed: 7, ..Default::default() };
//! let mut log = Vec::new();
//! sigwright_sample::KubernetesLog::new(options).unwrap().write_to(&mut log).unwrap();
//! assert_eq!(log.iter().filter(|&&byte| byte == b'\n').count(), 100);
//! ```

mod body;
mod cast;
mod incident;
mod line;
mod log;
mod object;
mod request;
mod resource;
mod rng;
mod text;
mod traffic;

pub use log::{KubernetesLog, Options, TooShort};
