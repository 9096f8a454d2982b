//! What each language says of a window.

use crate::{ALIASED, MANY, RULES, converted, last};

const BOTH: &str = "type: temporal, rules: [denied, allowed], group-by: [client], timespan: 1h";

#[test]
fn the_last_match_of_each_rule_is_looked_back_at() {
    let splunk = last(&format!("    {{{BOTH}}}"), "splunk", false).unwrap();
    assert_eq!(
        splunk,
        "| multisearch\n\
         [ search status=403 | eval event_type=\"denied\", event_step=0 ]\n\
         [ search status=200 NOT agent=\"probe\" | eval event_type=\"allowed\", event_step=1 ]\n\n\
         | eval event_group=len('client').\":\".lower('client')\n| where isnotnull(event_group)\n\
         | sort 0 event_group _time event_step\n\
         | autoregress event_group AS event_group_before\n\
         | eval last_0=case(event_step==0, _time, isnull(event_group_before) OR \
         event_group_before!=event_group, -1000000000000), last_1=case(event_step==1, _time, \
         isnull(event_group_before) OR event_group_before!=event_group, -1000000000000)\n\
         | filldown last_0 last_1\n\
         | eval event_type_count=if(last_0>=_time-3600, 1, 0)+if(last_1>=_time-3600, 1, 0)\n\n\
         | where event_type_count >= 2"
    );
    let either = format!("    {{{BOTH}, condition: denied and (allowed or denied)}}");
    let splunk = last(&either, "splunk", false).unwrap();
    let condition = "| where last_0>=_time-3600 AND (last_1>=_time-3600 OR last_0>=_time-3600)";
    assert!(splunk.ends_with(condition), "{splunk}");
    let ppl = last(&format!("    {{{BOTH}}}"), "opensearch_ppl", false).unwrap();
    assert_eq!(
        ppl,
        "| multisearch [search source=web-* | where status=403 | eval event_step=0] \
         [search source=web-* | where status=200 AND NOT coalesce(LOWER(agent)=\"probe\", false) \
         | eval event_step=1]\n\
         | eval event_time=unix_timestamp(`@timestamp`) | where isnotnull(client)\n\
         | sort event_time, event_step\n\
         | eval seen_0=case(event_step=0, event_time), seen_1=case(event_step=1, event_time)\n\
         | streamstats max(seen_0) as last_0, max(seen_1) as last_1 by client\n\
         | eval event_type_count=case(last_0>=event_time-3600, 1 else 0)+\
         case(last_1>=event_time-3600, 1 else 0)\n\
         | where event_type_count >= 2"
    );
}

#[test]
fn a_sequence_is_carried_from_step_to_step() {
    let ordered = BOTH.replace("temporal", "temporal_ordered");
    let ordered = format!("    {{{ordered}}}");
    let splunk = last(&ordered, "splunk", false).unwrap();
    assert!(
        splunk.contains("| eval begun_0=_time\n| eval begun_1=case(event_step==0, begun_0,"),
        "{splunk}"
    );
    assert!(
        splunk.contains("| filldown begun_1\n| eval begun_2=case(event_step==1, begun_1,"),
        "{splunk}"
    );
    assert!(splunk.ends_with("| where begun_2>=_time-3600"), "{splunk}");
    let ppl = last(&ordered, "opensearch_ppl", false).unwrap();
    assert!(
        ppl.ends_with(
            "| eval step_1=case(event_step=0, begun_0) | streamstats max(step_1) as begun_1 by \
             client\n| eval step_2=case(event_step=1, begun_1) | streamstats max(step_2) as \
             begun_2 by client\n| where begun_2>=event_time-3600"
        ),
        "{ppl}"
    );
    // two matches of one rule would have to be told apart
    let twice = ordered.replace("[denied, allowed]", "[denied, denied]");
    for target in ["splunk", "opensearch_ppl", "kusto"] {
        let (message, place) = last(&twice, target, true).unwrap_err();
        assert!(message.contains("apart"), "{message}");
        assert_eq!(place, "denied");
    }
    // an expression that says the same
    let both = ordered.replace("1h}", "1h, condition: allowed and denied}");
    for target in ["splunk", "opensearch_ppl", "kusto", "eql"] {
        assert_eq!(last(&both, target, false), last(&ordered, target, false));
    }
}

