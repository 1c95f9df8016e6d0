"""sqlglot's printers, spared what some of them do again for every cast and name that they print.

The printers of Spark, Databricks and Redshift ask of each cast whether its type is the one that
some text names, and parse that text each time; ClickHouse's compares it to a dozen others, and
BigQuery's looks for types in all that is cast. BigQuery's and Snowflake's take long for a name.
The text of a type and of a name is the same wherever it stands, so here each is printed once.
Casts of other forms than `CAST(x AS a_plain_type)` are left to sqlglot.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Printer
from sqlglot.generator import Generator

_Handler = Callable[[Generator, exp.Expr], str]
_Handlers = dict[type[exp.Expr], _Handler]

_SLOW_CASTS = frozenset({"spark", "databricks", "redshift", "clickhouse", "bigquery"})
# Those that drop the numbers of types in casts.
_WITHOUT_NUMBERS = frozenset({"bigquery"})
_SLOW_NAMES = frozenset({"bigquery", "snowflake"})

# Those whose expressions are longer than a line more often than not, and what is in them.
_LONG = frozenset({"clickhouse"})
_OFTEN_BROKEN = (exp.Case, exp.Cast, exp.Anonymous)

# What is asked of a type beyond its name, its numbers and whether it may be NULL.
_PLAIN = frozenset({"this", "expressions", "nullable"})
# Casts to JSON, and what becomes no cast at all.
_OTHER_TYPES = (exp.DType.JSON, exp.DType.USERDEFINED)
# Values that may be printed without their cast.
_TURNED = (exp.IntDiv, exp.StrToDate, exp.JSONExtract, exp.Array, exp.Paren)


def printer(name: str, *, pretty: bool, width: int = 80) -> Generator:
    """sqlglot's printer called `name`; a broken line is at most `width` wide, where it can be."""
    dialect = Printer.get_or_raise(name)
    # Names of functions keep their case: only those that sqlglot knows are upper-cased.
    made = dialect.generator(
        pretty=pretty, comments=False, normalize_functions=False, max_text_width=width
    )
    own: _Handlers = {}
    if name in _SLOW_CASTS:
        own |= _casts(made._dispatch, numbers=name not in _WITHOUT_NUMBERS)
    if name in _SLOW_NAMES:
        own |= _names(made._dispatch)
    if name in _LONG and not pretty:
        handlers = {**made._dispatch, **own}
        texts: dict[int, tuple[exp.Expr, str]] = {}
        own |= {kind: _once(handlers[kind], texts) for kind in _OFTEN_BROKEN}
    if own:
        # Of this printer alone: sqlglot's own table belongs to the class.
        made._dispatch = {**made._dispatch, **own}
    return made


def _once(handler: _Handler, texts: dict[int, tuple[exp.Expr, str]]) -> _Handler:
    """What prints each node once: those that do not fit into a line are asked for by part again.

    Nodes are kept in `texts`, so that their ids stay their own.
    """

    def print_node(made: Generator, node: exp.Expr) -> str:
        found = texts.get(id(node))
        if found is None:
            found = texts[id(node)] = (node, handler(made, node))
        return found[1]

    return print_node


def _names(handlers: _Handlers) -> _Handlers:
    """What prints names, each once."""
    name = handlers[exp.Identifier]
    texts: dict[tuple[object, bool], str] = {}

    def print_name(made: Generator, node: exp.Expr) -> str:
        args = node.args
        key = (args["this"], bool(args.get("quoted")))
        found = texts.get(key)
        if found is None:
            found = texts[key] = name(made, node)
        return found

    return {exp.Identifier: print_name}


def _casts(handlers: _Handlers, *, numbers: bool) -> _Handlers:
    """What prints casts and types, each type once. `numbers`: casts keep the numbers of types."""
    cast, data_type = handlers[exp.Cast], handlers[exp.DataType]
    texts: dict[object, str] = {}

    def text(made: Generator, node: exp.Expr) -> str | None:
        key = _key(node)
        if key is None:
            return None
        found = texts.get(key)
        if found is None:
            # Printing changes the node.
            found = texts[key] = data_type(made, node.copy())
        return found

    def print_type(made: Generator, node: exp.Expr) -> str:
        found = None if isinstance(node.parent, exp.DataType) else text(made, node)
        return data_type(made, node) if found is None else found

    def print_cast(made: Generator, node: exp.Expr) -> str:
        args = node.args
        value, to = args["this"], args["to"]
        more = args.get("format") or args.get("action") or args.get("default")
        dropped = not numbers and to.args.get("expressions")
        if not (more or dropped or isinstance(value, _TURNED)):
            found = text(made, to)
            if found is not None:
                return f"CAST({made.sql(value)} AS {found})"
        return cast(made, node)

    return {exp.Cast: print_cast, exp.DataType: print_type}


def _key(node: exp.Expr) -> object:
    """A type's name and numbers, which decide its text; None for a type of another form."""
    args = node.args
    for key, value in args.items():
        if value and key not in _PLAIN:
            return None
    name = args["this"]
    if name in _OTHER_TYPES:
        return None
    # Names of types are one object each, and slow to hash.
    plain = (id(name), args.get("nullable"))
    numbers = args.get("expressions")
    if not numbers:
        return plain if isinstance(name, exp.DType) else None
    words: list[object] = []
    for number in numbers:
        word = number.this
        if type(number) is not exp.DataTypeParam or number.args.get("expression"):
            return None
        if not isinstance(word, (exp.Literal, exp.Var)):
            return None
        words += (type(word), word.this)
    return (*plain, *words) if isinstance(name, exp.DType) else None
