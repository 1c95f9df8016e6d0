"""A training set in the shape that suits the rows at hand.

Before a run, one query a join of windows counts rows by key: what a range join would meet, and
what a timeline would hold. One query a join of latest rows asks for the ranges of keys and times,
which DuckDB knows from the files' statistics. The plan is then shaped again
(`rewrites/window_shape.py`, `rewrites/packed_keys.py`). The rows are the same in every shape; the
compiled text that people read does not depend on the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.layout import print_statement
from seeknal.compiler.lower.names import column_of, name_of, table_of
from seeknal.compiler.lower.values import value
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import ResolvedTrainingSet
from seeknal.compiler.plan import Aggregate, InReach, Numbered, Pick, Plan, Ranges, Take, Value
from seeknal.compiler.planning import plan_node
from seeknal.compiler.records import dataclass
from seeknal.compiler.rewrites import rewrite_plan
from seeknal.compiler.rewrites.packed_keys import Packable, packable
from seeknal.compiler.rewrites.traits import Counted, Traits
from seeknal.compiler.run_forms import Adapted, Count
from seeknal.compiler.staged import stages_of


def adapt(
    node: ResolvedTrainingSet,
    dialect: Dialect,
    traits: Traits,
    library: MacroLibrary,
    count: Count,
) -> Adapted:
    """Count rows with `count`, then plan and lower the training set for them."""
    traits = replace(traits, running=True)
    plain = rewrite_plan(plan_node(node), traits)
    counted = {
        question.step: _counted(count(question.sql), question)
        for question in _questions(plain, node, dialect)
    }
    ranges = {}
    for step, asked in packable(plain).items():
        found = _ranges(count(_range_question(asked, dialect)), asked)
        if found is not None:
            ranges[step] = found
    traits = replace(traits, joined_rows=counted, ranges=ranges)
    plan = rewrite_plan(plan_node(node), traits)
    stages, sql = stages_of(plan, dialect, library)
    choices = tuple((choice.rule, choice.reason) for choice in plan.choices)
    return Adapted(stages, sql, choices)


@dataclass(frozen=True, slots=True)
class _Question:
    """How many rows a step's range join meets; `reach` of its windows is in microseconds.

    `copies` is how often each event is on the timeline that would take its place.
    """

    step: str
    sql: str
    reach: int | None
    copies: int


def _counted(row: Mapping[str, object], question: _Question) -> Counted:
    """Rows a join meets, were events even over their span, and rows of a timeline."""
    pairs, events, asked, span = (
        int(str(row[name] or 0)) for name in ("pairs", "events", "asked", "span")
    )
    reach = question.reach
    share = 1.0 if reach is None or span <= 0 else min(1.0, reach / span)
    return Counted(int(pairs * share), events * question.copies + asked)


def _questions(plan: Plan, node: ResolvedTrainingSet, dialect: Dialect) -> list[_Question]:
    """One for every range join of windows."""
    found = []
    picks = {s.name: s.operation for s in plan.steps if isinstance(s.operation, Pick)}
    spine = {s.name: s.operation for s in plan.steps if isinstance(s.operation, Numbered | Pick)}
    for before, step in zip(plan.steps, plan.steps[1:], strict=False):
        if not isinstance(before.operation, InReach) or not isinstance(step.operation, Aggregate):
            continue
        join = before.operation
        if join.strategy in ("", "auto") and join.events in picks:
            asked = [_through(spine, join.times, name) for name, _ in join.keys]
            sql = _question(join, asked, picks[join.events], node, dialect)
            copies = 1 if join.known is None else len(_ends(step.operation))
            found.append(_Question(step.name, sql, join.reach, max(1, copies)))
    return found


def _ends(aggregate: Aggregate) -> set[int]:
    """The ends of all windows, in microseconds before the as-of."""
    windows = [m.rows.window for feature in aggregate.features for m in feature.measures]
    found = {window.offset for window in windows if window is not None}
    return found | {
        window.offset + window.length
        for window in windows
        if window is not None and window.length is not None
    }


def _question(
    join: InReach,
    asked_keys: list[Value],
    events: Pick,
    node: ResolvedTrainingSet,
    dialect: Dialect,
) -> str:
    """Rows by key on both sides: pairs with equal keys, all events, all asked, the events' span."""
    values = {named.name: named.value for named in events.columns}
    keys = [f"key_{index}" for index, _ in enumerate(join.keys, start=1)]
    seen = _per_key(events.input, [values[other] for _, other in join.keys], keys, dialect)
    asked = _per_key(node.spine.name, asked_keys, keys, dialect)
    event = next(step for name, step in values.items() if name == join.event)
    time = dialect.microseconds(value(event, dialect))
    span = exp.Select(
        expressions=[exp.Sub(this=exp.Max(this=time), expression=exp.Min(this=time.copy()))],
        from_=exp.From(this=table_of(events.input, dialect)),
    )
    both = [
        exp.EQ(this=column_of(key, dialect, "seen"), expression=column_of(key, dialect, "asked"))
        for key in keys
    ]
    on: exp.Expr = both[0]
    for test in both[1:]:
        on = exp.And(this=on, expression=test)
    pairs = exp.Sum(
        this=exp.Mul(
            this=column_of("n", dialect, "seen"), expression=column_of("n", dialect, "asked")
        )
    )
    total = exp.Select(
        expressions=[
            _named(pairs, "pairs", dialect),
            _named(_total("seen", dialect), "events", dialect),
            _named(_total("asked", dialect), "asked", dialect),
            _named(exp.Subquery(this=span), "span", dialect),
        ],
        from_=exp.From(this=table_of("seen", dialect)),
        joins=[exp.Join(this=table_of("asked", dialect), on=on)],
        with_=exp.With(expressions=[_cte("seen", seen, dialect), _cte("asked", asked, dialect)]),
    )
    return print_statement(total, dialect.printer)


