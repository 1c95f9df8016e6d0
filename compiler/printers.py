"""sqlglot's printers, spared the parsing of a type's name for every cast that they print.

The printers of Spark, Databricks and Redshift ask of each cast whether its type is the one that
some text names, and parse that text each time. The text of a type is the same wherever it stands,
so here each is printed once. Casts of other forms than `CAST(x AS a_plain_type)` are left to
sqlglot.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Printer
from sqlglot.generator import Generator

_PARSING = frozenset({"spark", "databricks", "redshift"})
_Handler = Callable[[Generator, exp.Expr], str]
# What is asked of a type beyond its name and its numbers.
_PLAIN = frozenset({"this", "expressions"})
# Casts to JSON, and what becomes no cast at all.
_OTHER_TYPES = frozenset({exp.DType.JSON, exp.DType.USERDEFINED})


def printer(name: str, *, pretty: bool, width: int = 80) -> Generator:
    """sqlglot's printer called `name`; a broken line is at most `width` wide, where it can be."""
    dialect = Printer.get_or_raise(name)
    # Names of functions keep their case: only those that sqlglot knows are upper-cased.
    made = dialect.generator(
        pretty=pretty, comments=False, normalize_functions=False, max_text_width=width
    )
    if name in _PARSING:
        handlers: dict[type[exp.Expr], _Handler] = made._dispatch
        # Of this printer alone: sqlglot's own table belongs to the class.
        made._dispatch = {**handlers, **_handlers(handlers[exp.Cast], handlers[exp.DataType])}
    return made


def _handlers(cast: _Handler, data_type: _Handler) -> dict[type[exp.Expr], _Handler]:
    """What prints casts and types, where `cast` and `data_type` print those of other forms."""
    texts: dict[object, str] = {}

    def print_type(made: Generator, node: exp.Expr) -> str:
        key = _key(node)
        if key is None:
            return data_type(made, node)
        found = texts.get(key)
        if found is None:
            # Printing changes the node.
            found = texts[key] = data_type(made, node.copy())
        return found

    def print_cast(made: Generator, node: exp.Expr) -> str:
        args = node.args
        value, to = args["this"], args["to"]
        # A quotient of integers may lose its cast.
        more = args.get("format") or args.get("action") or args.get("default")
        if more or isinstance(value, exp.IntDiv) or _key(to) is None:
            return cast(made, node)
        return f"CAST({made.sql(value)} AS {print_type(made, to)})"

    return {exp.Cast: print_cast, exp.DataType: print_type}


def _key(node: exp.Expr) -> object:
    """A type's name and numbers, which decide its text; None for a type of another form."""
    args = node.args
    name = args["this"]
    if name in _OTHER_TYPES or any(value for key, value in args.items() if key not in _PLAIN):
        return None
    numbers = args.get("expressions")
    if not numbers:
        return name
    key: list[object] = [name]
    for number in numbers:
        word = number.this
        plain = type(number) is exp.DataTypeParam and isinstance(word, (exp.Literal, exp.Var))
        if not plain or number.args.get("expression"):
            return None
        key.append((type(word), word.this))
    return tuple(key)
