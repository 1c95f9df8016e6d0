"""Promises become assertions: statements that return the rows which break them."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects import duckdb
from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.lower.names import column_of, table_of
from seeknal.compiler.lower.sources import file_reader
from seeknal.compiler.lower.values import all_of, day_of, not_null, value
from seeknal.compiler.model import ResolvedSource
from seeknal.compiler.plan import (
    DroppedRows,
    OneDatePerId,
    Promise,
    RowsKept,
    Take,
    TextIsTime,
    ValuesFitSchema,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Kind

_EXAMPLES = exp.Literal.number(5)


@dataclass(frozen=True, slots=True)
class LoweredPromise:
    """An assertion whose statement is still a tree."""

    code: str
    message: str
    help: str
    tree: exp.Expr


def lower_promise(promise: Promise, dialect: Dialect) -> LoweredPromise | None:
    """The assertion of a promise; None where the dialect's own reading keeps it."""
    match promise:
        case OneDatePerId():
            return one_date_per_id(promise, dialect)
        case TextIsTime():
            return _text_is_time(promise, dialect)
        case RowsKept():
            return _rows_kept(promise, dialect)
        case ValuesFitSchema(source):
            if not dialect.reads_files or source.spec.on_bad_value != "error":
                return None
            return _values_fit(source, dialect)


def _alias(value: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=exp.Identifier(this=name, quoted=True))


def _rows_kept(promise: RowsKept, dialect: Dialect) -> LoweredPromise:
    def count(relation: str) -> exp.Subquery:
        rows = exp.Select(
            expressions=[exp.Count(this=exp.Star())],
            from_=exp.From(this=table_of(relation, dialect)),
        )
        return exp.Subquery(this=rows)

    counted = exp.Select(
        expressions=[
            _alias(count(promise.relation), "rows"),
            _alias(count(promise.spine), "spine_rows"),
        ]
    )
    found, wanted = (exp.column(name, quoted=True) for name in ("rows", "spine_rows"))
    alias = exp.TableAlias(this=exp.to_identifier("counted"))
    tree = exp.Select(
        expressions=[found.copy(), wanted.copy()],
        from_=exp.From(this=exp.Subquery(this=counted, alias=alias)),
        where=exp.Where(this=exp.NEQ(this=found, expression=wanted)),
    )
    return LoweredPromise(
        "rows-not-kept",
        f"`{promise.node}` has {{rows}} rows for {{spine_rows}} spine rows",
        "this is a fault of seeknal and not of the spec: please report it with the spec",
        tree,
    )


def one_date_per_id(promise: OneDatePerId, dialect: Dialect) -> LoweredPromise:
    """No id has two days: the assertion names an id, its first day and its last."""
    first = exp.Min(this=day_of(promise.as_of, dialect))
    last = exp.Max(this=day_of(promise.as_of, dialect))
    key = column_of(promise.id.name, dialect)
    tree = exp.Select(
        expressions=[_alias(key, "id"), _alias(first, "first"), _alias(last, "last")],
        from_=exp.From(this=table_of(promise.relation, dialect)),
        where=exp.Where(this=not_null(Take(promise.id), dialect)),
        group=exp.Group(expressions=[key.copy()]),
        having=exp.Having(this=exp.LT(this=first.copy(), expression=last.copy())),
        order=exp.Order(expressions=[exp.Ordered(this=key.copy())]),
        limit=exp.Limit(expression=_EXAMPLES.copy()),
    )
    name = promise.as_of.column.name
    return LoweredPromise(
        "ambiguous-as-of",
        f"`{promise.id.name}` {{id}} of `{promise.node}` has several dates in `{name}`, from "
        "{first} to {last}; features have one as-of per id",
        f"add `grain: [{promise.id.name}, {name}]` for a row per id and date, or a `spine:`",
        tree,
    )


