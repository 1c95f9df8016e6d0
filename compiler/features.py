"""The vocabulary of features: which rows count, what is computed from them.

Names are resolved here (columns exist, aggregations are known) but nothing says how an engine
computes it. Days follow SEMANTICS "Days": whole calendar days from the event back from the as-of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seeknal.compiler.findings import Place
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column, DataType

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Condition:
    """A boolean SQL expression over the upstream's columns, parsed and spelt as they are.

    `tree` belongs to the condition: whoever splices it elsewhere copies it first.
    """

    text: str
    tree: exp.Expr
    columns: tuple[Column, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Calendar:
    """`count` whole UTC periods of `unit` (day, week, month, quarter, year) before the as-of's."""

    unit: str
    count: int


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The events of a feature at time t (SEMANTICS "Windows at an exact time").

    `length` is in microseconds; None is `lifetime`, or `calendar` where that is given. `offset`
    (microseconds) moves both ends back. `label` is the length as the spec spells it, `7d`.
    """

    length: int | None
    offset: int = 0
    calendar: Calendar | None = None
    label: str = "lifetime"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that count: `lower` <= days <= `upper` (None is unbounded) and `condition`.

    With `window`, rows are those of a window at an exact time, and days say nothing.
    """

    lower: int | None = None
    upper: int | None = None
    condition: Condition | None = None
    window: TimeWindow | None = None

    @property
    def every(self) -> bool:
        """True where no row is left out."""
        bounds = (self.lower, self.upper, self.condition, self.window)
        return all(bound is None for bound in bounds)


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of an aggregation: a column, or a number as the spec writes it."""

    name: str
    value: Column | str


@dataclass(frozen=True, slots=True)
class Measure:
    """One aggregation of one column over the rows that count.

    `reads_time`: the value depends on when the events were. `or_zero`: 0 for no rows.
    """

    aggregation: str
    column: Column | None
    rows: Rows
    arguments: tuple[Argument, ...] = ()
    reads_time: bool = False
    or_zero: bool = False


@dataclass(frozen=True, slots=True)
class Ratio:
    """`double(numerator) / nullif(double(denominator), 0)`."""

    numerator: Measure
    denominator: Measure


@dataclass(frozen=True, slots=True)
class Feature:
    """An output column: its name, type and value. `note` says what the spec asked for."""

    name: str
    type: DataType
    value: Measure | Ratio
    place: Place
    note: str = ""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The aggregations that the value is made of."""
        if isinstance(self.value, Ratio):
            return (self.value.numerator, self.value.denominator)
        return (self.value,)
