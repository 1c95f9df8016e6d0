"""What plans of all kinds share: fresh names, the columns that features read, present keys."""

from __future__ import annotations

from seeknal.compiler.features import Feature
from seeknal.compiler.model import TimeColumn
from seeknal.compiler.plan import DateOf, Named, Promise, Take, TextIsTime, TimeOf, Value
from seeknal.compiler.types import STRING, Column


class Names:
    """Names that no column of the input has, in whatever case."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = {name.casefold() for name in taken}

    def new(self, name: str) -> str:
        """`name`, with underscores behind it where it is taken."""
        while name.casefold() in self.taken:
            name += "_"
        self.taken.add(name.casefold())
        return name


def columns_used(features: tuple[Feature, ...]) -> list[Column]:
    """The upstream columns that features read, in order of first use."""
    used: dict[str, Column] = {}
    for feature in features:
        for measure in feature.measures:
            if measure.column is not None:
                used.setdefault(measure.column.name, measure.column)
            for argument in measure.arguments:
                if isinstance(argument.value, Column):
                    used.setdefault(argument.value.name, argument.value)
            condition = measure.rows.condition
            for column in condition.columns if condition is not None else ():
                used.setdefault(column.name, column)
    return list(used.values())


def distinct(columns: list[Column]) -> list[Column]:
    """The columns without repeats, in order."""
    return list({column.name: column for column in columns}.values())


def present(time: TimeColumn) -> Value:
    """What is NULL where a row has no such time: the column, or what its text says."""
    parsed = time.column.type == STRING and time.bad_value == "null"
    return DateOf(time) if parsed else Take(time.column)


def as_time(time: TimeColumn, names: Names) -> Named:
    """The time as DATE or TIMESTAMP; text is parsed under a name of its own."""
    if time.column.type.is_temporal:
        return Named(time.column.name, Take(time.column))
    return Named(names.new(f"{time.column.name}_at"), TimeOf(time))


def text_promises(times: list[tuple[str, str, TimeColumn]]) -> tuple[Promise, ...]:
    """A promise for each (relation, node, time) that is text and must be ISO time."""
    return tuple(
        TextIsTime(relation, node, time)
        for relation, node, time in times
        if time.column.type == STRING and time.bad_value == "error"
    )
