//! The pipelines that come with the program. Names, ids and field mappings are pySigma's where
//! it has such a pipeline; the files are our own.

/// A pipeline that comes with the program.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// What `--pipeline` calls it.
    pub name: &'static str,
    /// The file.
    pub yaml: &'static str,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(Shipped {
            name: $name,
            yaml: include_str!(concat!("../../pipelines/", $name, ".yml")),
        }),*]
    };
}

/// All of them, by name.
pub const SHIPPED: &[Shipped] =
    shipped!["splunk_windows", "splunk_sysmon_acceleration", "splunk_cim",];

impl Shipped {
    /// The one of a name.
    pub fn find(name: &str) -> Option<&'static Shipped> {
        SHIPPED.iter().find(|shipped| shipped.name == name)
    }
}
