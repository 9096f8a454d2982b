//! What is known about networks: a list of the user's, or a MaxMind database.

use ipnet::IpNet;
use std::net::IpAddr;
use std::path::Path;

/// Networks and who runs them.
#[derive(Debug)]
pub struct Networks(Source);

#[derive(Debug)]
enum Source {
    List(List),
    Database(Box<maxminddb::Reader<Vec<u8>>>),
}

/// What is known about an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known<'n> {
    /// Number of the autonomous system.
    pub number: Option<u32>,
    /// Who runs it.
    pub org: Option<&'n str>,
    /// Whether it is a cloud provider's.
    pub is_cloud: Option<bool>,
    /// ISO 3166-1 code of the country.
    pub country: Option<&'n str>,
}

/// Why networks could not be read.
#[derive(Debug)]
pub enum NetworksError {
    /// The file.
    Io(std::io::Error),
    /// The database.
    Database(maxminddb::MaxMindDbError),
    /// A line of the list: which, counted from 1, and what is wrong with it.
    Line(usize, &'static str),
}

impl std::fmt::Display for NetworksError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NetworksError::Io(error) => error.fmt(f),
            NetworksError::Database(error) => error.fmt(f),
            NetworksError::Line(line, message) => write!(f, "{message} on line {line}"),
        }
    }
}

impl std::error::Error for NetworksError {}

/// Autonomous systems of cloud providers whose networks tenants' machines have.
/// Numbers as registered with the regional internet registries.
const CLOUD: [u32; 24] = [
    16509, 14618, 8987, 7224, // Amazon
    8075, 8068, 8069, 12076, // Microsoft
    15169, 396_982, 19527, 139_070, // Google
    31898, 792, // Oracle
    45102, 37963, // Alibaba
    132_203, 45090, // Tencent
    36351, // IBM
    14061, // DigitalOcean
    63949, // Akamai (Linode)
    20473, // Vultr
    16276, // OVH
    24940, // Hetzner
];

impl Networks {
    /// Reads a file: a MaxMind database if it ends in `.mmdb`, else a list.
    ///
    /// # Errors
    /// Where the file cannot be read or is neither.
    pub fn open(path: &Path) -> Result<Networks, NetworksError> {
        let bytes = std::fs::read(path).map_err(NetworksError::Io)?;
        if path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("mmdb"))
        {
            return maxminddb::Reader::from_source(bytes)
                .map(|reader| Networks(Source::Database(Box::new(reader))))
                .map_err(NetworksError::Database);
        }
        Networks::parse(&String::from_utf8_lossy(&bytes))
    }

    /// Reads a list: on each line a network, and after commas, as far as known, the number
    /// of its autonomous system (`AS64500` or `64500`), the organisation, and `true` or
    /// `false` for whether it is a cloud provider's. Without the last, the system's number
    /// tells; without any, a network is a cloud provider's, and so a bare list is one of
    /// those. Empty lines, those that begin with `#` and a header whose first column is
    /// `network` or `cidr` are nothing. The narrowest network
    /// an address is in tells about it; an address in none is no cloud provider's.
    ///
    /// # Errors
    /// At the first line that is none of this.
    pub fn parse(list: &str) -> Result<Networks, NetworksError> {
        let mut entries = Vec::new();
        for (index, line) in list.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') || is_header(line) {
                continue;
            }
            let entry = Entry::parse(line).map_err(|m| NetworksError::Line(index + 1, m))?;
            entries.push(entry);
        }
        Ok(Networks(Source::List(List::new(entries))))
    }

    /// What is known about an address; `None` where nothing is.
    pub fn find(&self, ip: IpAddr) -> Option<Known<'_>> {
        let ip = ip.to_canonical();
        match &self.0 {
            Source::List(list) => Some(list.find(ip)),
            Source::Database(reader) => in_database(reader, ip),
        }
    }
}

fn in_database(reader: &maxminddb::Reader<Vec<u8>>, ip: IpAddr) -> Option<Known<'_>> {
    use maxminddb::path;
    let found = reader.lookup(ip).ok()?;
    let number: Option<u32> = found
        .decode_path(&path!["autonomous_system_number"])
        .ok()
        .flatten();
    let org: Option<&str> = found
        .decode_path(&path!["autonomous_system_organization"])
        .ok()
        .flatten();
    let country: Option<&str> = found
        .decode_path(&path!["country", "iso_code"])
        .ok()
        .flatten();
    if number.is_none() && org.is_none() && country.is_none() {
        return None;
    }
    Some(Known {
        number,
        org,
        is_cloud: number.map(|number| CLOUD.contains(&number)),
        country,
    })
}

