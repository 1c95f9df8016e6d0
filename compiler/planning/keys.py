"""Keys of two types: in which type each side is compared (SEMANTICS "Keys")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seeknal.compiler.model import DaysJoin, JoinKey, LatestJoin, ResolvedJoin
from seeknal.compiler.plan import Exactly, Named, Take
from seeknal.compiler.planning.common import Names
from seeknal.compiler.types import Column, DataType, Kind, common_type


def as_key(column: Column, type: DataType) -> Take | Exactly:
    """The column as a value of `type`: as it is where it has that type."""
    return Take(column) if column.type == type else Exactly(column, type)


def spine_type(spine: Column, other: Column) -> DataType:
    """The type in which both sides compare, with a value of it for every value of the spine's.

    What is counted for a key without rows is 0 and for none is NULL, so no key may become NULL.
    """
    found = common_type(spine.type, other.type)
    assert found is not None
    return found if found.kind is Kind.DECIMAL else spine.type


def compared(join: ResolvedJoin, columns: dict[str, Named], names: Names) -> ResolvedJoin:
    """The join by columns of the spine in the types that its keys compare in.

    Those that the spine has in another type are added to `columns`.
    """
    if isinstance(join, DaysJoin):
        (key,) = _compared([join.key], columns, names)
        return replace(join, key=key)
    # The latest row for a key without rows is NULL, so a key may become NULL.
    both = isinstance(join, LatestJoin)
    return replace(join, keys=tuple(_compared(join.keys, columns, names, both=both)))


def _compared(
    keys: Sequence[JoinKey], columns: dict[str, Named], names: Names, *, both: bool = False
) -> list[JoinKey]:
    found = []
    for key in keys:
        column = key.spine
        columns.setdefault(column.name, Named(column.name, Take(column)))
        wanted = common_type(column.type, key.other.type) if both else None
        wanted = wanted or spine_type(column, key.other)
        value = as_key(column, wanted)
        if isinstance(value, Exactly):
            known = (named.name for named in columns.values() if named.value == value)
            name = next(known, None) or names.new(f"{column.name}_as_key")
            columns[name] = Named(name, value)
            column = Column(name, wanted)
        found.append(replace(key, spine=column))
    return found
