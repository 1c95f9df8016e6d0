"""Aggregation words become measures: known to the macro library, given what they take."""

from __future__ import annotations

from seeknal.compiler.features import Argument, Measure, Rows
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import AggregationUse, Text
from seeknal.compiler.macro_header import expected_argument
from seeknal.compiler.macros import AggregationHeader, MacroLibrary
from seeknal.compiler.model import Relation
from seeknal.compiler.records import dataclass
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import Column, DataType


@dataclass(frozen=True, slots=True)
class Typed:
    """A measure and the type of its value."""

    measure: Measure
    type: DataType
    header: AggregationHeader


def resolve_measure(
    use: AggregationUse,
    column_name: Text,
    rows: Rows,
    relation: Relation,
    library: MacroLibrary,
    findings: Findings,
) -> Typed | None:
    """The measure that `use` of `column_name` asks for, or None and findings."""
    header = library.find(use.word)
    if header is None:
        findings.error(
            "unknown-aggregation",
            f"there is no aggregation `{use.word}`",
            use.place,
            help=suggest(use.word, library.words(), "aggregations"),
        )
        return None
    arguments = _arguments(use, header, relation, findings)
    if arguments is None:
        return None
    column: Column | None = None
    if header.takes != "nothing":
        column = find_column(relation, column_name, findings)
        if column is None:
            return None
        if not header.accepts(column.type):
            findings.error(
                "wrong-input-type",
                f"`{use.word}` takes {_wanted(header)}; `{column.name}` of `{relation.id}` "
                f"is {column.type}",
                use.place,
                help=_type_help(header),
            )
            return None
    measure = Measure(header.name, column, rows, arguments, header.needs_event_time)
    return Typed(measure, header.result_type(column.type if column else None), header)


def _wanted(header: AggregationHeader) -> str:
    names = {
        "number": "a number (int64, double or decimal)",
        "boolean": "a boolean",
        "ordered": "a column whose values have an order",
        "any": "a plain value, not a list, struct or json",
    }
    return names.get(header.takes, header.takes)


def _type_help(header: AggregationHeader) -> str:
    if header.takes == "boolean":
        return "name a boolean column, or compute one in a transform"
    if header.takes == "number":
        return "name a numeric column, or use `count`, `count_distinct`, `min`, `max` or `mode`"
    return "name another column"


def _arguments(
    use: AggregationUse, header: AggregationHeader, relation: Relation, findings: Findings
) -> tuple[Argument, ...] | None:
    if len(use.arguments) != len(header.parameters):
        wanted = ", ".join(name for name, _ in header.parameters)
        count = len(header.parameters)
        findings.error(
            "wrong-arguments",
            f"`{use.word}` takes {count or 'no'} argument{'' if count == 1 else 's'}, "
            f"here it has {len(use.arguments) or 'none'}",
            use.place,
            help=f"write `{header.name}({wanted})`" if wanted else f"write `{header.name}`",
        )
        return None
    arguments = []
    for (name, kind), text in zip(header.parameters, use.arguments, strict=True):
        if kind == "column":
            column = find_column(relation, Text(text, use.place), findings)
            if column is None:
                return None
            arguments.append(Argument(name, column))
            continue
        expected = expected_argument(kind, text)
        if expected is not None:
            findings.error(
                "wrong-arguments",
                f"`{name}` of `{use.word}` is {expected}, here it is `{text}`",
                use.place,
                help=f"write {expected} between the parentheses",
            )
            return None
        arguments.append(Argument(name, text))
    return tuple(arguments)