fn is_header(line: &str) -> bool {
    let first = line.split(',').next().unwrap_or_default().trim();
    first.eq_ignore_ascii_case("network") || first.eq_ignore_ascii_case("cidr")
}

#[derive(Debug)]
struct Entry {
    network: IpNet,
    number: Option<u32>,
    org: Option<String>,
    is_cloud: bool,
}

impl Entry {
    fn parse(line: &str) -> Result<Entry, &'static str> {
        let mut columns = line.splitn(3, ',').map(str::trim);
        let network = columns.next().unwrap_or_default();
        let network = network
            .parse::<IpNet>()
            .or_else(|_| network.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| "expected a network such as `192.0.2.0/24`")?;
        let number = match columns.next() {
            None | Some("") => None,
            Some(text) => {
                let digits = text.trim_start_matches(['A', 'S', 'a', 's']);
                Some(digits.parse().map_err(|_| "expected a system's number")?)
            }
        };
        // An organisation's name may hold commas: the last column is the last.
        let rest = columns.next().unwrap_or_default();
        let (org, cloud) = match rest.rsplit_once(',') {
            Some((org, cloud)) => match cloud.trim() {
                "" => (org.trim(), None),
                "true" => (org.trim(), Some(true)),
                "false" => (org.trim(), Some(false)),
                _ => (rest, None),
            },
            None => (rest, None),
        };
        let org = org.trim_matches('"');
        Ok(Entry {
            network: network.trunc(),
            number,
            org: (!org.is_empty()).then(|| org.to_owned()),
            is_cloud: cloud.unwrap_or(number.is_none_or(|n| CLOUD.contains(&n))),
        })
    }
}

/// Networks in order of their first address, wider ones first, each with the place of the
/// narrowest network around it.
#[derive(Debug)]
struct List {
    entries: Vec<(Entry, Option<usize>)>,
}

impl List {
    fn new(mut entries: Vec<Entry>) -> List {
        entries.sort_by_key(|e| (e.network.network(), e.network.prefix_len()));
        // of the same network given twice the later line counts
        entries.reverse();
        entries.dedup_by_key(|e| e.network);
        entries.reverse();
        let mut list: Vec<(Entry, Option<usize>)> = Vec::with_capacity(entries.len());
        let mut around: Vec<(usize, IpNet)> = Vec::new();
        for entry in entries {
            while around
                .last()
                .is_some_and(|(_, wide)| !wide.contains(&entry.network))
            {
                around.pop();
            }
            let parent = around.last().map(|(place, _)| *place);
            around.push((list.len(), entry.network));
            list.push((entry, parent));
        }
        List { entries: list }
    }

