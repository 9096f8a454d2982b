//! Each stage by itself: reading JSON, decoding events, matching, loading rules, correlating.

use criterion::{BatchSize, Criterion, Throughput};
use sigwright_bench::prepared;
use sigwright_bench::readers::JsonReader;
use sigwright_bench::state::Stage;
use sigwright_engine::{Event, Matcher};
use std::hint::black_box;
use std::time::Duration;

const EVENTS: u64 = 2_000;

fn json(criterion: &mut Criterion) {
    let log = prepared::log(EVENTS).join("\n").into_bytes();
    let mut group = criterion.benchmark_group("json");
    group.throughput(Throughput::Bytes(log.len() as u64));
    for reader in JsonReader::ALL {
        group.bench_function(reader.name(), |bencher| {
            bencher.iter(|| reader.read(black_box(&log)))
        });
    }
    let text = String::from_utf8_lossy(&log).into_owned();
    let mut event = Event::new();
    group.bench_function("Event", |bencher| {
        bencher.iter(|| {
            text.lines()
                .filter(|line| event.read_json(black_box(line)).is_ok())
                .count()
        })
    });
}

fn decode_and_match(criterion: &mut Criterion) {
    let Ok(corpus) = prepared::corpus() else {
        return;
    };
    let lines = prepared::log(EVENTS);
    for count in [corpus.len(), 10 * corpus.len()] {
        let texts: Vec<String> = corpus.set(count).collect();
        let set = prepared::rule_set(&texts);
        let (decoder, program) = prepared::program(&set);
        let mut event = Event::new();
        let mut group = criterion.benchmark_group(format!("{count} rules"));
        group.throughput(Throughput::Elements(EVENTS));
        group.bench_function("decode", |bencher| {
            bencher.iter(|| {
                let mut events = 0;
                for line in &lines {
                    let _ = decoder.decode(black_box(line), &mut event, &mut |_| events += 1);
                }
                events
            });
        });
        let mut matcher = Matcher::new(&program);
        let mut found = Vec::new();
        group.bench_function("decode and match", |bencher| {
            bencher.iter(|| {
                let mut findings = 0;
                for line in &lines {
                    let _ = decoder.decode(black_box(line), &mut event, &mut |event| {
                        found.clear();
                        matcher.matches(event, &mut found);
                        findings += found.len();
                    });
                }
                findings
            });
        });
    }
}

fn load(criterion: &mut Criterion) {
    let Ok(corpus) = prepared::corpus() else {
        return;
    };
    let texts: Vec<String> = corpus.set(corpus.len()).collect();
    let set = prepared::rule_set(&texts);
    let one = prepared::log(1);
    let mut group = criterion.benchmark_group("load");
    group.throughput(Throughput::Elements(corpus.len() as u64));
    group.sample_size(10);
    group.bench_function("read and lower", |bencher| {
        bencher.iter(|| prepared::rule_set(black_box(&texts)))
    });
    group.bench_function("compile for one log", |bencher| {
        bencher.iter_batched(
            || (),
            |()| {
                let (decoder, program) = prepared::program(black_box(&set));
                let mut matcher = Matcher::new(&program);
                let mut found = Vec::new();
                let mut event = Event::new();
                for line in &one {
                    // compiled when the first event of a log comes
                    let _ = decoder.decode(line, &mut event, &mut |event| {
                        matcher.matches(event, &mut found)
                    });
                }
                found.len()
            },
            BatchSize::PerIteration,
        );
    });
}

fn correlate(criterion: &mut Criterion) {
    let events = 10 * EVENTS;
    let Ok(stages) = Stage::all(events) else {
        return;
    };
    let mut group = criterion.benchmark_group("correlate");
    group.throughput(Throughput::Elements(events));
    for (name, stage) in &stages {
        group.bench_function(*name, |bencher| {
            bencher.iter_batched(
                || stage.observations(),
                |observations| stage.run(black_box(observations)),
                BatchSize::LargeInput,
            );
        });
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    json(&mut criterion);
    decode_and_match(&mut criterion);
    load(&mut criterion);
    correlate(&mut criterion);
    criterion.final_summary();
}
