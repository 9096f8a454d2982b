#!/usr/bin/env python3
"""Runs converted rules on engines that Sigwright does not embed, and compares.

    pip install -r tests/engines/requirements.txt          # Spark wants Java 17 besides
    sigwright verify RULES --events LOG --on clickhouse --export > cases.ndjson
    tests/engines/run.py clickhouse cases.ndjson

An engine is `clickhouse` (chdb), `spark` (pyspark, for cases of `databricks`) or `duckdb`. A line
of the cases is one rule: `path`, `queries`, `columns`, `numbers` (those of the columns that hold whole
numbers), `rows` (texts or null; the form of JSON has the one column `event`), and `expected`, the numbers of the rows that match as Sigwright says; or
`refused`, the reason why there is no query. Each rule's rows become the table `logs`, its queries
run, and the rows they find are compared. Differences and failures are printed, then the sums. Exits
with 1 where there is one, with 2 where there are no cases.
"""

import argparse
import json
import re
import sys
import time


class DuckDB:
    """DuckDB in this process."""

    def __init__(self):
        import duckdb

        self.version = f"DuckDB {duckdb.__version__}"
        self.database = duckdb.connect()
        self.database.execute("SET threads=1")

    def find(self, columns, numbers, rows, queries):
        kind = "JSON" if columns == ["event"] else "VARCHAR"
        names = ", ".join(f"{quoted(name)} {kind}" for name in columns)
        self.database.execute("DROP TABLE IF EXISTS logs")
        self.database.execute(f'CREATE TEMP TABLE logs (" row" INTEGER{", " * bool(names)}{names})')
        marks = ", ".join("?" * (len(columns) + 1))
        for start in range(0, len(rows), 200):
            some = rows[start : start + 200]
            values = [v for place, row in enumerate(some, start) for v in [place, *row]]
            self.database.execute(f"INSERT INTO logs VALUES {', '.join([f'({marks})'] * len(some))}", values)
        return [
            row[0]
            for query in queries
            for row in self.database.execute(f'SELECT " row" FROM ({query}) found').fetchall()
        ]


class ClickHouse:
    """ClickHouse in this process."""

    def __init__(self):
        from chdb import session

        self.session = session.Session()
        self.version = "ClickHouse " + str(self.session.query("SELECT version()")).strip().strip('"')

    def find(self, columns, numbers, rows, queries):
        text = "String" if columns == ["event"] else "Nullable(String)"
        kinds = ["Nullable(Int64)" if name in numbers else text for name in columns]
        names = "".join(f", {quoted(name, '`', chr(92))} {kind}" for name, kind in zip(columns, kinds))
        self.session.query("DROP TABLE IF EXISTS logs")
        self.session.query(f"CREATE TABLE logs (` row` UInt32{names}) ENGINE = Memory")
        for start in range(0, len(rows), 2000):
            lines = (json.dumps([place, *row]) for place, row in enumerate(rows[start : start + 2000], start))
            self.session.query("INSERT INTO logs FORMAT JSONCompactEachRow\n" + "\n".join(lines))
        found = []
        for query in queries:
            result = self.session.query(f"SELECT ` row` FROM ({query}) FORMAT TSV")
            found.extend(int(line) for line in str(result).split())
        return found


class Spark:
    """Spark in a Java process of its own."""

    def __init__(self):
        import pyarrow
        from pyspark.sql import SparkSession

        self.arrow = pyarrow
        builder = SparkSession.builder.master("local[2]").appName("sigwright")
        for key, value in {
            "spark.ui.enabled": "false",
            "spark.log.level": "OFF",
            "spark.driver.memory": "3g",
            "spark.sql.shuffle.partitions": "1",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            # one process for all rules: nothing is worth remembering
            "spark.sql.codegen.wholeStage": "false",
        }.items():
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()
        self.version = f"Spark {self.session.version}"

    def find(self, columns, numbers, rows, queries):
        from pyspark.sql import functions

        names = [" row"] + [f"c{number}" for number in range(len(columns))]
        kinds = [self.arrow.int32()] + [self.arrow.string()] * len(columns)
        schema = self.arrow.schema(list(zip(names, kinds)))
        table = [[place, *row] for place, row in enumerate(rows)]
        arrays = [
            self.arrow.array([row[number] for row in table], kind) for number, kind in enumerate(kinds)
        ]
        flat = self.session.createDataFrame(self.arrow.table(arrays, schema=schema))
        for number, name in enumerate(columns):
            if name in numbers:
                flat = flat.withColumn(f"c{number}", functions.col(f"c{number}").cast("bigint"))
        if columns == ["event"]:
            logs = flat.select("` row`", functions.parse_json("c0").alias("event"))
        else:
            logs = flat.select("` row`", *structs(functions, columns))
        return [
            row[0]
            for query in queries
            for row in logs.where(query).select("` row`").collect()
        ]


