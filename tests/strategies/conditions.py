"""SQL conditions beside the Python predicates that say what they mean, in three-valued logic."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.strategies.values import STRINGS, Strategy

Predicate = Callable[[dict[str, Any]], bool | None]
Drawn = tuple[str, Predicate]

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# Names that stand without quotes in any SQL.
PLAIN = re.compile(r"(amount|Total|visits|region|_d|a_b)\Z")


def quoted(name: str) -> str:
    return name if PLAIN.match(name) else '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A value as SQL text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


LITERALS: dict[str, list[Any]] = {
    "int64": [0, 1, -2, 500],
    "double": [0, 1, 2.5, -10.125],
    "decimal": [0, 1, Decimal("0.50"), Decimal("-3.25")],
    "string": [s for s in STRINGS if "{{" not in s],
    "boolean": [True, False],
    "date": [date(1970, 1, 5), date(2026, 1, 8)],
    "timestamp": [datetime(2026, 1, 8), datetime(2026, 1, 9, 12), datetime(1970, 1, 1)],
}


def not_(value: bool | None) -> bool | None:
    return None if value is None else not value


def and_(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def or_(left: bool | None, right: bool | None) -> bool | None:
    return not_(and_(not_(left), not_(right)))


def conditions(columns: Mapping[str, str], depth: int = 2) -> st.SearchStrategy[Drawn]:
    """(text, predicate) over columns of the given types."""
    return _conditions(tuple((n, t.split("(")[0]) for n, t in columns.items()), depth)


@cache
def _conditions(typed: tuple[tuple[str, str], ...], depth: int) -> st.SearchStrategy[Drawn]:
    leaf = st.one_of([_leaf(name, type_) for name, type_ in typed])
    alike = [(a, b) for a, t in typed for b, u in typed if a != b and t == u]
    if alike:
        leaf = st.one_of(leaf, leaf, leaf, st.sampled_from(alike).flatmap(_between_columns))
    if depth == 0:
        return leaf
    inner = _conditions(typed, depth - 1)
    return st.one_of(leaf, leaf, inner.map(_negated), st.builds(_both, _JOINS, inner, inner))


@cache
def _leaf(name: str, type_: str) -> st.SearchStrategy[Drawn]:
    if type_ == "boolean":
        return st.sampled_from([f"{quoted(name)}", f"{quoted(name)} = TRUE"]).map(
            lambda text: (text, lambda row: row[name])
        )
    values = st.sampled_from(LITERALS[type_])
    return st.one_of(
        st.builds(_compared, st.just(name), st.sampled_from(list(COMPARISONS)), values),
        st.booleans().map(lambda negated: _is_null(name, negated)),
        st.lists(values, min_size=1, max_size=3).map(lambda found: _is_in(name, found)),
        st.builds(_is_between, st.just(name), values, values),
    )


def _compared(name: str, sign: str, value: Any) -> Drawn:
    compare = COMPARISONS[sign]

    def predicate(row: dict[str, Any]) -> bool | None:
        return None if row[name] is None else compare(row[name], value)

    return f"{quoted(name)} {sign} {literal(value)}", predicate


def _between_columns(names: tuple[str, str]) -> st.SearchStrategy[Drawn]:
    left, right = names

    def drawn(sign: str) -> Drawn:
        compare = COMPARISONS[sign]

        def predicate(row: dict[str, Any]) -> bool | None:
            if row[left] is None or row[right] is None:
                return None
            return compare(row[left], row[right])

        return f"{quoted(left)} {sign} {quoted(right)}", predicate

    return st.sampled_from(list(COMPARISONS)).map(drawn)


def _is_null(name: str, negated: bool) -> Drawn:
    word = "IS NOT NULL" if negated else "IS NULL"
    return f"{quoted(name)} {word}", lambda row: (row[name] is None) is not negated


def _is_in(name: str, values: Sequence[Any]) -> Drawn:
    def predicate(row: dict[str, Any]) -> bool | None:
        return None if row[name] is None else row[name] in values

    return f"{quoted(name)} IN ({', '.join(map(literal, values))})", predicate


def _is_between(name: str, low: Any, high: Any) -> Drawn:
    def predicate(row: dict[str, Any]) -> bool | None:
        return None if row[name] is None else low <= row[name] <= high

    return f"{quoted(name)} BETWEEN {literal(low)} AND {literal(high)}", predicate


_JOINS: Strategy = st.sampled_from(["AND", "OR"])


def _negated(drawn: Drawn) -> Drawn:
    text, predicate = drawn
    return f"NOT ({text})", lambda row: not_(predicate(row))


def _both(join: str, left: Drawn, right: Drawn) -> Drawn:
    combine = and_ if join == "AND" else or_
    text = f"({left[0]}) {join} ({right[0]})"
    return text, lambda row: combine(left[1](row), right[1](row))
