"""Writes what pySigma makes of every rule of a folder with pipelines that we have as well.

    python tests/reference.py RULES FOLDER [COMBINATION...]

A file `backend-format-pipeline.jsonl` per combination goes to FOLDER: a line per rule with its
path, id, and query or error. `tests/convert.rs` compares our queries with them where
SIGWRIGHT_REFERENCE names the folder. Needs pysigma-backend-kusto and pysigma-backend-crowdstrike.
"""

import json
import sys
from pathlib import Path

from sigma.backends.crowdstrike import LogScaleBackend
from sigma.backends.kusto import KustoBackend
from sigma.collection import SigmaCollection
from sigma.pipelines.azuremonitor import azure_monitor_pipeline
from sigma.pipelines.crowdstrike import crowdstrike_falcon_pipeline, crowdstrike_fdr_pipeline
from sigma.pipelines.sentinelasim import sentinel_asim_pipeline

COMBINATIONS = {
    "kusto-default-sentinel_asim": (KustoBackend, sentinel_asim_pipeline),
    "kusto-default-azure_monitor": (KustoBackend, azure_monitor_pipeline),
    "logscale-default-crowdstrike_falcon": (LogScaleBackend, crowdstrike_falcon_pipeline),
    "logscale-default-crowdstrike_fdr": (LogScaleBackend, crowdstrike_fdr_pipeline),
}


def answer(path, name, backend, pipeline):
    line = {"path": name}
    try:
        rules = SigmaCollection.from_yaml(path.read_text(encoding="utf-8"))
        line["id"] = str(rules.rules[0].id)
        query = backend(processing_pipeline=pipeline()).convert(rules)
        one = isinstance(query, list) and len(query) == 1
        line["query"] = query[0] if one else query
    except Exception as error:  # whatever goes wrong is the answer
        line["error"] = str(error)
        line["error_type"] = type(error).__name__
    return line


def main(rules, folder, *names):
    rules, folder = Path(rules), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    listed = (path for top in sorted(rules.glob("rules*")) for path in sorted(top.rglob("*.yml")))
    files = [path for path in listed if path.is_file()]
    for name in names or COMBINATIONS:
        backend, pipeline = COMBINATIONS[name]
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as out:
            for path in files:
                line = answer(path, path.relative_to(rules).as_posix(), backend, pipeline)
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        print(f"{name}: {len(files)} rules")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
