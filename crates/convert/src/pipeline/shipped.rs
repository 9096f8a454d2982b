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
pub const SHIPPED: &[Shipped] = shipped![
    "athena_eks_audit",
    "athena_gke_audit",
    "azure_monitor",
    "crowdstrike_falcon",
    "crowdstrike_fdr",
    "ecs_kubernetes",
    "ecs_macos_esf",
    "ecs_windows",
    "ecs_windows_old",
    "ecs_zeek_beats",
    "ecs_zeek_corelight",
    "loki_grafana_logfmt",
    "loki_kubernetes_audit",
    "loki_okta_system_log",
    "loki_promtail_sysmon",
    "microsoft_xdr",
    "ocsf",
    "sentinel_aks_audit",
    "sentinel_aks_diagnostics",
    "sentinel_asim",
    "snake_case",
    "splunk_cim",
    "splunk_kubernetes_audit",
    "splunk_sysmon_acceleration",
    "splunk_windows",
    "sysmon",
    "windows-audit",
    "windows-logsources",
    "zeek",
];

impl Shipped {
    /// The one of a name.
    pub fn find(name: &str) -> Option<&'static Shipped> {
        SHIPPED.iter().find(|shipped| shipped.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::SHIPPED;
    use crate::Pipeline;
    use sigwright_syntax::Sources;

    #[test]
    fn shipped_pipelines_are_without_fault() {
        for shipped in SHIPPED {
            let mut sources = Sources::new();
            match Pipeline::shipped(shipped, &mut sources) {
                Ok(pipeline) => assert!(!pipeline.name.is_empty(), "{}", shipped.name),
                Err(said) => panic!("{}: {said:?}", shipped.name),
            }
        }
    }
}
