"""sqlglot's printers, spared what they do again for every cast, division and name that they print.

The printers of Spark, Databricks and Redshift ask of each cast whether its type is the one that
some text names, and parse that text each time; the others compare it to a dozen types, or look
for types in all that is cast. PostgreSQL's and those after it compare both sides of a division to
all types of doubles. BigQuery's and Snowflake's take long for a name. The text of a type and of a
name is the same wherever it stands, so each is printed once in a process. Casts of other forms
than `CAST(x AS a_plain_type)` are left to sqlglot.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Printer
from sqlglot.generator import Generator

_Handler = Callable[[Generator, exp.Expr], str]
_Handlers = dict[type[exp.Expr], _Handler]

_SLOW_CASTS = frozenset(
    "spark databricks redshift postgres trino snowflake clickhouse bigquery".split()
)
# Those that drop the numbers of types in casts.
_WITHOUT_NUMBERS = frozenset({"bigquery"})
# Those whose `/` of integers is one, unless a side is cast.
_WHOLE_DIVISION = frozenset({"postgres", "redshift", "trino"})
_SLOW_NAMES = frozenset({"bigquery", "snowflake"})
# Names whose text is kept.
_KEPT_NAMES = 10_000

# Those whose expressions are longer than a line more often than not, and what is in them.
_LONG = frozenset("clickhouse snowflake redshift databricks trino".split())
_OFTEN_BROKEN = (exp.Case, exp.Cast, exp.Anonymous, exp.Nullif)

# What is asked of a type beyond its name, its numbers and whether it may be NULL.
_PLAIN = frozenset({"this", "expressions", "nullable"})
# Casts to JSON and to places on earth, and what becomes no cast at all. Names of types are one
# object each, and slow to hash.
_D = exp.DType
_OTHER_TYPES = frozenset(map(id, (_D.JSON, _D.USERDEFINED, _D.GEOGRAPHY, _D.GEOMETRY)))
# Values that may be printed without their cast.
_TURNED = frozenset({exp.IntDiv, exp.StrToDate, exp.JSONExtract, exp.Array, exp.Paren})
# Text that some printers say otherwise where it is cast to a time.
_EPOCH = "epoch"
_DOUBLES = frozenset(exp.DataType.REAL_TYPES)


def printer(name: str, *, pretty: bool, width: int = 80) -> Generator:
    """sqlglot's printer called `name`; a broken line is at most `width` wide, where it can be."""
    dialect = Printer.get_or_raise(name)
    # Names of functions keep their case: only those that sqlglot knows are upper-cased.
    made = dialect.generator(
        pretty=pretty, comments=False, normalize_functions=False, max_text_width=width
    )
    handlers = _handlers(name)
    if name in _LONG and not pretty:
        texts: dict[int, tuple[exp.Expr, str]] = {}
        own = [kind for kind in _OFTEN_BROKEN if kind in handlers]
        handlers = {**handlers, **{kind: _once(handlers[kind], texts) for kind in own}}
    # Of this printer alone: sqlglot's own table belongs to the class.
    made._dispatch = handlers
    return made


@cache
def _handlers(name: str) -> _Handlers:
    """What prints each kind of node: sqlglot's own, but for those that it is slow with."""
    own: _Handlers = Printer.get_or_raise(name).generator()._dispatch
    if name in _SLOW_CASTS:
        own = own | _casts(own, numbers=name not in _WITHOUT_NUMBERS)
    if name in _WHOLE_DIVISION:
        own = own | _divisions(own)
    if name in _SLOW_NAMES:
        own = own | _names(own)
    return own


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
            if len(texts) >= _KEPT_NAMES:
                texts.clear()
            found = texts[key] = name(made, node)
        return found

    return {exp.Identifier: print_name}


def _divisions(handlers: _Handlers) -> _Handlers:
    """What prints a division: its left side as a double where neither is one, as sqlglot does."""
    division = handlers[exp.Div]

    def print_division(made: Generator, node: exp.Expr) -> str:
        args = node.args
        left, right = args["this"], args["expression"]
        if args.get("safe") or args.get("typed") or not (_is_told(left) and _is_told(right)):
            return division(made, node)
        if not (_is_double(left) or _is_double(right)):
            node.set("this", exp.Cast(this=left, to=exp.DataType(this=exp.DType.DOUBLE)))
        assert isinstance(node, exp.Binary)
        return made.binary(node, "/")

    return {exp.Div: print_division}


def _is_told(side: exp.Expr) -> bool:
    """True for a side that is cast to a double, or of which nobody knows the type."""
    return _is_double(side) if isinstance(side, exp.Cast) else side.type is None


def _is_double(side: exp.Expr) -> bool:
    return isinstance(side, exp.Cast) and side.args["to"].this in _DOUBLES


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
        if not (more or dropped or _is_turned(value)):
            found = text(made, to)
            if found is not None:
                return f"CAST({made.sql(value)} AS {found})"
        return cast(made, node)

    return {exp.Cast: print_cast, exp.DataType: print_type}


def _is_turned(value: exp.Expr) -> bool:
    kind = type(value)
    return kind in _TURNED or (kind is exp.Literal and value.args["this"].lower() == _EPOCH)


def _key(node: exp.Expr) -> object:
    """A type's name and numbers, which decide its text; None for a type of another form."""
    args = node.args
    for key in args:
        if key not in _PLAIN and args[key]:
            return None
    name = args["this"]
    sort = id(name)
    if sort in _OTHER_TYPES or type(name) is not exp.DType:
        return None
    numbers = args.get("expressions")
    if not numbers:
        return (sort, args.get("nullable"))
    words: list[object] = [sort, args.get("nullable")]
    for number in numbers:
        word = number.args["this"]
        kind = type(word)
        if type(number) is not exp.DataTypeParam or number.args.get("expression"):
            return None
        if kind is not exp.Literal and kind is not exp.Var:
            return None
        words += (kind, word.args["this"])
    return tuple(words)
