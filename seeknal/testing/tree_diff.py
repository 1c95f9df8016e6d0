"""What changed between two statements, in words: which CTE, which column, which condition.

Both are parsed by sqlglot in their dialect and taken apart into facts, each with its scope (the
statement, a CTE, a subquery, a branch of a union). Facts that only one side has are the change.
Comments, case of keywords and layout are no facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError, SqlglotError

_WHOLE = "the statement"
_CLAUSES = {
    "group": "GROUP BY",
    "having": "HAVING",
    "qualify": "QUALIFY",
    "order": "ORDER BY",
    "distinct": "DISTINCT",
    "limit": "LIMIT",
    "offset": "OFFSET",
    "windows": "WINDOW",
}
_CONDITION = "condition"
_KEPT = 30
_PSQL_VARIABLE = re.compile(r"(?<![:\w]):'([A-Za-z_]\w*)'")
_PRINTED_VARIABLE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: `what` in `scope`. None where a side does not have it."""

    scope: str
    what: str
    before: str | None
    after: str | None

    @property
    def title(self) -> str:
        """What happened, on one line."""
        happened = "changed"
        if self.before is None:
            happened = "is new"
        elif self.after is None:
            happened = "is gone"
        return f"{self.scope}: {self.what} {happened}" if self.what else f"{self.scope} {happened}"


@dataclass(slots=True)
class _Facts:
    """Scopes in the order met; of each, its facts by what they are about."""

    scopes: dict[str, dict[str, str]] = field(default_factory=dict)
    conditions: dict[str, list[str]] = field(default_factory=dict)


class Unreadable(Exception):
    """sqlglot does not read a statement; `line` is where it gives up, from 1."""

    def __init__(self, line: int) -> None:
        """Keep the line."""
        super().__init__(f"it is no SQL statement from line {line} on")
        self.line = line


def same_tree(before: str, after: str, printer: str) -> bool:
    """True where the two statements differ in comments and layout alone. Raises Unreadable."""
    return bool(_parse(before, printer) == _parse(after, printer))


def changes(before: str, after: str, printer: str) -> list[Change]:
    """What differs between two statements of the dialect that sqlglot calls `printer`.

    Empty where the trees are equal. Raises Unreadable.
    """
    old, new = _parse(before, printer), _parse(after, printer)
    if old == new:
        return []
    found = list(_compare(_facts(old, printer), _facts(new, printer)))
    return found or [Change(_WHOLE, "its order or form", before.strip(), after.strip())]


def _parse(sql: str, printer: str) -> exp.Expr:
    if printer == "postgres":
        # What psql fills in is no SQL of its own to sqlglot; a parameter is.
        sql = _PSQL_VARIABLE.sub(r":\1", sql)
    try:
        return parse_one(sql, read=printer)
    except ParseError as error:
        lines = [int(each.get("line") or 1) for each in error.errors]
        raise Unreadable(min(lines, default=1)) from error
    except SqlglotError as error:
        raise Unreadable(1) from error


def _text(node: exp.Expr, printer: str) -> str:
    text = node.sql(dialect=printer, comments=False)
    return _PRINTED_VARIABLE.sub(r":'\1'", text) if printer == "postgres" else text


def _facts(tree: exp.Expr, printer: str) -> _Facts:
    facts = _Facts()
    _describe(tree, _WHOLE, facts, printer)
    return facts


def _describe(node: exp.Expr, scope: str, facts: _Facts, printer: str) -> None:
    """Add the facts of `node` and of the queries in it."""
    own = facts.scopes.setdefault(scope, {})
    conditions = facts.conditions.setdefault(scope, [])

    def text(part: exp.Expr) -> str:
        return _text(part, printer)

    with_ = node.args.get("with_")
    for cte in with_.expressions if with_ is not None else ():
        _describe(cte.this, _below(scope, f"CTE `{cte.alias}`"), facts, printer)
    if with_ is not None and with_.args.get("recursive"):
        own["RECURSIVE"] = "RECURSIVE"
    match node:
        case exp.SetOperation():
            own["the set operation"] = type(node).__name__.upper() + (
                "" if node.args.get("distinct") else " ALL"
            )
            for number, branch in enumerate(_branches(node), start=1):
                _describe(branch, _below(scope, f"branch {number}"), facts, printer)
        case exp.Subquery():
            _describe(node.this, scope, facts, printer)
        case exp.Select():
            _select(node, scope, facts, printer)
        case exp.Create(this=exp.Schema() as schema):
            own["the table"] = text(schema.this)
            for column in schema.expressions:
                own[f"column `{column.name}`"] = text(column)
        case _:
            own["the text"] = text(node)
    for key, name in _CLAUSES.items():
        if part := node.args.get(key):
            parts = part if isinstance(part, list) else [part]
            own[name] = ", ".join(text(each) for each in parts)
    where = node.args.get("where")
    if where is not None:
        conditions += [text(each) for each in _conjuncts(where.this)]


