"""Types of the nodes of a user's tree, and how types of one operation go together.

Types are kept on the nodes themselves, so copies keep them too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.types import BOOLEAN, DATE, DOUBLE, INT64, STRING, TIMESTAMP, DataType, Kind

NULL = DataType(Kind.OTHER, detail="NULL")
INTERVAL = DataType(Kind.OTHER, detail="INTERVAL")
TUPLE = DataType(Kind.OTHER, detail="TUPLE")
# A computed decimal: exact, and only the engine knows its scale.
DECIMAL = DataType(Kind.DECIMAL)

Node = TypeVar("Node", bound=exp.Expr)


_TYPE = "seeknal_type"
# Compiled where a query holds such text, which most do not.
_LITERALS = {
    Kind.DATE: r"\d{4}-\d{2}-\d{2}$",
    Kind.TIMESTAMP: f"{ISO_TIME}$",
    Kind.INT64: r"[+-]?\d{1,18}$",
    Kind.BOOLEAN: r"(true|false)$",
}
_FAMILIES = {
    Kind.INT64: "number",
    Kind.DOUBLE: "number",
    Kind.DECIMAL: "number",
    Kind.DATE: "time",
    Kind.TIMESTAMP: "time",
    Kind.STRING: "text",
    Kind.BOOLEAN: "truth value",
}


def typed(node: Node, data_type: DataType | None) -> Node:
    """The node, known to be of a type; None where nobody knows."""
    node.meta[_TYPE] = data_type
    return node


def type_of(node: exp.Expr) -> DataType | None:
    """The type that `typed` gave the node."""
    found: DataType | None = node.meta_get(_TYPE)
    return found


def family(data_type: DataType) -> str:
    """`number`, `time`, `text`, `truth value`, or the name of a type that is none of them."""
    return _FAMILIES.get(data_type.kind, data_type.detail)


def _is(data_type: DataType, other: DataType) -> bool:
    """`data_type == other`, where that is of kind OTHER, which few are: told without a call."""
    return data_type.kind is Kind.OTHER and data_type == other


def is_text(node: exp.Expr) -> bool:
    """True for text written in the query."""
    return type(node) is exp.Literal and bool(node.args["is_string"])


def common_type(parent: exp.Expr, operands: Sequence[exp.Expr]) -> DataType | None:
    """The one type that the operands take on both engines. Raises `Unsupported` for none.

    Text written in the query takes the type of what it stands beside, where it is spelt in the
    way that every engine reads alike.
    """
    types: list[DataType] = []
    for operand in operands:
        if is_text(operand):
            continue
        known = type_of(operand)
        if known is None:
            return None
        if not _is(known, NULL):
            types.append(known)
    if not types:
        return STRING if any(is_text(operand) for operand in operands) else NULL
    found = types[0]
    if types.count(found) < len(types):
        families = {family(t) for t in types}
        if len(families) > 1:
            names = " and a ".join(sorted(families))
            raise Unsupported(parent, f"a {names} in one place", "cast one of the two")
        found = _widest(types)
    if found.kind is not Kind.STRING:
        for operand in operands:
            if is_text(operand):
                _check_literal(operand, found)
    return found


def _check_literal(node: exp.Expr, data_type: DataType) -> None:
    form = _LITERALS.get(data_type.kind)
    if form is None or re.match(form, node.name) is None:
        raise Unsupported(
            node,
            f"the text {node.sql(dialect='duckdb')} as {data_type}",
            "write the value without quotes, a time as '2026-01-31' or '2026-01-31 12:00:00'",
        )


def check_time_literal(node: exp.Expr, data_type: DataType) -> None:
    """Raise `Unsupported` for text that is cast to a time and is not in ISO form."""
    written = is_text(node) and data_type.is_temporal
    if written and re.match(_LITERALS[Kind.TIMESTAMP], node.name) is None:
        _check_literal(node, data_type)


def _widest(types: Sequence[DataType]) -> DataType:
    if DOUBLE in types:
        return DOUBLE
    if any(t.kind is Kind.DECIMAL for t in types):
        return DECIMAL
    if TIMESTAMP in types:
        return TIMESTAMP
    return types[0]


def literal_type(node: exp.Literal) -> DataType:
    """The type of a value written in the query; DuckDB takes `1.5` for a decimal."""
    if node.is_string:
        return STRING
    text = node.name.lower()
    if "e" in text:
        return DOUBLE
    if "." in text:
        return DECIMAL
    if len(text) > 18 and int(text) > 2**63 - 1:
        raise Unsupported(node, "a number over 64 bits", "write it as a decimal or a double")
    return INT64


def expect(node: exp.Expr, operand: exp.Expr, *families: str) -> None:
    """Raise `Unsupported` where an operand is known to be of another family than these."""
    data_type = type_of(operand)
    if data_type is None or family(data_type) in families or _is(data_type, NULL):
        return
    wanted = " or ".join(families)
    raise Unsupported(
        node, f"a {family(data_type)} in place of a {wanted}", "cast it, or compare it to a value"
    )


__all__ = [
    "BOOLEAN",
    "DATE",
    "DECIMAL",
    "DOUBLE",
    "INT64",
    "INTERVAL",
    "NULL",
    "STRING",
    "TIMESTAMP",
    "TUPLE",
    "check_time_literal",
    "common_type",
    "expect",
    "family",
    "is_text",
    "literal_type",
    "type_of",
    "typed",
]
