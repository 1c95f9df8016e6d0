"""sqlglot's printers, spared what some of them do again for every cast that they print.

The printers of Spark, Databricks and Redshift ask of each cast whether its type is the one that
some text names, and parse that text each time; ClickHouse's compares it to a dozen others, and
BigQuery's looks for types in all that is cast. The text of a type is the same wherever it stands,
so here each is printed once. Casts of other forms than `CAST(x AS a_plain_type)` are left to
sqlglot.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Printer
from sqlglot.generator import Generator

_SLOW = frozenset({"spark", "databricks", "redshift", "clickhouse", "bigquery"})
# Those that drop the numbers of types in casts.
_WITHOUT_NUMBERS = frozenset({"bigquery"})
_Handler = Callable[[Generator, exp.Expr], str]
# What is asked of a type beyond its name, its numbers and whether it may be NULL.
_PLAIN = frozenset({"this", "expressions", "nullable"})
# Casts to JSON, and what becomes no cast at all.
_OTHER_TYPES = frozenset({exp.DType.JSON, exp.DType.USERDEFINED})
# Values that may be printed without their cast.
_TURNED = (exp.IntDiv, exp.StrToDate, exp.JSONExtract, exp.Array, exp.Paren)


def printer(name: str, *, pretty: bool, width: int = 80) -> Generator:
    """sqlglot's printer called `name`; a broken line is at most `width` wide, where it can be."""
    dialect = Printer.get_or_raise(name)
    # Names of functions keep their case: only those that sqlglot knows are upper-cased.
    made = dialect.generator(
        pretty=pretty, comments=False, normalize_functions=False, max_text_width=width
    )
    if name in _SLOW:
        handlers: dict[type[exp.Expr], _Handler] = made._dispatch
        own = _handlers(handlers[exp.Cast], handlers[exp.DataType], name not in _WITHOUT_NUMBERS)
        # Of this printer alone: sqlglot's own table belongs to the class.
        made._dispatch = {**handlers, **own}
    return made


def _handlers(cast: _Handler, data_type: _Handler, numbers: bool) -> dict[type[exp.Expr], _Handler]:
    """What prints casts and types, where `cast` and `data_type` print those of other forms.

    `numbers`: casts keep the numbers of types.
    """
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
        more = args.get("format") or args.get("action") or args.get("default")
        dropped = not numbers and to.args.get("expressions")
        if more or dropped or isinstance(value, _TURNED) or _key(to) is None:
            return cast(made, node)
        return f"CAST({made.sql(value)} AS {print_type(made, to)})"

    return {exp.Cast: print_cast, exp.DataType: print_type}


def _key(node: exp.Expr) -> object:
    """A type's name and numbers, which decide its text; None for a type of another form."""
    args = node.args
    name = args["this"]
    if isinstance(node.parent, exp.DataType):
        return None
    if name in _OTHER_TYPES or any(value for key, value in args.items() if key not in _PLAIN):
        return None
    numbers, nullable = args.get("expressions"), args.get("nullable")
    if not numbers:
        return name, nullable
    key: list[object] = [name, nullable]
    for number in numbers:
        word = number.this
        plain = type(number) is exp.DataTypeParam and isinstance(word, (exp.Literal, exp.Var))
        if not plain or number.args.get("expression"):
            return None
        key.append((type(word), word.this))
    return tuple(key)