def _text_is_time(promise: TextIsTime, dialect: Dialect) -> LoweredPromise:
    column = column_of(promise.time.column.name, dialect)
    bad = dialect.bad_time(column)
    tree = exp.Select(
        expressions=[_alias(column.copy(), "value")],
        from_=exp.From(this=table_of(promise.relation, dialect)),
        where=exp.Where(this=bad),
        limit=exp.Limit(expression=_EXAMPLES.copy()),
    )
    name = promise.time.column.name
    return LoweredPromise(
        "bad-value",
        f"`{{value}}` in `{name}` of `{promise.node}` is not an ISO date or timestamp",
        "correct it, cast the column in a transform, or set `on_bad_value: null` at the source",
        tree,
    )


def _values_fit(source: ResolvedSource, dialect: Dialect) -> LoweredPromise | None:
    checked = [
        column for column in source.columns if column.type.kind not in (Kind.STRING, Kind.OTHER)
    ]
    if not checked:
        return None
    read: list[exp.Expr] = []
    names: list[exp.Expr] = []
    values: list[exp.Expr] = []
    tests: list[exp.Expr] = []
    for column in checked:
        plain = column_of(column.name, dialect)
        fits = exp.Paren(this=duckdb.text_fits(plain.copy(), column.type))
        test = exp.And(this=not_null(Take(column), dialect), expression=exp.Not(this=fits))
        bad = column_of(f"bad_{column.name}", dialect)
        read += [plain, exp.Alias(this=test, alias=bad.this.copy())]
        shown = exp.Literal.string(f"{column.name} ({column.type})")
        names.append(exp.If(this=bad, true=shown))
        values.append(exp.If(this=bad.copy(), true=plain.copy()))
        tests.append(bad.copy())
    parsed = exp.Select(expressions=read, from_=exp.From(this=exp.Table(this=file_reader(source))))
    tree = exp.Select(
        expressions=[
            _alias(exp.Case(ifs=names), "column"),
            _alias(exp.Case(ifs=values), "value"),
        ],
        from_=exp.From(this=exp.to_table("parsed")),
        where=exp.Where(this=_any_of(tests)),
        limit=exp.Limit(expression=_EXAMPLES.copy()),
        with_=exp.With(
            expressions=[
                exp.CTE(this=parsed, alias=exp.TableAlias(this=exp.to_identifier("parsed")))
            ]
        ),
    )
    return LoweredPromise(
        "bad-value",
        f"`{{value}}` in {{column}} of `{source.spec.id}` is not what the schema declares",
        "correct the file or the schema, or set `on_bad_value: null` to read such values as NULL",
        tree,
    )


def _any_of(tests: list[exp.Expr]) -> exp.Expr:
    whole, *rest = tests
    for test in rest:
        whole = exp.Or(this=whole, expression=test)
    return whole


def lower_counts(dropped: tuple[DroppedRows, ...], dialect: Dialect) -> exp.Select:
    """One row: the rows of all relations read, and those with a NULL in a key."""
    first, *rest = (_count(relation, dialect) for relation in dropped)
    if not rest:
        return first
    counted: exp.Query = first
    for other in rest:
        counted = exp.Union(this=counted, expression=other, distinct=False)
    totals = [
        _alias(exp.Sum(this=exp.column(name, quoted=True)), name)
        for name in ("rows_in", "rows_dropped")
    ]
    alias = exp.TableAlias(this=exp.to_identifier("counted"))
    return exp.Select(
        expressions=totals, from_=exp.From(this=exp.Subquery(this=counted, alias=alias))
    )


def _count(dropped: DroppedRows, dialect: Dialect) -> exp.Select:
    rows = exp.Count(this=exp.Star())
    complete = all_of([not_null(key, dialect) for key in dropped.keys])
    kept: exp.Expr = exp.Count(
        this=exp.Case(ifs=[exp.If(this=complete, true=exp.Literal.number(1))])
    )
    if len(dropped.keys) == 1:
        kept = exp.Count(this=value(dropped.keys[0], dialect))
    return exp.Select(
        expressions=[
            _alias(rows, "rows_in"),
            _alias(exp.Sub(this=rows.copy(), expression=kept), "rows_dropped"),
        ],
        from_=exp.From(this=table_of(dropped.relation, dialect)),
    )
