"""What a node is at each stage, as text for `seeknal compile --stage`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import SqlText, Text
from seeknal.compiler.model import Relation
from seeknal.compiler.types import Column, DataType

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation

STAGES = ("document", "spec", "model", "plan", "sql")
_WIDTH = 100


def show_stage(compilation: Compilation, stage: str, nodes: Sequence[str]) -> str:
    """The nodes at `stage`, one of `STAGES`, a block each."""
    blocks = []
    for node in nodes:
        if stage == "sql":
            blocks.append(compilation.artifacts[node].sql.rstrip())
            continue
        if stage == "plan" and node not in compilation.plans:
            code = compilation.model.functions[node].function.code
            where = f"`{code.function}` in {code.file}:{code.place.line}"
            blocks.append(f"# {node}\nno plan: the function {where} makes the rows")
            continue
        blocks.append("\n".join([f"# {node}", *describe(_at(compilation, stage, node))]))
    return "\n\n".join(blocks) + "\n"


def _at(compilation: Compilation, stage: str, node: str) -> object:
    match stage:
        case "document":
            return compilation.project.documents[node].data
        case "spec":
            return compilation.project.specs[node]
        case "model":
            return compilation.model.nodes[node]
    return compilation.plans[node]


def describe(value: object) -> list[str]:
    """A stage's value as indented lines; places and empty fields are left out."""
    flat = _flat(value)
    if flat is not None and len(flat) <= _WIDTH:
        return [flat]
    if isinstance(value, Mapping):
        return _block([(str(key), item) for key, item in value.items()])
    if isinstance(value, list | tuple):
        lines = []
        for item in value:
            first, *rest = describe(item)
            lines += [f"- {first}", *(f"  {line}" for line in rest)]
        return lines
    if dataclasses.is_dataclass(value):
        return [type(value).__name__, *(f"  {line}" for line in _block(_fields(value)))]
    return [flat or str(value)]


def _block(entries: Sequence[tuple[str, object]]) -> list[str]:
    lines = []
    for name, item in entries:
        body = describe(item)
        if len(body) == 1:
            lines.append(f"{name}: {body[0]}")
        else:
            lines += [f"{name}:", *(f"  {line}" for line in body)]
    return lines


def _fields(value: object) -> list[tuple[str, object]]:
    assert dataclasses.is_dataclass(value)
    found = []
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if isinstance(item, Place) or callable(item) or item is None or item is False:
            continue
        if isinstance(item, str | tuple) and not item:
            continue
        if isinstance(item, Mapping) and item and all(isinstance(v, Place) for v in item.values()):
            continue
        found.append((field.name, item))
    return found


def _flat(value: object) -> str | None:
    """The value on one line, where it has such a form."""
    match value:
        case None | bool() | int() | float():
            return str(value).lower() if isinstance(value, bool) else str(value)
        case str():
            return value if "\n" not in value else None
        case Text() | DataType():
            return str(value)
        case SqlText():
            return value.value if "\n" not in value.value else None
        case Column():
            return f"{value.name} {value.type}"
        case Relation():
            return f"{value.name} ({', '.join(f'{c.name} {c.type}' for c in value.columns)})"
        case exp.Expr():
            return value.sql(dialect="duckdb")
    if isinstance(value, Mapping):
        parts = [(str(key), _flat(item)) for key, item in value.items()]
        return _joined("{", parts, "}")
    if isinstance(value, list | tuple):
        items = [("", _flat(item)) for item in value]
        return _joined("[", items, "]")
    if dataclasses.is_dataclass(value):
        parts = [(name, _flat(item)) for name, item in _fields(value)]
        return _joined(f"{type(value).__name__}(", parts, ")")
    return str(value)


def _joined(start: str, parts: Sequence[tuple[str, str | None]], end: str) -> str | None:
    shown = []
    for name, text in parts:
        if text is None:
            return None
        shown.append(f"{name}: {text}" if name else text)
    return f"{start}{', '.join(shown)}{end}"
