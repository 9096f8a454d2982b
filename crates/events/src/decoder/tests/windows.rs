//! Windows events, whatever wrote them.

use super::*;

fn windows(system: &str, data: &str) -> String {
    format!(r#"{{"Event":{{"System":{{{system}}},{data}}}}}"#)
}

#[test]
fn windows_events_are_opened_whatever_wrote_them() {
    let names = [
        "EventID",
        "Channel",
        "Provider_Name",
        "Execution_ProcessID",
        "Image",
        "NewValue",
    ];
    let expected = [
        "windows/sysmon/process_creation",
        "1",
        "Microsoft-Windows-Sysmon/Operational",
        "Microsoft-Windows-Sysmon",
        "44",
        r"C:\a.exe",
        "on",
    ];
    let channel = r#""Channel":"Microsoft-Windows-Sysmon/Operational""#;
    let sysmon = "Microsoft-Windows-Sysmon";
    let map = r#""EventData":{"Image":"C:\\a.exe","New Value":"on"}"#;
    let texts = [
        windows(
            &format!(
                r##""Provider":{{"#attributes":{{"Name":"{sysmon}"}}}},"EventID":1,"Execution":{{"#attributes":{{"ProcessID":44}}}},{channel}"##
            ),
            map,
        ),
        windows(
            &format!(
                r##""Provider":{{"@Name":"{sysmon}"}},"EventID":{{"#text":"1","@Qualifiers":"0"}},"Execution":{{"@ProcessID":"44"}},{channel}"##
            ),
            r##""EventData":{"Data":[{"@Name":"Image","#text":"C:\\a.exe"},{"@Name":"New Value","#text":"on"},{"@Name":"Empty"}]}"##,
        ),
        windows(
            &format!(
                r#""Provider":{{"$":{{"Name":"{sysmon}"}}}},"EventID":{{"_":"1"}},"Execution":{{"_attributes":{{"ProcessID":"44"}}}},{channel}"#
            ),
            r#""EventData":{"Data":[{"$":{"Name":"Image"},"_":"C:\\a.exe"},{"Name":"New Value","Value":"on"}]}"#,
        ),
        format!(
            r#"{{"System":{{"Provider":{{"Name":"{sysmon}"}},"EventID":{{"Value":1}},"Execution":{{"ProcessID":44}},{channel}}},{map}}}"#
        ),
    ];
    for text in texts {
        let mut found = one(&text, &names);
        // beside the number, an element written as an object is reached as such
        found[1] = found[1].rsplit('|').next().unwrap().to_owned();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn user_data_and_unnamed_data_are_fields() {
    let user = windows(
        r#""Channel":"Microsoft-Windows-WMI-Activity/Operational","EventID":5858"#,
        r##""UserData":{"Operation_ClientFailure":{"#attributes":{"xmlns":"x"},"Operation":"Start"}}"##,
    );
    assert_eq!(one(&user, &["Operation"]), ["windows/wmi/", "Start"]);
    let unnamed = windows(
        r##""Channel":"Windows PowerShell","EventID":{"#attributes":{"Qualifiers":0},"#text":400}"##,
        r##""EventData":{"Data":{"#text":["Available","HostName=x"]},"Binary":null}"##,
    );
    let found = one(&unnamed, &["Data"]);
    assert_eq!(found[0], "windows/powershell-classic/ps_classic_start");
    assert!(found[1].ends_with("Available|HostName=x"), "{found:?}");
}

#[test]
fn winlogbeat_events_have_their_own_names() {
    let names = ["Image", "Channel", "EventID", "winlog.event_id", "Message"];
    let expected = [
        "windows/sysmon/network_connection",
        r"C:\a.exe",
        "Microsoft-Windows-Sysmon/Operational",
        "3",
        "3",
        "said",
    ];
    let nested = r#"{"message":"said","winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":3,"provider_name":"Microsoft-Windows-Sysmon","event_data":{"Image":"C:\\a.exe"}}}"#;
    assert_eq!(one(nested, &names), expected);
    let dotted = r#"{"message":"said","winlog.channel":"Microsoft-Windows-Sysmon/Operational","winlog.event_id":"3","winlog.event_data.Image":"C:\\a.exe"}"#;
    assert_eq!(one(dotted, &names), expected);
}

#[test]
fn flat_windows_events_are_told_by_channel_or_provider() {
    for (text, log) in [
        (
            r#"{"EventID":1,"Channel":"microsoft-windows-sysmon/operational"}"#,
            "windows/sysmon/process_creation",
        ),
        (
            r#"{"EventID":"7","SourceName":"Microsoft-Windows-Sysmon"}"#,
            "windows/sysmon/image_load",
        ),
        (
            r#"{"EventID":4104,"Channel":"PowerShellCore/Operational"}"#,
            "windows/powershell/ps_script",
        ),
        (
            r#"{"EventID":12,"EventType":"INFO","EventTypeOrignal":"DeleteValue","Channel":"Microsoft-Windows-Sysmon/Operational"}"#,
            "windows/sysmon/registry_event+registry_delete",
        ),
        (
            r#"{"EventID":12,"EventType":"CreateKey","Channel":"Microsoft-Windows-Sysmon/Operational"}"#,
            "windows/sysmon/registry_event+registry_add",
        ),
        (
            r#"{"EventID":5158,"Channel":"Security"}"#,
            "windows/security/",
        ),
        (
            r#"{"EventCode":"7045","LogName":"System"}"#,
            "windows/system/",
        ),
        (
            r#"{"EventID":9,"Channel":"Contoso/Operational"}"#,
            "windows//",
        ),
        (r#"{"event_id":9,"channel":"general"}"#, "//"),
        (r#"{"EventID":1,"Image":"C:\\a.exe"}"#, "//"),
        (
            r#"{"EventID":1,"Channel":"Linux-Sysmon/Operational"}"#,
            "linux/sysmon/process_creation",
        ),
    ] {
        assert_eq!(decoded(text, &[]), [[log]], "{text}");
    }
}

#[test]
fn a_process_start_of_the_security_log_has_sysmons_names() {
    let names = [
        "Image",
        "ParentImage",
        "CommandLine",
        "User",
        "IntegrityLevel",
        "NewProcessName",
    ];
    let text = r#"{"EventID":4688,"Channel":"Security","NewProcessName":"C:\\x\\b.exe","ParentProcessName":"C:\\x\\a.exe","CommandLine":"b -v","SubjectUserSid":"S-1-5-21-1","SubjectUserName":"ana","SubjectDomainName":"LAB","TargetUserName":"-","MandatoryLabel":"S-1-16-12288"}"#;
    assert_eq!(
        one(text, &names),
        [
            "windows/security/process_creation",
            r"C:\x\b.exe",
            r"C:\x\a.exe",
            "b -v",
            r"LAB\ana",
            "High",
            r"C:\x\b.exe"
        ]
    );
    let system = r#"{"EventID":4688,"Channel":"Security","SubjectUserSid":"S-1-5-18","SubjectUserName":"HOST$","SubjectDomainName":"LAB"}"#;
    assert_eq!(one(system, &["User"])[1], r"NT AUTHORITY\SYSTEM");
}

#[test]
fn a_registry_change_of_the_security_log_has_sysmons_names() {
    let names = ["TargetObject", "Details", "Image"];
    let text = r#"{"EventID":4657,"Channel":"Security","ObjectName":"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x","ObjectValueName":"Start","NewValue":"4","NewValueType":"%%1876","OperationType":"%%1905","ProcessName":"C:\\r.exe"}"#;
    assert_eq!(
        one(text, &names),
        [
            "windows/security/registry_event+registry_set",
            r"HKLM\System\CurrentControlSet\Services\x\Start",
            "DWORD (0x00000004)",
            r"C:\r.exe"
        ]
    );
    let deleted = r#"{"EventID":4657,"Channel":"Security","ObjectName":"\\REGISTRY\\USER\\S-1-5-21-1\\Run","ObjectValueName":"x","OperationType":"%%1906"}"#;
    assert_eq!(
        one(deleted, &names)[..2],
        [
            "windows/security/registry_event+registry_delete",
            r"HKU\S-1-5-21-1\Run\x"
        ]
    );
}

#[test]
fn a_connection_of_the_security_log_has_sysmons_names() {
    let text = r#"{"EventID":5156,"Channel":"Security","Application":"\\device\\hd\\a.exe","Direction":"%%14593","SourceAddress":"192.0.2.1","DestAddress":"203.0.113.5","DestPort":"443"}"#;
    let names = [
        "Image",
        "Initiated",
        "SourceIp",
        "DestinationIp",
        "DestinationPort",
    ];
    assert_eq!(
        one(text, &names),
        [
            "windows/security/network_connection",
            r"\device\hd\a.exe",
            "true",
            "192.0.2.1",
            "203.0.113.5",
            "443"
        ]
    );
}