#[test]
fn counts_of_several_rules_count_an_event_once() {
    let many = MANY.replace("[denied]", "[denied, allowed]");
    let splunk = last(&many, "splunk", false).unwrap();
    assert!(
        splunk.starts_with("(status=403) OR (status=200 NOT agent=\"probe\")\n\n| sort 0 _time\n"),
        "{splunk}"
    );
    let ppl = last(&many, "opensearch_ppl", false).unwrap();
    assert_eq!(
        ppl,
        "source=web-* | where (status=403) OR (status=200 AND NOT coalesce(LOWER(agent)=\"probe\", \
         false)) | where isnotnull(client)\n\
         | eval event_time=unix_timestamp(`@timestamp`) | sort event_time\n\
         | streamstats window=4 global=false count() as event_count, min(event_time) as first_time \
         by client\n| where event_count=4 AND first_time>=event_time-600"
    );
    // a command stands behind a search, so two searches are not one
    let piped = format!("{RULES}{many}").replace("{status: 200}", "{path|re: '^/x'}");
    let (message, _) = converted(&piped, "splunk", false, "")
        .pop()
        .unwrap()
        .unwrap_err();
    assert!(message.contains("more than once"), "{message}");
}

#[test]
fn kusto_joins_instants_with_their_windows() {
    assert_eq!(
        last(MANY, "kusto", false).unwrap(),
        "let observed = union *\n| where (status == 403)\n\
         | project at = TimeGenerated, is_0 = (status == 403), group_0 = tolower(tostring(client))\n\
         | where isnotnull(at) and isnotempty(group_0);\n\
         observed\n| distinct group_0, at\n\
         | extend near = pack_array(bin(at, 600s), bin(at, 600s) - 600s)\n\
         | mv-expand near to typeof(datetime)\n\
         | join kind=inner (observed | project group_0, near = bin(at, 600s), seen = at, is_0) on \
         group_0, near\n| where seen between (at - 600s .. at)\n\
         | summarize event_count = count() by group_0, at\n| where event_count > 3\n\
         | project-rename ['client'] = group_0\n| sort by at asc"
    );
    let few = last(&MANY.replace("{gt: 3}", "{lt: 3}"), "kusto", false).unwrap();
    assert!(
        few.contains(
            "observed\n| sort by group_0 asc, at asc\n\
             | extend opened = row_window_session(at, 600s + 1tick, 600s + 1tick, group_0 != \
             prev(group_0))\n| summarize event_count = count() by group_0, opened\n\
             | where event_count < 3\n| extend at = opened + 600s\n"
        ),
        "{few}"
    );
}

#[test]
fn kusto_says_every_type() {
    let kusto =
        |correlation: &str| last(&format!("    {{{correlation}}}"), "kusto", false).unwrap();
    let absent = kusto(&format!("{BOTH}, condition: denied and not allowed"));
    assert!(
        absent.contains(
            "| summarize seen_0 = countif(is_0) > 0, seen_1 = countif(is_1) > 0 by group_0, opened\n\
             | where (seen_0) and not(seen_1)\n"
        ),
        "{absent}"
    );
    let ordered = kusto(&BOTH.replace("temporal", "temporal_ordered"));
    assert!(
        ordered.contains(
            "observed\n| where is_0\n| distinct group_0, at\n| extend opened = at\n\
             | extend near = pack_array(bin(opened, 3600s), bin(opened, 3600s) + 3600s)\n\
             | mv-expand near to typeof(datetime)\n\
             | join kind=inner (observed | where is_1 | project group_0, near = bin(at, 3600s), \
             seen = at) on group_0, near\n\
             | where seen between (at .. opened + 3600s)\n\
             | summarize at = min(seen) by group_0, opened\n\
             | summarize opened = max(opened) by group_0, at\n"
        ),
        "{ordered}"
    );
    let terms = kusto(
        "type: new_terms, rules: [denied], group-by: [client], timespan: 1d, \
         condition: {field: agent}",
    );
    assert!(
        terms.contains(
            "| summarize prior = countif(seen < at) by group_0, value_0, at\n| where prior == 0\n"
        ),
        "{terms}"
    );
    let high = kusto(
        "type: value_percentile, rules: [denied], timespan: 1h, \
         condition: {field: bytes, percentile: 95, gt: 10}",
    );
    assert!(
        high.contains(
            "| summarize numbers = make_list(value_0) by at\n\
             | extend numbers = array_sort_asc(numbers)\n\
             | extend value_percentile = todouble(numbers[max_of(toint(ceiling(95 * \
             array_length(numbers) / 100.0)), 1) - 1])\n| where value_percentile > 10\n"
        ),
        "{high}"
    );
    let stats = kusto(
        "type: stats, rules: [denied, allowed], timespan: 1h, aggregates: {total: {count: '*'}, \
         bad: {count: denied}, kinds: {count_distinct: [agent, path]}, sent: {sum: bytes}}, \
         condition: total > 5 and not sent > 9",
    );
    assert!(
        stats.contains(
            "| summarize ['total'] = count(), ['bad'] = countif(is_0), ['kinds'] = \
             count_distinctif(tostring(pack_array(value_0, value_1)), isnotempty(value_0) and \
             isnotempty(value_1)), ['sent'] = iff(countif(isnotnull(value_2)) > 0, sum(value_2), \
             real(null)) by opened\n\
             | where (coalesce(['total'] > 5, false)) and not(coalesce(['sent'] > 9, false))\n"
        ),
        "{stats}"
    );
}

