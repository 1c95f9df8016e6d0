"""`docs/support.md`: what each dialect says, found by compiling it.

`python -m tests.support_docs` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from seeknal.compiler.build import CompileFailed, Options, compile_project
from seeknal.compiler.dialects.registry import ALL
from seeknal.compiler.findings import Finding
from seeknal.compiler.macro_header import AggregationHeader
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.types import parse_type
from tests.conformance.marked import mark_of, refusals
from tests.engines import ENGINES
from tests.strategies.files import write_spec
from tests.strategies.time import LATEST_SHAPES, WINDOW_SHAPES

PAGE = Path(__file__).parents[1] / "docs" / "support.md"

Spec = dict[str, Any]

_TYPES = ("int64", "double", "decimal(10,2)", "string", "boolean", "date", "timestamp")
_COLUMNS = {f"c_{type_.partition('(')[0]}": type_ for type_ in _TYPES}
_ARGUMENTS = {"number": "2", "positive": "2", "fraction": "0.3", "integer": "2", "column": "by"}

_HEAD = """\
# What each dialect supports

<!-- Made by `python -m tests.support_docs`; a test holds it to the code. -->

The compiler refuses what a dialect cannot say with `error[unsupported]`, at the line of the spec
that asks for it; it prints no SQL that means something else.

* **rows**: the SQL runs in the tests on an engine of the dialect and gives the rows that [the
  semantics](semantics.md) ask for.
* **syntax**: the SQL is parsed by a grammar of the dialect; no engine of it runs in the tests.
* A number is a note below the tables: what is refused or does not hold, and why.

Users' SQL passes an allow-list of each dialect, by the types of its operands. What that refuses of
a hundred pieces is written down in
[`tests/__snapshots__/refused`](../tests/__snapshots__/refused).
"""


@dataclass
class Notes:
    """Reasons by number, each once."""

    texts: list[str] = field(default_factory=list)

    def number(self, text: str) -> str:
        """The number of a reason, as a cell shows it."""
        if text not in self.texts:
            self.texts.append(text)
        return f"[{self.texts.index(text) + 1}](#notes)"


def page() -> str:
    """The text of the page."""
    with TemporaryDirectory() as folder:
        found = {name: Refusals.of(name, Path(folder) / name) for name in ALL}
    notes = Notes()
    parts = [_HEAD]
    for title, rows in _tables().items():
        parts.append(f"\n## {title}\n\n" + _table(title, rows, found, notes))
    parts.append("\n## Notes\n\n")
    parts += [f"{number}. {text}\n" for number, text in enumerate(notes.texts, 1)] or ["None.\n"]
    return "".join(parts)


# -- what is asked ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row of a table: specs that must compile, and the cells of the suite that it is held by."""

    name: str
    nodes: tuple[str, ...]
    cells: tuple[str, ...] = ()


def _word(header: AggregationHeader) -> str:
    arguments = ", ".join(_ARGUMENTS[kind] for _, kind in header.parameters)
    return f"{header.name}({arguments})" if arguments else header.name


def _headers() -> list[AggregationHeader]:
    library = MacroLibrary("duckdb")
    found = {}
    for word in library.words():
        header = library.find(word)
        assert header is not None
        found[header.name] = header
    return [found[name] for name in sorted(found)]


def _columns_for(header: AggregationHeader) -> list[str]:
    taken = []
    for column, text in _COLUMNS.items():
        type_ = parse_type(text)
        assert type_ is not None
        if header.takes == "nothing" or header.accepts(type_):
            taken.append(column)
    return taken[:1] if header.takes == "nothing" else taken


def _day_node(kind: str, name: str, features: Any, **more: Any) -> Spec:
    return {
        "kind": kind,
        "name": name,
        "source": "source.events",
        "id_col": "id",
        "feature_date_col": "at",
        "application_date_col": "as_of",
        "features": features,
        **more,
    }


def _group(name: str, features: Spec) -> Spec:
    return {
        "kind": "feature_group",
        "name": name,
        "entity": {"name": "thing", "join_keys": ["id"]},
        "inputs": [{"ref": "source.events"}],
        "event_time": "at",
        "features": features,
    }


def _training(name: str, *joins: Spec) -> Spec:
    spine = {"ref": "source.labels", "as_of": "as_of"}
    return {"kind": "training_set", "name": name, "spine": spine, "joins": [*joins]}


def _source(name: str, columns: Mapping[str, str]) -> Spec:
    schema = [{"name": column, "data_type": type_} for column, type_ in columns.items()]
    return {"kind": "source", "name": name, "relation": f"raw_{name}", "schema": schema}


_SUM = {"agg": "sum", "column": "c_int64", "window": "1d"}
_TEXT = "SELECT id, at, c_int64 FROM input_0"
_BASIC = {"total": {"source_feature": "c_int64", "basic": ["sum"]}}


