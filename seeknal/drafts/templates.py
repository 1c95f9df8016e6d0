"""Drafts of specs from templates, filled in with columns that the project has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import EventGroupSpec, FeatureGroupSpec
from seeknal.compiler.records import dataclass
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import Column, Kind
from seeknal.drafts.fill import HERE, fill_template

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation
    from seeknal.compiler.model import Relation

KINDS = (
    "source",
    "transform",
    "feature_group",
    "aggregation",
    "second_order_aggregation",
    "training_set",
)
_FORMATS = {".csv": "csv", ".parquet": "parquet", ".json": "json", ".jsonl": "jsonl"}
PYTHON_KINDS = (
    "source",
    "transform",
    "feature_group",
    "second_order_aggregation",
    "aggregation",
)
"""The kinds with a template in Python; that of an aggregation is a transform."""

_EMPTY = {
    "input": "",
    "columns": [],
    "id": "customer_id",
    "entity": "customer",
    "time": "order_date",
    "time_is_text": False,
    "as_of": "application_date",
    "number": "amount",
    "groups": [],
    "spine": "",
    "spine_as_of": "",
}
"""What a template in Python is filled with where it brings its own rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What to draft. `read` is the node or file that it reads, "" for the first that suits.

    `deps` are the packages that a draft in Python asks for; `python` is False for YAML.
    """

    kind: str
    name: str
    description: str = ""
    read: str = ""
    python: bool = False
    deps: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """How the draft's file ends."""
        return ".py" if self.python else ".yml"


@dataclass(frozen=True, slots=True)
class Drafted:
    """The text of a draft, and the data files, by path, that it needs and the project lacks."""

    text: str
    data: Mapping[str, str]


def draft(ask: Ask, compilation: Compilation, findings: Findings) -> Drafted | None:
    """A draft; None, and a finding, where the project has nothing that it can read.

    A template of the project, `seeknal/templates/<kind>.yml.j2` or `<kind>.py.j2`, comes before the
    built-in one, and need not read anything. In a project without data a source brings five rows
    of its own, and so does what is written in Python.
    """
    file = f"{ask.kind}{ask.suffix}.j2"
    own = compilation.root / "seeknal" / "templates" / file
    data = _sample(ask, compilation)
    lacking = Findings()
    values: Mapping[str, object] | None
    if data:
        values = {**_SAMPLE_VALUES, "path": next(iter(data)), "input": next(iter(data))}
    elif ask.kind == "source":
        values = _source(ask, compilation, lacking)
    else:
        values = _over_a_node(ask, compilation, lacking)
        if values is None and ask.python and not ask.read:
            values = _EMPTY
    if values is None:
        if not own.is_file() or ask.read:
            findings.items += lacking
            return None
        values = {}
    text = fill_template(own if own.is_file() else HERE / file, ask, values, findings)
    return None if text is None else Drafted(text, data)


_SAMPLE = """\
customer_id,order_date,application_date,amount
CUST-100,2026-01-02,2026-01-15,40.00
CUST-100,2026-01-09,2026-01-15,25.50
CUST-101,2026-01-03,2026-01-15,120.00
CUST-101,2026-01-14,2026-01-15,80.00
CUST-102,2026-01-15,2026-01-15,15.75
"""
_SAMPLE_VALUES = {
    "format": "csv",
    "columns": [
        {"name": "customer_id", "type": "string"},
        {"name": "order_date", "type": "date"},
        {"name": "application_date", "type": "date"},
        {"name": "amount", "type": "double"},
    ],
}


def _sample(ask: Ask, compilation: Compilation) -> Mapping[str, str]:
    """The data file to start from, for a source in a project that has neither data nor nodes."""
    folder = compilation.root / "data"
    if ask.kind != "source" or ask.read or compilation.order:
        return {}
    if any(path.suffix.lower() in _FORMATS for path in folder.rglob("*")):
        return {}
    return {f"data/{ask.name}.csv": _SAMPLE}


def _source(ask: Ask, compilation: Compilation, findings: Findings) -> Mapping[str, object] | None:
    root = compilation.root
    path = ask.read or _unread_file(compilation)
    if path is None or not (root / path).is_file():
        findings.error(
            "missing-file",
            f"the data file `{path}` does not exist" if path else "every data file has a source",
            help="put a csv, parquet or json file into data/, or name one with `--from`",
        )
        return None
    format = _FORMATS.get(Path(path).suffix.lower())
    if format is None:
        findings.error(
            "wrong-value",
            f"`{path}` is of no format that a source reads",
            help="the formats are " + ", ".join(f"`{name}`" for name in _FORMATS.values()),
        )
        return None
    columns = [{"name": name, "type": type_} for name, type_ in _columns_of(root, path, format)]
    return {"format": format, "path": path, "columns": columns, "input": path}


def _columns_of(root: Path, path: str, format: str) -> Iterable[tuple[str, str]]:
    from seeknal.compiler.discover import Discovery
    from seeknal.compiler.readers import reader_call
    from seeknal.compiler.resolve.binder import column_type

    call = reader_call(format, path, {}, as_text=False).sql(dialect="duckdb")
    for name, type_ in Discovery.load(root).of_file(path, call) or ():
        known = column_type(type_)
        spelt = "string" if known.kind is Kind.OTHER else str(known)
        yield name, spelt


def _unread_file(compilation: Compilation) -> str | None:
    """The first data file below `data/` that no source reads."""
    root = compilation.root
    read = {compilation.source_path(node) for node in compilation.order}
    files = sorted(p for p in (root / "data").rglob("*") if p.suffix.lower() in _FORMATS)
    found = (path.relative_to(root).as_posix() for path in files)
    return next((path for path in found if path not in read), None)


