"""A plan becomes one statement: each step a CTE, the last one its body."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.lower.features import FeatureLowering, key_projection
from seeknal.compiler.lower.names import column_of, name_of, physical, shorten, table_of
from seeknal.compiler.lower.promises import LoweredPromise, lower_counts, lower_promise
from seeknal.compiler.lower.sources import lower_source
from seeknal.compiler.lower.values import all_of, not_null, projection, value
from seeknal.compiler.macros import MacroLibrary, Prepared
from seeknal.compiler.plan import (
    Aggregate,
    Latest,
    LatestShape,
    PastEvents,
    Pick,
    Plan,
    ReadSource,
    Step,
    Until,
    UserQuery,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column


@dataclass(frozen=True, slots=True)
class Lowered:
    """A node's statement and assertions as trees in the target's dialect."""

    tree: exp.Expr
    promises: tuple[LoweredPromise, ...]
    counts: exp.Expr | None
    renamed: tuple[tuple[str, str], ...]


def lower_plan(plan: Plan, dialect: Dialect, library: MacroLibrary) -> Lowered:
    """Lower every step of `plan`. Raises `Unsupported` where the dialect cannot say it."""
    *before, result = plan.steps
    ctes: list[exp.CTE] = []
    large = _read_again(plan) if dialect.keeps_steps else set()
    for step in before:
        tree = _step(step, ctes, dialect, library)
        cte = _cte(step.name, tree, step.note, dialect)
        if step.name in large:
            cte.set("materialized", False)
        ctes.append(cte)
    body = _step(result, ctes, dialect, library)
    if result.note:
        body.add_comments([result.note])
    if ctes and isinstance(body, exp.Query):
        own = body.args.get("with_")
        body.set("with_", exp.With(expressions=[*ctes, *(own.expressions if own else [])]))
    lowered = (lower_promise(promise, dialect) for promise in plan.promises)
    promises = tuple(promise for promise in lowered if promise is not None)
    counts: exp.Expr | None = lower_counts(plan.dropped, dialect) if plan.dropped else None
    if dialect.finish is not None:
        body = dialect.finish(body)
        promises = tuple(replace(p, tree=dialect.finish(p.tree)) for p in promises)
        counts = dialect.finish(counts) if counts is not None else None
    return Lowered(body, promises, counts, _renamed(plan.columns, dialect))


def _read_again(plan: Plan) -> set[str]:
    """Steps that are better read again than kept: all rows of which a few settle ties."""
    latest = (step.operation for step in plan.steps if isinstance(step.operation, Latest))
    return {one.rows for one in latest if one.shape is LatestShape.ASOF_LATE_TIES}


def _renamed(columns: tuple[Column, ...], dialect: Dialect) -> tuple[tuple[str, str], ...]:
    pairs = ((column.name, physical(column.name, dialect)) for column in columns)
    return tuple(pair for pair in pairs if pair[0] != pair[1])


def _cte(name: str, tree: exp.Expr, note: str, dialect: Dialect) -> exp.CTE:
    if note:
        tree.add_comments([note])
    return exp.CTE(this=tree, alias=exp.TableAlias(this=name_of(name, dialect)))


def _step(step: Step, ctes: list[exp.CTE], dialect: Dialect, library: MacroLibrary) -> exp.Expr:
    match step.operation:
        case ReadSource(source):
            return lower_source(source, dialect)
        case UserQuery(query):
            tree = dialect.rewrite_query(query.tree.copy(), query.inputs, query.columns)
            return shorten(tree, dialect)
        case Pick():
            return _pick(step.operation, dialect)
        case PastEvents():
            return _past_events(step.operation, dialect)
        case Aggregate():
            return _aggregate(step.operation, ctes, dialect, library)
        case _:
            from seeknal.compiler.lower.as_of import lower_as_of

            return lower_as_of(step.operation, dialect, library)


def _pick(step: Pick, dialect: Dialect) -> exp.Select:
    tests = [not_null(needed, dialect) for needed in step.required]
    where = all_of([*tests, *(_until(limit, dialect) for limit in step.until)])
    return exp.Select(
        expressions=[projection(named, dialect) for named in step.columns],
        distinct=exp.Distinct() if step.distinct else None,
        from_=exp.From(this=table_of(step.input, dialect)),
        where=exp.Where(this=where) if where is not None else None,
    )


def _until(limit: Until, dialect: Dialect) -> exp.Expr:
    not_after = exp.LTE if limit.inclusive else exp.LT
    return not_after(this=value(limit.value, dialect), expression=value(limit.moment, dialect))


def _past_events(step: PastEvents, dialect: Dialect) -> exp.Select:
    spine_date = column_of(step.spine_date, dialect, step.spine)
    event_day = column_of(step.events_date, dialect, step.events)
    days = dialect.days_between(event_day, spine_date)
    columns: list[exp.Expr] = [
        column_of(step.spine_id, dialect, step.spine),
        spine_date.copy(),
        *(column_of(name, dialect, step.events) for name in step.columns),
        exp.Alias(this=days, alias=name_of(step.days, dialect)),
    ]
    same_id = exp.EQ(
        this=column_of(step.events_id, dialect, step.events),
        expression=column_of(step.spine_key, dialect, step.spine),
    )
    tests: list[exp.Expr] = [same_id, exp.LTE(this=event_day.copy(), expression=spine_date.copy())]
    if step.longest is not None:
        longest = exp.Literal.number(step.longest)
        tests.append(exp.LTE(this=days.copy(), expression=longest))
    join = exp.Join(
        this=table_of(step.events, dialect),
        side="LEFT",
        on=all_of(tests),
    )
    return exp.Select(
        expressions=columns, from_=exp.From(this=table_of(step.spine, dialect)), joins=[join]
    )


def _aggregate(
    step: Aggregate, ctes: list[exp.CTE], dialect: Dialect, library: MacroLibrary
) -> exp.Select:
    lowering = FeatureLowering(step, dialect, library, _columns_of(step.input, ctes))
    keys = [key_projection(key, dialect) for key in step.keys]
    features: list[exp.Expr] = []
    note = ""
    for feature in step.features:
        lowered = lowering.projection(feature)
        if feature.note and feature.note != note:
            lowered.add_comments([feature.note])
        note = feature.note
        features.append(lowered)
    where = all_of([not_null(needed, dialect) for needed in step.required])
    source = _prepare(step.input, lowering.prepared, ctes, dialect)
    return exp.Select(
        expressions=[*keys, *features],
        from_=exp.From(this=table_of(source, dialect)),
        where=exp.Where(this=where) if where is not None else None,
        group=exp.Group(expressions=[key.unalias().copy() for key in keys]),
    )


def _columns_of(step: str, ctes: list[exp.CTE]) -> set[str]:
    """The names of the columns of a step, folded."""
    found = next((cte.this for cte in ctes if cte.alias.casefold() == step.casefold()), None)
    if not isinstance(found, exp.Query):
        return set()
    return {column.alias_or_name.casefold() for column in found.selects}


def _prepare(source: str, prepared: list[Prepared], ctes: list[exp.CTE], dialect: Dialect) -> str:
    """Add a CTE for each level of columns that aggregations need computed first."""
    events = source
    for level in sorted({column.level for column in prepared}):
        name = f"{events}_prepared" if level == 1 else f"{events}_prepared_{level}"
        note = "what the aggregations below need of each row" if level == 1 else ""
        added = [
            exp.Alias(this=column.expression, alias=name_of(column.name, dialect))
            for column in prepared
            if column.level == level
        ]
        tree = exp.Select(
            expressions=[exp.Star(), *added], from_=exp.From(this=table_of(source, dialect))
        )
        ctes.append(_cte(name, tree, note, dialect))
        source = name
    return source