def _kinds() -> list[tuple[str, Spec]]:
    """A name of each kind and form of node, and a small one."""
    latest = {"ref": "source.events", "on": ["id"], "event_time": "at", "features": ["c_int64"]}
    spine = {"ref": "source.labels", "id_col": "id", "application_date_col": "as_of"}
    second = "second_order_aggregation"
    found: list[tuple[str, Spec]] = [
        ("`source`", _source("events", {})),
        ("`transform`", {"kind": "transform", "name": "k_transform", "transform": _TEXT}),
        (
            "`feature_group` with `transform`",
            {
                "kind": "feature_group",
                "name": "k_group",
                "entity": {"name": "thing", "join_keys": ["id"]},
                "transform": _TEXT,
                "materialization": {"event_time_col": "at"},
                "features": {"c_int64": {"dtype": "int64"}},
            },
        ),
        ("`feature_group` over events", _group("k_events", {"f": _SUM})),
        (
            "`feature_group`, whole periods",
            _group("k_periods", {"f": {**_SUM, "window": {"calendar": "month"}}}),
        ),
        (
            "`aggregation`",
            _day_node(
                "aggregation",
                "k_aggregation",
                [
                    {
                        "name": "c_int64",
                        "basic": ["sum"],
                        "rolling": [{"window": [7], "aggs": ["sum"]}],
                    }
                ],
            ),
        ),
        (f"`{second}`", _day_node(second, "k_second", _BASIC)),
        (
            f"`{second}` with `grain`",
            _day_node(second, "k_grain", _BASIC, grain=["id", "as_of"]),
        ),
        (f"`{second}` with `spine`", _day_node(second, "k_spine", _BASIC, spine=spine)),
        ("`training_set` of latest rows", _training("k_latest", latest)),
        ("`training_set` of windows", _training("k_windows", {"ref": "feature_group.k_events"})),
        (
            "`training_set` of day aggregations",
            _training("k_days", {"ref": f"{second}.k_second"}),
        ),
    ]
    for _, spec in found:
        if "transform" in spec:
            spec["inputs"] = [{"ref": "source.events"}]
        if "spine" in spec and spec["kind"] == second:
            del spec["application_date_col"]
    return found


def _shapes() -> list[tuple[str, Spec]]:
    latest = {"ref": "source.events", "on": ["id"], "event_time": "at", "features": ["c_int64"]}
    found = [
        (f"latest rows, `{shape}`", _training(f"l_{shape}", {**latest, "strategy": shape}))
        for shape in LATEST_SHAPES
    ]
    for shape in WINDOW_SHAPES:
        group = "k_periods" if shape == "daily" else "k_events"
        join = {"ref": f"feature_group.{group}", "strategy": shape}
        found.append((f"windows, `{shape}`", _training(f"w_{shape}", join)))
    return found


def specs() -> list[Spec]:
    """The project of every cell."""
    columns = {"id": "string", "at": "timestamp", "as_of": "date", "by": "int64", **_COLUMNS}
    made = [_source("events", columns), _source("labels", {"id": "string", "as_of": "date"})]
    made += [spec for _, spec in [*_kinds()[1:], *_shapes()]]
    for header in _headers():
        word = _word(header)
        for column in _columns_for(header):
            name = f"{header.name}_of_{column}"
            feature = {"source_feature": column, "basic": [word], "window": [1, 7]}
            made.append(_day_node("second_order_aggregation", f"d_{name}", {"f": feature}))
            use: Spec = {"agg": word, "column": column, "window": "1d"}
            if header.takes == "nothing":
                del use["column"]
            made.append(_group(f"e_{name}", {"f": use}))
    return made


def _tables() -> Mapping[str, list[Row]]:
    def row(name: str, spec: Spec, cell: str) -> Row:
        return Row(name, (f"{spec['kind']}.{spec['name']}",), (cell,))

    aggregations = [
        Row(
            f"`{header.name}`",
            tuple(
                node
                for column in _columns_for(header)
                for node in (
                    f"second_order_aggregation.d_{header.name}_of_{column}",
                    f"feature_group.e_{header.name}_of_{column}",
                )
            ),
            (f"{header.name} of small int in second_order_aggregation",),
        )
        for header in _headers()
    ]
    return {
        "Aggregations": aggregations,
        "Kinds": [row(name, spec, f"drawn {spec['kind']}") for name, spec in _kinds()],
        "Shapes of point-in-time joins": [row(name, spec, name) for name, spec in _shapes()],
    }


# -- what is found ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusals:
    """What a dialect refuses of the project, by node."""

    dialect: str
    findings: Mapping[str, Finding]

    @classmethod
    def of(cls, dialect: str, root: Path) -> Refusals:
        """Compile the project until what is left of it compiles."""
        left = {f"{spec['kind']}.{spec['name']}": spec for spec in specs()}
        refused: dict[str, Finding] = {}
        options = Options(run_date=date(2026, 1, 31), dialect=dialect, as_of=datetime(2026, 1, 31))
        while True:
            for old in root.glob("seeknal/*/*.yml"):
                old.unlink()
            for spec in left.values():
                write_spec(root, spec)
            try:
                compile_project(root, options)
                return cls(dialect, refused)
            except CompileFailed as failed:
                for finding in refusals(failed):
                    assert finding.place is not None
                    path = Path(finding.place.file)
                    node = f"{path.parent.name.removesuffix('s')}.{path.stem}"
                    refused.setdefault(node, finding)
                    left.pop(node, None)


def _table(title: str, rows: Sequence[Row], found: Mapping[str, Refusals], notes: Notes) -> str:
    lines = [f"| {title.lower()} | " + " | ".join(ALL) + " |", "|---" * (len(ALL) + 1) + "|"]
    for row in rows:
        cells = [_cell(row, found[name], notes) for name in ALL]
        lines.append(f"| {row.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(row: Row, refused: Refusals, notes: Notes) -> str:
    name = refused.dialect
    good = "rows" if name in ENGINES else "syntax"
    wrong = [refused.findings[node] for node in row.nodes if node in refused.findings]
    reasons = list(dict.fromkeys(f"{f.message}; {f.help}" for f in wrong))
    if name in ENGINES:
        marks = [mark for cell in row.cells if (mark := mark_of(name, cell)) is not None]
        reasons += [f"{mark.why}: {mark.reason}" for mark in marks if not wrong]
    numbers = " ".join(notes.number(reason) for reason in reasons)
    if not reasons:
        return good
    return numbers if not wrong or len(wrong) == len(row.nodes) else f"{good}, but {numbers}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