def _through(steps: Mapping[str, Numbered | Pick], name: str, column: str) -> Value:
    """What a column of a step is of the relation that the first of `steps` reads."""
    step = steps[name]
    found = next(named.value for named in step.columns if named.name == column)
    if isinstance(found, Take) and step.input in steps:
        return _through(steps, step.input, found.column.name)
    return found


def _range_question(rows: Packable, dialect: Dialect) -> str:
    """Least and greatest of each key, of the time and of other columns, over all rows."""
    asked = []
    for name, column in _bounded(rows):
        asked.append(_named(exp.Min(this=value(column, dialect)), f"least_{name}", dialect))
        asked.append(_named(exp.Max(this=value(column, dialect)), f"greatest_{name}", dialect))
    # Of the column itself, not of its microseconds: that much the statistics of a file hold.
    first = exp.Min(this=value(rows.event, dialect))
    last = exp.Max(this=value(rows.event, dialect))
    asked.append(_named(dialect.microseconds(first), "first", dialect))
    asked.append(_named(dialect.microseconds(last), "last", dialect))
    tree = exp.Select(expressions=asked, from_=exp.From(this=table_of(rows.relation, dialect)))
    return print_statement(tree, dialect.printer)


def _bounded(rows: Packable) -> list[tuple[str, Value]]:
    """What to ask the ends of, and how they are called."""
    keys = [(f"key_{index}", key) for index, key in enumerate(rows.keys, start=1)]
    columns = [(f"column_{index}", one) for index, (_, one) in enumerate(rows.columns, start=1)]
    return keys + columns


def _ranges(row: Mapping[str, object], rows: Packable) -> Ranges | None:
    """The ranges that were found; None where there are no rows."""
    found = [_range(row, f"least_{name}", f"greatest_{name}") for name, _ in _bounded(rows)]
    keys, columns = found[: len(rows.keys)], found[len(rows.keys) :]
    times = _range(row, "first", "last")
    known = [key for key in keys if key is not None]
    if times is None or len(known) < len(keys):
        return None
    named = ((name, one) for (name, _), one in zip(rows.columns, columns, strict=True))
    return Ranges(tuple(known), times, tuple((name, one) for name, one in named if one))


def _range(row: Mapping[str, object], least: str, greatest: str) -> tuple[int, int] | None:
    ends = (row.get(least), row.get(greatest))
    return None if None in ends else (int(str(ends[0])), int(str(ends[1])))


def _per_key(relation: str, values: list[Value], keys: list[str], dialect: Dialect) -> exp.Select:
    picked = [value(one, dialect) for one in values]
    named = [_named(column, key, dialect) for column, key in zip(picked, keys, strict=True)]
    return exp.Select(
        expressions=[*named, _named(exp.Count(this=exp.Star()), "n", dialect)],
        from_=exp.From(this=table_of(relation, dialect)),
        group=exp.Group(expressions=[column.copy() for column in picked]),
    )


def _total(name: str, dialect: Dialect) -> exp.Subquery:
    rows = exp.Select(
        expressions=[exp.Sum(this=column_of("n", dialect))],
        from_=exp.From(this=table_of(name, dialect)),
    )
    return exp.Subquery(this=rows)


def _cte(name: str, tree: exp.Select, dialect: Dialect) -> exp.CTE:
    return exp.CTE(this=tree, alias=exp.TableAlias(this=name_of(name, dialect)))


def _named(value: exp.Expr, name: str, dialect: Dialect) -> exp.Alias:
    return exp.Alias(this=value, alias=name_of(name, dialect))
