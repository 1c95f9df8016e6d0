"""Both sides of an ASOF join, plain or with keys and times packed into integers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.lower.joins import same_keys, visible_at
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.lower.values import all_of
from seeknal.compiler.plan import Latest, Ranges
from seeknal.compiler.records import dataclass
from seeknal.compiler.rewrites.packed_keys import parts_of, short_type, times_of

_PART, _PACKED = "key_part", "key_and_time"


@dataclass(frozen=True, slots=True)
class Sides:
    """What an ASOF join reads, compares and finds.

    `identity` are the columns of the rows that tell their keys and time, equal for ties. `found`
    is true where the row that was matched has the spine row's keys; None where it always has.
    `short` are the columns of the rows that are int64 only when they are cast again.
    """

    spine: exp.Expr
    rows: exp.Expr
    tests: tuple[exp.Expr, ...]
    identity: tuple[str, ...]
    found: exp.Expr | None = None
    short: frozenset[str] = frozenset()


def sides_of(step: Latest, dialect: Dialect, *, columns: tuple[str, ...]) -> Sides:
    """The sides of the join of `step`, of whose rows `columns` are read.

    Packed sides are in DuckDB's words: a step has `ranges` for a run alone.
    """
    if step.ranges is not None:
        return _packed(step, step.ranges, columns, dialect)
    event = column_of(step.event, dialect, step.rows)
    tests = same_keys(step.spine, step.rows, step.keys, dialect)
    tests.append(exp.GTE(this=visible_at(step, dialect), expression=event))
    keys = [other for _, other in step.keys]
    identity = tuple(dict.fromkeys([*keys, step.event]))
    spine, rows = table_of(step.spine, dialect), table_of(step.rows, dialect)
    return Sides(spine, rows, tuple(tests), identity)


def _packed(step: Latest, ranges: Ranges, columns: tuple[str, ...], dialect: Dialect) -> Sides:
    """A key's part compares equal; in a part, `key_and_time` is in the order of keys, then times.

    The row before a spine row may so be of another key: one that is before the key's own start.
    """
    mine = dict.fromkeys([*(step.carried or (step.row,)), *(m for m, _ in step.keys), step.as_of])
    part, packed = _free(_PART, step), _free(_PACKED, step)
    least, greatest = ranges.times
    asked = [column_of(name, dialect, step.spine) for name, _ in step.keys]
    seen = [column_of(other, dialect, step.rows) for _, other in step.keys]
    visible = visible_at(step, dialect)
    present = exp.Is(this=visible.copy(), expression=exp.Not(this=exp.Null()))
    # What lies outside the ranges has no row of its key, or no number that fits.
    inside = [
        exp.Between(this=key.copy(), low=_number(low), high=_number(high))
        for key, (low, high) in zip(asked, ranges.keys, strict=True)
    ]
    time = dialect.microseconds(_clamped(visible, least - 1, greatest))
    of_asked, of_seen = _Numbers(ranges, asked), _Numbers(ranges, seen)
    event = dialect.microseconds(column_of(step.event, dialect, step.rows))
    spine = exp.Select(
        expressions=[
            *(column_of(name, dialect, step.spine) for name in mine),
            _named(_where([*inside, present], of_asked.part), part, dialect),
            _named(_where(inside, of_asked.packed(time)), packed, dialect),
        ],
        from_=exp.From(this=table_of(step.spine, dialect)),
    )
    short = _short_types(ranges, columns)
    rows = exp.Select(
        expressions=[
            *(_shortened(column_of(name, dialect, step.rows), short.get(name)) for name in columns),
            _named(of_seen.part, part, dialect),
            _named(of_seen.packed(event), packed, dialect),
        ],
        from_=exp.From(this=table_of(step.rows, dialect)),
    )
    on = same_keys(step.spine, step.rows, ((part, part),), dialect)
    own, other = (column_of(packed, dialect, table) for table in (step.spine, step.rows))
    on.append(exp.GTE(this=own, expression=other))
    # Not a column of the spine's side, where it would be sorted too.
    found = exp.GT(this=other.copy(), expression=_where(inside, of_asked.start))
    sides = (_subquery(spine, step.spine, dialect), _subquery(rows, step.rows, dialect))
    return Sides(*sides, tuple(on), (part, packed), found, frozenset(short))


def _short_types(ranges: Ranges, columns: tuple[str, ...]) -> dict[str, str]:
    """The types of those `columns` that fit one shorter than int64."""
    types = {name: short_type(*ends) for name, ends in ranges.columns if name in columns}
    return {name: type for name, type in types.items() if type is not None}


def _shortened(column: exp.Column, type: str | None) -> exp.Expr:
    if type is None:
        return column
    return exp.Alias(this=cast(column, type), alias=column.this.copy())


def _free(name: str, step: Latest) -> str:
    """`name`, apart from every column of both sides that the step may read."""
    taken = [step.row, *step.carried, step.as_of, step.event]
    taken += [*(name for pair in step.keys for name in pair), *(name for name, _ in step.columns)]
    return free_name(name, [*taken, *(tie.column.name for tie in step.ties)])


class _Numbers:
    """The integers that stand for keys within their ranges."""

    def __init__(self, ranges: Ranges, keys: list[exp.Column]) -> None:
        chosen = parts_of(ranges)
        assert chosen is not None
        self._ranges = ranges
        self._parts, self._type = chosen
        numbers = [
            exp.Paren(this=exp.Sub(this=cast(key.copy(), "BIGINT"), expression=_number(low)))
            for key, (low, _) in zip(keys, ranges.keys, strict=True)
        ]
        whole: exp.Expr = numbers[0]
        for number, (low, high) in zip(numbers[1:], ranges.keys[1:], strict=True):
            wider = exp.Mul(this=whole, expression=_number(high - low + 1))
            whole = exp.Paren(this=exp.Add(this=wider, expression=number))
        self._key = whole

    @property
    def part(self) -> exp.Expr:
        """Which part the keys are in."""
        return cast(exp.Mod(this=self._key.copy(), expression=_number(self._parts)), self._type)

    @property
    def start(self) -> exp.Expr:
        """The number within the part that is before all times of the keys."""
        within = exp.Paren(this=exp.IntDiv(this=self._key.copy(), expression=_number(self._parts)))
        return exp.Mul(this=within, expression=_number(times_of(self._ranges)))

    def packed(self, time: exp.Expr) -> exp.Expr:
        """`start` and the microseconds since one before all times."""
        before = _number(self._ranges.times[0] - 1)
        return exp.Add(
            this=self.start, expression=exp.Paren(this=exp.Sub(this=time, expression=before))
        )


def _clamped(time: exp.Expr, least: int, greatest: int) -> exp.Expr:
    """The time within the range; infinite times have no microseconds, but they compare."""
    earliest, latest = (
        exp.Anonymous(this="make_timestamp", expressions=[_number(end)])
        for end in (least, greatest)
    )
    capped = exp.Least(this=time, expressions=[latest], ignore_nulls=True)
    return exp.Greatest(this=capped, expressions=[earliest], ignore_nulls=True)


def _where(tests: Sequence[exp.Expr], value: exp.Expr) -> exp.Expr:
    return exp.Case(ifs=[exp.If(this=all_of([test.copy() for test in tests]), true=value)])


def _named(value: exp.Expr, name: str, dialect: Dialect) -> exp.Alias:
    return exp.Alias(this=value, alias=name_of(name, dialect))


def _subquery(tree: exp.Select, name: str, dialect: Dialect) -> exp.Subquery:
    return exp.Subquery(this=tree, alias=exp.TableAlias(this=name_of(name, dialect)))


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))