def structs(functions, columns):
    """A dot goes into a struct, in names that need no quotes."""
    tree = {}
    for number, name in enumerate(columns):
        plain = re.fullmatch(r"[\w.]+", name)
        keys = name.split(".") if plain else [name]
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise Held(f"the column `{key}` and one inside it")
        if isinstance(place.get(keys[-1]), dict):
            raise Held(f"the column `{keys[-1]}` and one inside it")
        place[keys[-1]] = f"c{number}"

    def column(name, inside):
        if isinstance(inside, dict):
            return functions.struct(*[column(*item) for item in inside.items()]).alias(name)
        return functions.col(inside).alias(name)

    return [column(*item) for item in tree.items()]


class Held(Exception):
    """A table that the engine cannot hold."""


def quoted(name, mark='"', escape='"'):
    return mark + name.replace(escape, escape * 2).replace(mark, escape + mark) + mark if mark != escape else (
        mark + name.replace(mark, mark * 2) + mark
    )


ENGINES = {"clickhouse": ClickHouse, "spark": Spark, "duckdb": DuckDB}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("cases", nargs="+", help="what `sigwright verify --export` printed")
    parser.add_argument("--only", metavar="TEXT", help="rules whose path has this text")
    arguments = parser.parse_args()
    engine = ENGINES[arguments.engine]()
    sums = dict.fromkeys(["rules", "rows", "match", "differences", "failed", "refused", "apart"], 0)
    reasons = {}
    start = time.monotonic()
    for path in arguments.cases:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                case = json.loads(line)
                if arguments.only is None or arguments.only in case["path"]:
                    compare(engine, case, sums, reasons)
    print(
        f"{engine.version}: {sums['rules']} rules, {sums['rows']} rows compared, {sums['match']} match; "
        f"{sums['differences']} differences, {sums['failed']} failed, {sums['refused']} refused, "
        f"{sums['apart']} events left out; {time.monotonic() - start:.0f} s"
    )
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        print(f"  refused {count}: {reason}")
    if sums["rules"] == 0:
        sys.exit(2)
    sys.exit(1 if sums["differences"] + sums["failed"] else 0)


def compare(engine, case, sums, reasons):
    sums["rules"] += 1
    sums["apart"] += case["apart"]
    if case.get("refused"):
        sums["refused"] += 1
        reasons[case["refused"]] = reasons.get(case["refused"], 0) + 1
        return
    columns, rows, expected = case["columns"], case["rows"], set(case["expected"])
    try:
        found = set(engine.find(columns, set(case["numbers"]), rows, case["queries"]))
    except Held as error:
        sums["apart"] += len(rows)
        print(f"{case['path']}: left out: {error}")
        return
    except Exception as error:  # whatever the engine says
        sums["failed"] += 1
        print(f"{case['path']}: failed: {str(error).strip()[:600]}\n  query  {case['queries'][0][:600]}")
        return
    sums["rows"] += len(rows)
    sums["match"] += len(expected)
    for place in sorted(found ^ expected):
        sums["differences"] += 1
        says = "match" if place in expected else "no match"
        row = {name: value for name, value in zip(columns, rows[place]) if value is not None}
        print(f"{case['path']}: sigwright: {says}\n  row    {json.dumps(row)[:1500]}")
    if found != expected:
        print(f"  query  {case['queries'][0][:1500]}")


if __name__ == "__main__":
    main()