def _over_a_node(
    ask: Ask, compilation: Compilation, findings: Findings
) -> Mapping[str, object] | None:
    relations = compilation.model.relations
    if ask.read in compilation.model.order and ask.read not in relations:
        findings.error(
            "unknown-columns",
            f"the columns of `{ask.read}` are not known before it has run",
            help=f"`seeknal run --nodes {ask.read}` runs it",
        )
        return None
    if ask.read and ask.read not in relations:
        findings.error(
            "unknown-node",
            f"there is no node `{ask.read}`",
            help=suggest(ask.read, relations, "nodes"),
        )
        return None
    known = [relations[id] for id in compilation.order if id in relations]
    chosen = [relations[ask.read]] if ask.read else known
    # First a node whose times are as their names say, then any that has what it takes.
    for strict in (True, False):
        for relation in chosen:
            values = _values(ask.kind, relation, compilation, strict=strict)
            if values is not None:
                return values
    where = f"`{ask.read}` has not" if ask.read else "no node has"
    findings.error(
        "unknown-columns",
        f"a {ask.kind} is made from {_NEEDS[ask.kind]}, and {where} that",
        help="draft a source first: `seeknal draft source orders`"
        if not relations
        else "name the node to read with `--from`",
    )
    return None


_NEEDS = {
    "transform": "the columns of a node",
    "feature_group": "an id and a time",
    "aggregation": "an id and a time",
    "second_order_aggregation": "an id, a time, and an application date there or in another node",
    "training_set": "a time, and feature groups to join",
}


def _values(
    kind: str, relation: Relation, compilation: Compilation, *, strict: bool
) -> Mapping[str, object] | None:
    """What a template of the kind needs of the node; None where the node has it not."""
    columns = relation.columns
    times = _times(columns)
    id = _id(columns)
    as_of = _application_date(times)
    events = [time for time in times if time != as_of]
    spine = _spine(id, relation, compilation) if as_of is None else None
    groups = _groups(relation, compilation)
    time = (events or times or [""])[0]
    values: dict[str, object] = {
        "input": relation.id,
        "columns": [{"name": c.name, "sql": _sql_name(c.name)} for c in columns],
        "id": id or "",
        "entity": (id or "").removesuffix("_id") or "entity",
        "time": time,
        "time_is_text": any(c.name == time and c.type.kind is Kind.STRING for c in columns),
        "as_of": as_of or (times[-1] if times else ""),
        "number": _number(columns),
        "groups": groups,
        "spine": spine[0].id if spine else "",
        "spine_as_of": spine[1] if spine else "",
    }
    happened = bool(id and (events if strict else times))
    enough = {
        "transform": bool(columns),
        "feature_group": happened,
        "aggregation": happened,
        "second_order_aggregation": bool(id and events and (as_of or spine))
        or (not strict and bool(id) and len(times) > 1),
        "training_set": bool(groups and (as_of if strict else times)),
    }
    return values if enough[kind] else None


def _number(columns: Sequence[Column]) -> str | None:
    """The first column that counts or measures: no id."""
    names = [c.name for c in columns if c.type.is_number]
    return next((name for name in names if not name.casefold().endswith("id")), None)


def _groups(spine: Relation, compilation: Compilation) -> list[str]:
    """The feature groups whose keys the spine has and whose features have names of their own."""
    taken = {column.name.casefold() for column in spine.columns}
    found = []
    for node in compilation.order:
        if node not in compilation.model.relations:
            continue
        spec = compilation.project.specs[node]
        if not isinstance(spec, EventGroupSpec | FeatureGroupSpec) or node == spine.id:
            continue
        keys = {key.value.casefold() for key in spec.join_keys}
        times = {"event_time", *([spec.event_time.value.casefold()] if spec.event_time else [])}
        columns = compilation.model.relations[node].columns
        names = {column.name.casefold() for column in columns} - keys - times
        timed = isinstance(spec, EventGroupSpec) or spec.event_time is not None
        if timed and keys <= taken and not names & taken:
            found.append(node)
            taken |= names
    return found


def _application_date(times: Sequence[str]) -> str | None:
    return next((time for time in times if "application" in time.casefold()), None)


def _spine(
    id: str | None, events: Relation, compilation: Compilation
) -> tuple[Relation, str] | None:
    """Another node with the same id and an application date, and that date."""
    for relation in compilation.model.relations.values():
        as_of = _application_date(_times(relation.columns))
        if relation is not events and as_of and any(c.name == id for c in relation.columns):
            return relation, as_of
    return None


def _id(columns: Sequence[Column]) -> str | None:
    """The column that names an entity: text before numbers, `…_id` before other names."""
    fit = [c for c in columns if c.type.kind in (Kind.STRING, Kind.INT64)]
    ranked = sorted(
        fit, key=lambda c: (not c.name.casefold().endswith("id"), c.type.kind is Kind.INT64)
    )
    texts = [c for c in ranked if c.type.kind is Kind.STRING and c.name.casefold().endswith("id")]
    return next((c.name for c in [*texts, *ranked]), None)


def _times(columns: Sequence[Column]) -> list[str]:
    times = [c.name for c in columns if c.type.is_temporal]
    texts = [c for c in columns if c.type.kind is Kind.STRING]
    return times or [c.name for c in texts if c.name.casefold().endswith(("date", "_at", "time"))]


def _sql_name(name: str) -> str:
    from seeknal.compiler.dialects.base import identifier

    return identifier(name).sql(dialect="duckdb")
