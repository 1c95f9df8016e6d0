"""Reading the fields that several kinds share. Documents here already fit their kind's schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypedDict

from seeknal.compiler.document import Document, Step
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds import KINDS, SKIPPED_KINDS
from seeknal.compiler.kinds.spec import (
    AggregationUse,
    ColumnDeclaration,
    DayWindow,
    Input,
    NodeFunction,
    SqlText,
    Text,
)
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import parse_type
from seeknal.compiler.windows import day_window_complaint

_AGGREGATION = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*(?:\((.*)\))?$", re.DOTALL)
_IGNORED_WHEN = {"append", "merge"}
_TYPE_NAMES = ("boolean", "int64", "double", "string", "date", "timestamp", "decimal(18,3)")
_SECOND = 1_000_000
_TIMEOUT = 1800.0


class Head(TypedDict):
    """The fields of `Spec` that are read alike for every kind."""

    kind: str
    name: str
    place: Place
    description: str
    owner: str
    tags: tuple[str, ...]


def read_head(document: Document) -> Head:
    """Kind, name and the notes of a document."""
    return Head(
        kind=document.kind,
        name=document.name,
        place=document.place("name"),
        description=document.data.get("description") or "",
        owner=document.data.get("owner") or "",
        tags=tuple(document.data.get("tags") or ()),
    )


def read_params(document: Document) -> tuple[Mapping[str, object], Mapping[str, Place]]:
    """The raw `params` and the place of each value."""
    params: dict[str, Any] = document.data.get("params") or {}
    return params, {key: document.place("params", key) for key in params}


def optional_text(document: Document, *path: Step) -> Text | None:
    """The text at `path`; None where there is none."""
    return document.text_at(*path) if document.get(*path) is not None else None


def read_ref(document: Document, findings: Findings, *path: Step) -> Text:
    """The node id at `path`. A kind that does not exist is a finding."""
    text = document.text_at(*path)
    prefix = re.match(r"ref:\s*", text.value)
    if prefix:
        place = document.sql_at(*path).place(prefix.end(), len(text.value) - prefix.end())
        text = Text(text.value[prefix.end() :], place)
    kind = text.value.partition(".")[0]
    if kind not in KINDS and kind not in SKIPPED_KINDS:
        findings.error(
            "unknown-kind",
            f"there is no kind of node `{kind}`",
            document.sql_at(*path).place(prefix.end() if prefix else 0, len(kind)),
            suggest(kind, KINDS, "kinds"),
        )
    return text


def read_inputs(document: Document, findings: Findings) -> tuple[Input, ...]:
    """The `inputs` in their order: a list of `{ref}`, or a mapping of aliases to ids."""
    inputs = document.data.get("inputs") or ()
    if isinstance(inputs, dict):
        return tuple(Input(read_ref(document, findings, "inputs", key), key) for key in inputs)
    paths = document.entries("inputs")
    return tuple(Input(read_ref(document, findings, *path, "ref")) for path in paths)


def read_schema(document: Document, findings: Findings) -> tuple[ColumnDeclaration, ...]:
    """The declared columns; an unknown type and a column declared twice are findings."""
    declared: list[ColumnDeclaration] = []
    seen: dict[str, Place] = {}
    for path in document.entries("schema"):
        name = document.text_at(*path, "name")
        written = document.text_at(*path, "data_type")
        first = seen.setdefault(name.value.casefold(), name.place)
        if first is not name.place:
            findings.error(
                "duplicate-column",
                f"the column `{name}` is declared twice",
                name.place,
                "keep one of them: names that differ by case alone are one column",
                [(first, "the first one")],
            )
        type_ = parse_type(written.value)
        if type_ is None:
            findings.error(
                "unknown-type",
                f"there is no type `{written}`",
                written.place,
                suggest(written.value, _TYPE_NAMES, "types"),
            )
            continue
        declared.append(ColumnDeclaration(name, type_))
    return tuple(declared)


def read_function(document: Document, findings: Findings) -> NodeFunction | None:
    """How the function of a node is called; None for a node without one."""
    if document.code is None:
        return None
    from seeknal.compiler.durations import parse_duration

    params, places = read_params(document)
    timeout = document.get("timeout")
    length = parse_duration(timeout) if timeout else None
    return NodeFunction(
        code=document.code,
        schema=read_schema(document, findings),
        output=document.data.get("output", True) is not False,
        timeout=length / _SECOND if length else _TIMEOUT,
        params=params,
        param_places=places,
    )


def with_inputs(inputs: tuple[Input, ...], *more: Text) -> tuple[Input, ...]:
    """`inputs` and the nodes `more` that are not among them, which other fields name."""
    known = {item.ref.value for item in inputs}
    added: list[Input] = []
    for ref in more:
        if ref.value not in known:
            known.add(ref.value)
            added.append(Input(ref))
    return (*inputs, *added)


def read_aggregations(
    document: Document, findings: Findings, *path: Step, default: str = ""
) -> tuple[AggregationUse, ...]:
    """The aggregations at `path`: one, several with commas between, or a list.

    `default` is used, at the place of what is around it, where there is nothing at `path`.
    Whether an aggregation exists is decided later.
    """
    value = document.get(*path)
    if value is None:
        return (AggregationUse(default, (), document.place(*path)),) if default else ()
    paths = document.entries(*path) if isinstance(value, list) else [path]
    uses: list[AggregationUse] = []
    for at in paths:
        sql = document.sql_at(*at)
        for offset, part in _split(sql.value):
            use = _aggregation(sql, offset, part, findings)
            if use:
                uses.append(use)
    return tuple(uses)


def read_window(document: Document, findings: Findings, *path: Step) -> DayWindow | None:
    """The window of days at `path`; None, and a finding, where it is not right."""
    value = document.get(*path)
    place = document.place(*path)
    if complaint := day_window_complaint(value):
        findings.error("bad-window", complaint[0], place, complaint[1])
        return None
    return DayWindow(value[0], value[1], place)


def read_condition(document: Document, *path: Step) -> SqlText | None:
    """The SQL condition at `path`; None where it is empty, which stands for every past row."""
    condition = document.get(*path)
    return document.sql_at(*path) if condition and str(condition).strip() else None


def warn_unused(document: Document, findings: Findings) -> None:
    """Warn of fields that would change the rows of the node, and are not used yet."""
    for key in ("feature_start_time", "feature_end_time"):
        if document.data.get(key):
            findings.warn(
                "ignored-field",
                f"`{key}` is not used by this version: rows of all times are kept",
                document.place(key, key=True),
                "filter in the SQL of the node, or of one that it reads",
            )
    if document.data.get("mode") in _IGNORED_WHEN:
        findings.warn(
            "ignored-field",
            f"`mode: {document.data['mode']}` is not used by this version: "
            "a run replaces the rows of the run before",
            document.place("mode"),
            "leave it out, or write `mode: overwrite`",
        )


def _split(text: str) -> list[tuple[int, str]]:
    """The parts of `text` between commas outside parentheses and quotes, with their offsets."""
    if text.isidentifier():
        return [(0, text)]
    parts: list[tuple[int, str]] = []
    depth, start, quote = 0, 0, ""
    for index, character in enumerate(text + ","):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "," and depth <= 0:
            part = text[start:index]
            if part.strip():
                parts.append((start + len(part) - len(part.lstrip()), part.strip()))
            start = index + 1
    if (depth > 0 or quote) and text[start:].strip():
        rest = text[start:]
        parts.append((start + len(rest) - len(rest.lstrip()), rest.strip()))
    return parts


def _aggregation(sql: SqlText, offset: int, part: str, findings: Findings) -> AggregationUse | None:
    """One aggregation as written; None, and a finding, where it has no such form."""
    place = sql.place(offset, len(part))
    if part.isidentifier() and part.isascii():
        return AggregationUse(part, (), place)
    match = _AGGREGATION.match(part)
    if match is None or part.count("(") != part.count(")"):
        findings.error(
            "bad-aggregation",
            f"`{part}` is not written as an aggregation",
            place,
            'write a name, as `sum`, or a name with arguments, as "quantile(0.9)"; '
            "in a list, put quotes around one that holds a comma",
        )
        return None
    arguments = tuple(text for _, text in _split(match[2] or ""))
    return AggregationUse(match[1], arguments, place)
