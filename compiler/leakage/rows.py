"""What the rule of a SELECT asks of the relations that it reads."""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp

from seeknal.compiler.leakage.reach import Reaches
from seeknal.compiler.leakage.views import Source, View
from seeknal.compiler.model import Relation
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Untied:
    """An entry of FROM whose rows are not bounded by the event time.

    `base` are the relations that the event time comes from. `compared`: one of its times is
    compared somewhere, as in `SUM(CASE WHEN …)`. `grouped`: its rows are aggregated.
    """

    table: exp.Expr
    source: Source
    base: tuple[Relation, ...]
    compared: bool
    grouped: bool


@dataclass(frozen=True, slots=True)
class Root:
    """A column made of one column of one source: between `low` and `high` microseconds after it.

    `key` is the way to it: two columns of a row with one key are made of one value.
    """

    key: tuple[str, ...]
    low: int = 0
    high: int = 0


class Below(Protocol):
    """The relations that a SELECT reads."""

    def of_source(
        self, view: View, source: Source, column: str, wanted: frozenset[str], rows: bool
    ) -> Reaches:
        """How far rows of an entry of FROM reach ahead of one of its columns."""

    def untied(self, view: View, untied: Untied) -> Reaches:
        """What it means that no time of an entry of FROM is compared with the event time."""

    def root(self, view: View, source: Source, column: str) -> Root | None:
        """What a column is made of, where that is one column of one source."""