#[test]
fn tables_of_kusto_stand_side_by_side() {
    let pipeline = "
name: own
priority: 10
transformations:
    - {id: table, type: set_state, key: query_table, val: Web}
    - {id: time, type: set_state, key: timestamp_field, val: Timestamp}
postprocessing:
    - type: simple_template
      template: \"{pipeline.state.query_table}\\n| where {query}\"
      rule_conditions:
          - {type: processing_state, key: query_table, val: Web}
";
    let yaml = format!("{RULES}{MANY}").replace("[denied]", "[denied, allowed]");
    let kusto = converted(&yaml, "kusto", false, pipeline)
        .pop()
        .unwrap()
        .unwrap();
    assert!(
        kusto.starts_with(
            "let observed = Web\n| where (status == 403) or (status == 200 and (not(agent =~ \
             \"probe\")))\n| project at = Timestamp, is_0 = (status == 403), is_1 = "
        ),
        "{kusto}"
    );
    let aliased = last(ALIASED, "kusto", false).unwrap();
    assert!(
        aliased.contains(
            "let observed = union\n(union *\n| where (status == 403)\n| project at = \
             TimeGenerated, is_0 = (status == 403), is_1 = false, group_0 = \
             tolower(tostring(client))),\n(union *\n"
        ),
        "{aliased}"
    );
    let counted = ALIASED
        .replace("temporal", "event_count")
        .replace("denied and not allowed", "{gte: 3}");
    let (message, _) = last(&counted, "kusto", true).unwrap_err();
    assert!(message.contains("differently"), "{message}");
}

#[test]
fn logscale_slides_over_what_it_holds() {
    assert!(last(MANY, "logscale", false).is_err());
    assert_eq!(
        last(MANY, "logscale", true).unwrap(),
        "(status=403) client=*\n| head(limit=max)\n\
         | groupBy([client], function=slidingTimeWindow([count(as=event_count)], span=10m), \
         limit=max)\n| event_count > 3"
    );
    let both = last(
        "    {type: temporal, rules: [denied, allowed], timespan: 1h}",
        "logscale",
        true,
    );
    assert_eq!(
        both.unwrap(),
        "(status=403) or (status=200 not agent=/^probe$/i)\n\
         | case {(status=403) | event_type := \"denied\"; \
         (status=200 not agent=/^probe$/i) | event_type := \"allowed\"}\n\
         | head(limit=max)\n\
         | slidingTimeWindow([count(event_type, distinct=true, as=event_type_count)], span=1h)\n\
         | event_type_count >= 2"
    );
}

#[test]
fn loki_counts_rules_and_joins_them() {
    let one = format!("    {{{BOTH}, condition: {{gte: 1}}}}");
    let one = last(&one, "loki", false).unwrap();
    assert!(one.starts_with("count by (client) (label_replace(sum by (client) (count_over_time("));
    assert!(
        one.contains(", \"event_type\", \"denied\", \"\", \"\") or label_replace("),
        "{one}"
    );
    assert!(one.ends_with(") >= 1"), "{one}");
    let either = format!("    {{{BOTH}, condition: denied or allowed}}");
    let either = last(&either, "loki", false).unwrap();
    assert!(
        either.contains("[1h])) or sum by (client) (count_over_time("),
        "{either}"
    );
}

#[test]
fn a_rule_with_several_conditions_matches_where_one_holds() {
    let yaml = format!("{RULES}{MANY}").replacen(
        "    sel: {status: 403}\n    condition: sel",
        "    sel: {status: 403}\n    other: {status: 401}\n    condition: [sel, other]",
        1,
    );
    let eql = converted(&yaml, "eql", false, "").pop().unwrap().unwrap();
    assert!(eql.contains("[any where status in (403, 401)]"), "{eql}");
}

#[test]
fn measures_in_buckets() {
    let sum = "    {type: value_sum, rules: [denied], group-by: [client], timespan: 1h, \
               condition: {field: bytes, gt: 9}}";
    let splunk = last(sum, "splunk", true).unwrap();
    assert!(
        splunk
            .ends_with("| stats sum(bytes) as value_sum by _time client\n\n| search value_sum > 9"),
        "{splunk}"
    );
    let stats = "    {type: stats, rules: [denied, allowed], timespan: 1h, aggregates: \
                 {total: {count: '*'}, bad: {count: denied}}, condition: total > 5 and bad > 1}";
    let esql = last(stats, "esql", true).unwrap();
    assert!(
        esql.ends_with(
            "| stats total=count(), bad=count(case(event_type==\"denied\", 1, null)) by \
             timebucket\n| where total > 5 and bad > 1"
        ),
        "{esql}"
    );
    assert!(last(stats, "esql", false).is_err());
}