def _select(node: exp.Select, scope: str, facts: _Facts, printer: str) -> None:
    own = facts.scopes[scope]
    names = []
    for number, projection in enumerate(node.expressions, start=1):
        name = projection.alias_or_name or f"number {number}"
        names.append(name)
        value = projection.unalias()
        own[f"column `{name}`"] = _text(value, printer)
    own["the order of its columns"] = ", ".join(names)
    from_ = node.args.get("from_")
    if from_ is not None:
        own["FROM"] = _relation(from_.this, scope, facts, printer)
    for join in node.args.get("joins") or ():
        this = join.this
        joined = join.copy()
        if isinstance(this, exp.Subquery):
            _relation(this, scope, facts, printer)
            joined.set("this", exp.to_identifier(this.alias or "subquery"))
        shown = _text(joined, printer).strip().lstrip(",").strip()
        own[f"the join of `{this.alias_or_name}`"] = shown


def _relation(node: exp.Expr, scope: str, facts: _Facts, printer: str) -> str:
    """The text of what is read; a subquery becomes a scope of its own."""
    if not isinstance(node, exp.Subquery):
        return _text(node, printer)
    name = f"subquery `{node.alias}`" if node.alias else "the subquery"
    _describe(node.this, _below(scope, name), facts, printer)
    return name


def _compare(old: _Facts, new: _Facts) -> Iterator[Change]:
    for scope in dict.fromkeys([*old.scopes, *new.scopes]):
        if scope not in old.scopes or scope not in new.scopes:
            if _parent_is_on_both(scope, old, new):
                gone = scope in old.scopes
                yield Change(scope, "", "" if gone else None, None if gone else "")
            continue
        before, after = old.scopes[scope], new.scopes[scope]
        differing = [
            what for what in dict.fromkeys([*before, *after]) if before.get(what) != after.get(what)
        ]
        columns = any(what.startswith("column ") for what in differing)
        for what in differing:
            if what == "the order of its columns" and columns:
                continue
            yield Change(scope, what, *_near(before.get(what), after.get(what)))
        yield from _conditions(scope, old.conditions[scope], new.conditions[scope])


def _conditions(scope: str, before: list[str], after: list[str]) -> Iterator[Change]:
    gone = [each for each in before if each not in after]
    added = [each for each in after if each not in before]
    for old, new in zip(gone, added, strict=False):
        yield Change(scope, _CONDITION, *_near(old, new))
    for old in gone[len(added) :]:
        yield Change(scope, _CONDITION, old, None)
    for new in added[len(gone) :]:
        yield Change(scope, _CONDITION, None, new)


def _near(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Both texts without the long stretches that they share at either end."""
    if before is None or after is None:
        return before, after
    shortest = min(len(before), len(after))
    head = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    tail = next(
        (i for i in range(shortest - head) if before[-1 - i] != after[-1 - i]), shortest - head
    )
    return _cut(before, head, tail), _cut(after, head, tail)


def _cut(text: str, head: int, tail: int) -> str:
    start = head - _KEPT if head > 2 * _KEPT else 0
    end = len(text) - tail + _KEPT if tail > 2 * _KEPT else len(text)
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _below(scope: str, name: str) -> str:
    return name if scope == _WHOLE else f"{scope}, {name}"


def _parent_is_on_both(scope: str, old: _Facts, new: _Facts) -> bool:
    parent = scope.rpartition(", ")[0] or _WHOLE
    return parent in old.scopes and parent in new.scopes


def _branches(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.SetOperation):
        yield from _branches(node.this)
        yield from _branches(node.expression)
    else:
        yield node


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    match node:
        case exp.And():
            yield from _conjuncts(node.this)
            yield from _conjuncts(node.expression)
        case exp.Paren(this=exp.And()):
            yield from _conjuncts(node.this)
        case _:
            yield node
