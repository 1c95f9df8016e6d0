"""Features become expressions: the macro of the aggregation over the rows that count."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.features import Condition, Feature, Measure, Ratio, Rows
from seeknal.compiler.lower.conditions import condition_of
from seeknal.compiler.lower.names import column_of, name_of
from seeknal.compiler.lower.values import all_of, not_null, value
from seeknal.compiler.lower.windows import window_tests
from seeknal.compiler.macros import PORTABLE_DIALECT, Expansion, MacroLibrary, Prepared
from seeknal.compiler.plan import Aggregate, Named, Take
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DOUBLE, Column, DataType

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*$")


@dataclass(slots=True)
class FeatureLowering:
    """Lowers the features of one aggregate step and collects the columns they need prepared.

    `given` are the names of the columns that stand beside these, folded.
    """

    step: Aggregate
    dialect: Dialect
    library: MacroLibrary
    given: set[str] = field(default_factory=set)
    prepared: list[Prepared] = field(default_factory=list)
    _tests: dict[object, exp.Expr | None] = field(default_factory=dict)
    _keys: list[exp.Expr] = field(default_factory=list)
    _prefixes: set[str] = field(default_factory=set)
    _expand: Callable[..., Expansion] = field(init=False)

    def __post_init__(self) -> None:
        """Lower what all features share."""
        self._expand = self.library.expand
        if self.dialect.name != PORTABLE_DIALECT:
            from seeknal.compiler.lower.portable_bodies import Bodies

            self._expand = Bodies(self.dialect, self.library).expand
        self._keys = [value(key.value, self.dialect) for key in self.step.keys]

    def projection(self, feature: Feature) -> exp.Alias:
        """The output column: its expression under its quoted name, the note as comment."""
        if isinstance(feature.value, Ratio):
            expression = self._ratio(feature.value, feature.name)
        else:
            expression = self._measure(feature.value, feature.name)
        alias = exp.Alias(this=expression, alias=name_of(feature.name, self.dialect, quoted=True))
        return alias

    def _ratio(self, ratio: Ratio, name: str) -> exp.Expr:
        above = self._as_double(ratio.numerator, name + "_numerator")
        below = self._as_double(ratio.denominator, name + "_denominator")
        nullif = exp.Nullif(this=below, expression=exp.Literal.number(0))
        return exp.Div(this=above, expression=nullif)

    def _as_double(self, measure: Measure, name: str) -> exp.Expr:
        header = self.library.find(measure.aggregation)
        assert header is not None
        expression = self._measure(measure, name)
        if header.result_type(measure.column.type if measure.column else None) == DOUBLE:
            return expression
        return cast(expression, "DOUBLE")

    def _measure(self, measure: Measure, name: str) -> exp.Expr:
        when = self._when(measure)
        arguments, types = self._arguments(measure)

        def expanded() -> Expansion:
            return self._expand(
                measure.aggregation,
                x=self._masked(measure.column, when),
                x_type=measure.column.type if measure.column else None,
                when=when,
                at=value(self.step.at, self.dialect) if self.step.at else None,
                days=value(self.step.days, self.dialect) if self.step.days else None,
                keys=self._keys,
                arguments=arguments,
                argument_types=types,
                column_prefix=self._prefix(name),
            )

        expansion = expanded()
        while not self.given.isdisjoint(column.name.casefold() for column in expansion.prepared):
            # The same under the next prefix: a column is prepared beside those that are there.
            expansion = expanded()
        expression = expansion.expression
        self.prepared += expansion.prepared
        self.given.update(column.name.casefold() for column in expansion.prepared)
        if measure.or_zero:
            return exp.Coalesce(this=expression, expressions=[exp.Literal.number(0)])
        return expression

    def _prefix(self, name: str) -> str:
        plain = name.lower()
        if _PLAIN.match(plain) is None or len(plain) > 40:
            plain = f"feature_{len(self._prefixes) + 1}"
        while plain in self._prefixes:
            plain += "_"
        self._prefixes.add(plain)
        return plain

    def _arguments(self, measure: Measure) -> tuple[dict[str, exp.Expr], dict[str, DataType]]:
        values: dict[str, exp.Expr] = {}
        types: dict[str, DataType] = {}
        for argument in measure.arguments:
            if isinstance(argument.value, Column):
                values[argument.name] = column_of(argument.value.name, self.dialect)
                types[argument.name] = argument.value.type
            else:
                values[argument.name] = exp.Literal.number(argument.value)
        return values, types

    def _masked(self, column: Column | None, when: exp.Expr | None) -> exp.Expr:
        """`CASE WHEN <rows that count> THEN column END`, 1 for an aggregation of rows."""
        plain = column_of(column.name, self.dialect) if column else exp.Literal.number(1)
        if when is None:
            return plain
        return exp.Case(ifs=[exp.If(this=when, true=plain)])

    def _when(self, measure: Measure) -> exp.Expr | None:
        """The test of the rows that count; None where all do."""
        rows = measure.rows
        if rows.every:
            return None
        whole = measure.column is None
        key = (rows.lower, rows.upper, rows.condition, rows.window, whole)
        if key not in self._tests:
            tests = [*self._day_tests(rows)]
            if rows.window is not None:
                tests += window_tests(self.step, rows.window, self.dialect)
            if not tests and whole and self.step.held is not None and self.step.held.padded:
                assert self.step.at is not None
                tests.append(not_null(self.step.at, self.dialect))
            if rows.condition is not None:
                tests.append(self._condition(rows.condition, alone=not tests))
            self._tests[key] = all_of(tests)
        return self._tests[key]

    def _day_tests(self, rows: Rows) -> list[exp.Expr]:
        if rows.lower is None and rows.upper is None:
            return []
        assert self.step.days is not None
        days = value(self.step.days, self.dialect)
        low, high = exp.Literal.number(rows.lower or 0), exp.Literal.number(rows.upper or 0)
        if rows.upper is None:
            return [exp.GTE(this=days, expression=low)]
        if rows.lower is None:
            return [exp.LTE(this=days, expression=high)]
        if rows.lower == rows.upper:
            return [exp.EQ(this=days, expression=low)]
        return [exp.Between(this=days, low=low, high=high)]

    def _condition(self, condition: Condition, *, alone: bool) -> exp.Expr:
        tree = condition_of(condition, self.dialect)
        return exp.Paren(this=tree) if isinstance(tree, exp.Or) and not alone else tree


def key_projection(key: Named, dialect: Dialect) -> exp.Expr:
    """A key of the aggregate under its output name."""
    expression = value(key.value, dialect)
    if isinstance(key.value, Take) and key.value.column.name == key.name:
        return expression
    return exp.Alias(this=expression, alias=name_of(key.name, dialect))
