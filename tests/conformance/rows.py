"""Small data from what sources declare, for cases that have none of their own.

Ids repeat, days are about the application date, NULLs are everywhere, texts sort differently by
locale.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from seeknal.compiler.build import Compilation
from seeknal.compiler.model import ResolvedDayGrain
from seeknal.compiler.types import Column, DataType, Kind

ROWS = 60
AS_OF = date(2026, 1, 20)
TEXTS = ["a", "B", "ä", "paid", "open", "it's", "x", "", "*/ --"]


@dataclass(frozen=True)
class Roles:
    """What the nodes of a project take columns for, by the columns' names in lower case."""

    ids: frozenset[str]
    times: frozenset[str]
    single_as_ofs: frozenset[str]

    @classmethod
    def of(cls, compilation: Compilation) -> Roles:
        grains = [n for n in compilation.model.nodes.values() if isinstance(n, ResolvedDayGrain)]
        ids = {node.id.name for node in grains}
        ids |= {node.spine.id.name for node in grains if node.spine}
        times = {node.event.column.name for node in grains}
        times |= {node.as_of.column.name for node in grains if node.as_of}
        single = {n.as_of.column.name for n in grains if n.as_of and not n.per_date}
        return cls(*(frozenset(map(str.lower, names)) for names in (ids, times, single)))


def rows_for(columns: Sequence[Column], roles: Roles, lenient: bool, seed: str) -> list[list[Any]]:
    """Rows of plain values for the columns of a source."""
    chance = random.Random(seed)
    return [_row(row, columns, roles, lenient, chance) for row in range(ROWS)]


def _row(
    row_id: int, columns: Sequence[Column], roles: Roles, lenient: bool, chance: random.Random
) -> list[Any]:
    number = chance.choice([None, 0, 1, 2, 3, 4])
    row: list[Any] = []
    for column in columns:
        name, kind = column.name.lower(), column.type.kind
        if name in ("row_id", "order_id"):
            row.append(row_id)
        elif name in roles.ids:
            text = kind is Kind.STRING and number is not None
            row.append(f"CUST-{number}" if text else number)
        elif name in roles.single_as_ofs:
            # One day per id, and no day at all for one of the ids.
            day = None if number == 4 else AS_OF + timedelta(days=number or 0)
            row.append(_time(day, column.type, chance))
        elif kind in (Kind.DATE, Kind.TIMESTAMP) or name in roles.times:
            day = AS_OF + timedelta(days=chance.randint(-32, 5))
            row.append(_time(None if chance.random() < 0.1 else day, column.type, chance))
            if kind is Kind.STRING and lenient and chance.random() < 0.2:
                row[-1] = chance.choice(["", "yesterday", "2026/01/02"])
        else:
            row.append(None if chance.random() < 0.15 else _value(column.type, chance))
    return row


def _time(day: date | None, data_type: DataType, chance: random.Random) -> Any:
    if day is None:
        return None
    seconds = chance.choice([0, 0, 1, 40_000, 86_399])
    moment = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
    if data_type.kind is Kind.DATE:
        return day
    if data_type.kind is Kind.TIMESTAMP:
        return moment
    return chance.choice([day.isoformat(), f"{moment}", f"{moment.isoformat()}Z"])


def _value(data_type: DataType, chance: random.Random) -> Any:
    match data_type.kind:
        case Kind.BOOLEAN:
            return chance.random() < 0.5
        case Kind.INT64:
            return chance.choice([-1, 0, 1, 2, 7, 10**15])
        case Kind.DOUBLE:
            return chance.choice([-2.5, 0.0, 0.1, 1.0, 12.25, 99.99, 250.0])
        case Kind.DECIMAL:
            return Decimal(chance.randint(-500, 50_000)).scaleb(-data_type.scale)
        case Kind.STRING:
            return chance.choice(TEXTS)
        case _:
            return None