    fn find(&self, ip: IpAddr) -> Known<'_> {
        let after = self
            .entries
            .partition_point(|(entry, _)| entry.network.network() <= ip);
        let mut place = after.checked_sub(1);
        while let Some((entry, parent)) = place.and_then(|p| self.entries.get(p)) {
            if entry.network.contains(&ip) {
                return Known {
                    number: entry.number,
                    org: entry.org.as_deref(),
                    is_cloud: Some(entry.is_cloud),
                    country: None,
                };
            }
            place = *parent;
        }
        Known {
            is_cloud: Some(false),
            ..Known::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'n>(networks: &'n Networks, ip: &str) -> Option<Known<'n>> {
        networks.find(ip.parse().unwrap())
    }

    #[test]
    fn the_narrowest_network_tells() {
        let networks = Networks::parse(
            "# comment\nnetwork,asn,org,cloud\n\n192.0.2.0/24, AS64500, Wide, Inc., false\n192.0.2.64/26,64501,\"Narrow\",true\n\
             192.0.2.65\n2001:db8::/32,16509\n198.51.100.0/24,,Someone\n192.0.2.64/26,64502,Again,true\n",
        )
        .unwrap();
        let wide = find(&networks, "192.0.2.1").unwrap();
        assert_eq!((wide.number, wide.org), (Some(64500), Some("Wide, Inc.")));
        assert_eq!(wide.is_cloud, Some(false));
        assert_eq!(find(&networks, "192.0.2.200"), Some(wide));
        assert_eq!(find(&networks, "192.0.2.66").unwrap().org, Some("Again"));
        let cloud = |is_cloud| Known {
            is_cloud: Some(is_cloud),
            ..Known::default()
        };
        assert_eq!(find(&networks, "192.0.2.65"), Some(cloud(true)));
        assert_eq!(find(&networks, "::ffff:192.0.2.1"), Some(wide));
        assert_eq!(find(&networks, "2001:db8::1").unwrap().is_cloud, Some(true));
        assert_eq!(
            find(&networks, "198.51.100.9").unwrap().org,
            Some("Someone")
        );
        for ip in [
            "192.0.1.255",
            "192.0.3.0",
            "2001:db9::",
            "::1",
            "255.255.255.255",
        ] {
            assert_eq!(find(&networks, ip), Some(cloud(false)), "{ip}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        for (list, line) in [
            ("192.0.2.0/33", 1),
            ("\nexample.org", 2),
            ("192.0.2.0/24,AS,x", 1),
        ] {
            match Networks::parse(list) {
                Err(NetworksError::Line(found, _)) => assert_eq!(found, line),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_database_is_refused() {
        let path = std::env::temp_dir().join("sigwright-networks-test.mmdb");
        std::fs::write(&path, b"not a database").unwrap();
        assert!(matches!(
            Networks::open(&path),
            Err(NetworksError::Database(_))
        ));
        std::fs::remove_file(&path).unwrap();
    }

    /// A database of one node that says the same of every IPv4 address
    /// (MaxMind DB file format, version 2.0).
    fn database() -> Vec<u8> {
        fn control(kind: u8, size: usize) -> Vec<u8> {
            let size = u8::try_from(size).unwrap();
            let (low, extra) = if size < 29 {
                (size, None)
            } else {
                (29, Some(size - 29))
            };
            let mut bytes = if kind < 8 {
                vec![kind << 5 | low]
            } else {
                vec![low, kind - 7]
            };
            bytes.extend(extra);
            bytes
        }
        let text = |text: &str| [control(2, text.len()), text.as_bytes().to_vec()].concat();
        let number = |kind: u8, value: u32| {
            let bytes = value.to_be_bytes();
            let used = if kind == 5 { &bytes[2..] } else { &bytes[..] };
            [control(kind, used.len()), used.to_vec()].concat()
        };
        let map = |members: &[(&str, Vec<u8>)]| {
            let mut bytes = control(7, members.len());
            for (key, value) in members {
                bytes.extend(text(key));
                bytes.extend(value);
            }
            bytes
        };
        // both branches of the node lead to the start of the data: 1 node + 16
        let mut bytes = vec![0, 0, 17, 0, 0, 17];
        bytes.extend([0; 16]);
        bytes.extend(map(&[
            ("autonomous_system_number", number(6, 16509)),
            ("autonomous_system_organization", text("Example Networks")),
            ("country", map(&[("iso_code", text("IS"))])),
        ]));
        bytes.extend(b"\xab\xcd\xefMaxMind.com");
        bytes.extend(map(&[
            ("binary_format_major_version", number(5, 2)),
            ("binary_format_minor_version", number(5, 0)),
            ("build_epoch", [control(9, 1), vec![1]].concat()),
            ("database_type", text("Test")),
            ("description", map(&[])),
            ("ip_version", number(5, 4)),
            ("languages", control(11, 0)),
            ("node_count", number(6, 1)),
            ("record_size", number(5, 24)),
        ]));
        bytes
    }

    #[test]
    fn a_database_tells() {
        let path = std::env::temp_dir().join("sigwright-networks-test-good.mmdb");
        std::fs::write(&path, database()).unwrap();
        let networks = Networks::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let known = Known {
            number: Some(16509),
            org: Some("Example Networks"),
            is_cloud: Some(true),
            country: Some("IS"),
        };
        assert_eq!(find(&networks, "192.0.2.1"), Some(known));
        assert_eq!(find(&networks, "2001:db8::1"), None);
    }
}
