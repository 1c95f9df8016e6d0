"""Projects with a training set for the tests of leakage: a transform, and how it is joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from seeknal.compiler.build import Compilation, Options, compile_project
from seeknal.compiler.findings import Finding
from seeknal.compiler.leakage import leakage_findings, training_sets

LEAKY = Path(__file__).parent / "leaky" / "leaky"
FIXED = Path(__file__).parent / "leaky" / "fixed"

SOURCE = """\
kind: source
name: {name}
source: csv
table: data/{name}.csv
schema:
{schema}
"""
COLUMNS = {
    "events": {
        "customer_id": "string",
        "ts": "timestamp",
        "day": "date",
        "loaded_at": "timestamp",
        "region": "string",
        "amount": "int64",
    },
    "prices": {"region": "string", "valid_from": "timestamp", "price": "double"},
    "regions": {"region": "string", "country": "string"},
    "spine": {"customer_id": "string", "at": "timestamp", "churned": "boolean"},
}
ROWS = {
    "events": "a,2026-01-05 10:00:00,2026-01-05,2026-01-05 11:00:00,north,10\n",
    "prices": "north,2026-01-01 00:00:00,2.5\n",
    "regions": "north,NO\n",
    "spine": "a,2026-01-10 12:00:00,true\n",
}


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def sources(
    columns: Mapping[str, Mapping[str, str]], rows: Mapping[str, str], tags: Mapping[str, str]
) -> dict[str, str]:
    """The files of csv sources with a schema each."""
    files = {}
    for name, types in columns.items():
        schema = "".join(f"  - {{name: {n}, data_type: {t}}}\n" for n, t in types.items())
        tagged = f"tags: [{tags[name]}]\n" if name in tags else ""
        files[f"seeknal/{name}.yml"] = SOURCE.format(name=name, schema=schema.rstrip()) + tagged
        files[f"data/{name}.csv"] = ",".join(types) + "\n" + rows[name]
    return files


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A transform `sql` and how a training set joins it: `more` are lines of the join."""

    sql: str
    event_time: str = "ts"
    more: str = ""


def projects(
    root: Path,
    cases: Mapping[str, Joined],
    *,
    as_of: str = "timestamp",
    tags: Mapping[str, str] | None = None,
    rows: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Path:
    """A project with a training set a case, `training_set.<case>`, over the same sources."""
    columns = {**COLUMNS, "spine": {**COLUMNS["spine"], "at": as_of}}
    spine = {"spine": "a,2026-01-10,true\n"} if as_of == "date" else {}
    write(root, sources(columns, {**ROWS, **spine, **(rows or {})}, tags or {}))
    for name, case in cases.items():
        write(root, case_files(name, case, list(columns)))
    write(root, {"seeknal_project.yml": "name: shop\n", **(files or {})})
    return root


def case_files(name: str, case: Joined, sources: Sequence[str]) -> dict[str, str]:
    """The transform of a case and its training set."""
    inputs = ", ".join(f"{{ref: source.{n}}}" for n in sources if f"source.{n}" in case.sql)
    text = "".join(f"  {line}\n" for line in case.sql.strip().splitlines())
    lines = "".join(f"    {line}\n" for line in case.more.splitlines())
    return {
        f"seeknal/made/{name}.yml": f"kind: transform\nname: {name}\n"
        f"inputs: [{inputs}]\ntransform: |\n{text}",
        f"seeknal/training/{name}.yml": f"kind: training_set\nname: {name}\n"
        "spine: {ref: source.spine, as_of: at}\nlabel: churned\njoins:\n"
        f"  - ref: transform.{name}\n    on: [customer_id]\n"
        f"    event_time: {case.event_time}\n{lines}",
    }


def compiled(root: Path) -> Compilation:
    """The project as of a fixed day."""
    return compile_project(root, Options(run_date=date(2026, 3, 1)))


def findings_by_case(root: Path) -> dict[str, list[Finding]]:
    """What is said of each training set, by its name."""
    model = compiled(root).model
    return {id.partition(".")[2]: leakage_findings(model, [id]) for id in training_sets(model)}
