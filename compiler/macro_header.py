"""The header of a macro file: what an aggregation takes, returns and is called.

A macro file starts with a Jinja comment that holds YAML. Headers are read without the template
engine or a SQL parser, so asking which aggregations exist costs a few milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fractions import Fraction

from seeknal.compiler.findings import CompileFailed, Finding, Place
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DOUBLE, INT64, DataType, Kind, decimal, parse_type

# What every body may use beside its parameters.
VARIABLES = (
    "x",
    "value",
    "present",
    "when",
    "always",
    "type",
    "precision",
    "scale",
    "at",
    "days",
    "keys",
)
TAKES = ("any", "number", "ordered", "boolean", "nothing")
PARAMETER_KINDS = ("number", "positive", "fraction", "integer", "column")

_COMMENT = re.compile(r"\A\s*\{#-?(.*?)-?#\}", re.DOTALL)
_REQUIRED = ("summary", "takes", "returns", "no_rows")
_FLAGS = {"merges": False, "inverts": False, "exact": True, "needs_event_time": False}
_KEYS = (*_REQUIRED, *_FLAGS, "aliases", "parameters", "reason")
_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")

# Makes the error of one key of a header: (key, message, help).
_Wrong = Callable[[str, str, str], CompileFailed]


def broken(place: Place, message: str, help: str) -> CompileFailed:
    """The error of a macro file that cannot be used."""
    return CompileFailed([Finding("broken-macro", message, place, help)])


@dataclass(frozen=True, slots=True)
class AggregationHeader:
    """What is known of an aggregation without rendering it (SEMANTICS "Aggregations").

    `takes` is any, number, ordered, boolean or nothing. `returns` is a type, `same` (the type of
    the value) or `sum` (int64, double, or decimal(38,s)). `no_rows` is the value where no row
    counts: None is NULL. `merges`: partial results over parts of the rows combine into the whole;
    `inverts`: the part of some rows can be taken out again. `parameters` are (name, kind) in the
    order of the call; kinds are number, positive, fraction (0 to 1), integer and column. Without
    `exact` the engine's own approximation counts as right. `needs_event_time`: the value depends
    on when the events were.
    """

    name: str
    summary: str
    takes: str
    returns: str
    no_rows: int | None
    merges: bool = False
    inverts: bool = False
    aliases: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    exact: bool = True
    needs_event_time: bool = False

    def accepts(self, x: DataType) -> bool:
        """True where values of type `x` can be aggregated; no aggregation takes other types."""
        match self.takes:
            case "any":
                return x.kind is not Kind.OTHER
            case "number":
                return x.is_number
            case "ordered":
                return x.is_ordered
            case "boolean":
                return x.kind is Kind.BOOLEAN
        return False

    def result_type(self, x: DataType | None) -> DataType:
        """The type of the result over values of type `x`, which is None where it takes nothing."""
        if self.returns not in ("same", "sum"):
            fixed = parse_type(self.returns)
            assert fixed is not None, self.returns
            return fixed
        assert x is not None, f"{self.name} takes a value"
        if self.returns == "same":
            return x
        if x.kind is Kind.DECIMAL:
            return decimal(38, x.scale)
        return DOUBLE if x.kind is Kind.DOUBLE else INT64


def has_header(text: str) -> bool:
    """True where `text` starts with a Jinja comment."""
    return _COMMENT.match(text) is not None


def body_line(text: str) -> int:
    """The number, from 1, of the first line of `text` after its header."""
    match = _COMMENT.match(text)
    rest = text[match.end() :] if match else text
    blank = len(rest) - len(rest.lstrip())
    return text[: len(text) - len(rest) + blank].count("\n") + 1


def _yaml(text: str, file: str) -> tuple[dict[str, object], dict[str, int]]:
    """The header's entries and the line of each key."""
    import yaml

    match = _COMMENT.match(text)
    if match is None:
        raise broken(
            Place(file),
            "the file does not start with a header",
            "start it with {#- … -#} holding `summary`, `takes`, `returns` and `no_rows`",
        )
    start = text[: match.start(1)].count("\n") + 1
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(match[1])
    try:
        node = loader.get_single_node()
        value = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise broken(
            Place(file, start + line),
            f"the header is not YAML: {error.problem}",
            "write one `key: value` a line",
        ) from error
    finally:
        loader.dispose()
    if not isinstance(value, dict):
        raise broken(
            Place(file, start), "the header is not a mapping", "write one `key: value` a line"
        )
    lines: dict[str, int] = {}
    for key, _ in node.value if node is not None else ():
        line = start + key.start_mark.line
        if key.value in lines:
            raise broken(
                Place(file, line), f"`{key.value}` is given twice", "keep one of the two lines"
            )
        lines[key.value] = line
    return {str(key): entry for key, entry in value.items()}, lines


def _one_of(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else "use one of: " + ", ".join(known)


def read_reason(text: str, file: str) -> str:
    """Why a dialect has a file of its own, from that file's header, which says nothing else."""
    entries, lines = _yaml(text, file)
    for key in entries:
        if key != "reason":
            raise broken(
                Place(file, lines.get(key, 1)),
                f"`{key}` stands in a dialect's file",
                "keep `reason` alone here: the rest is read from the file without a dialect",
            )
    reason = entries.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise broken(
            Place(file, lines.get("reason", 1)),
            "the header does not say why the dialect differs",
            "add `reason: …` to the header",
        )
    return reason


def read_header(name: str, text: str, file: str) -> AggregationHeader:
    """The header of the macro file `text`, which is `file` and defines aggregation `name`."""
    entries, lines = _yaml(text, file)

    def wrong(key: str, message: str, help: str) -> CompileFailed:
        return broken(Place(file, lines.get(key, 1)), message, help)

    for key in entries:
        if key not in _KEYS:
            raise wrong(key, f"`{key}` is not a key of a header", _one_of(key, _KEYS))
    for key in _REQUIRED:
        if key not in entries:
            raise wrong(key, f"the header does not say `{key}`", f"add `{key}: …` to the header")
    if not _NAME.match(name):
        raise broken(
            Place(file),
            f"`{name}` is not a name for an aggregation",
            "name the file in lower case: letters, digits and underscores",
        )

    takes, returns = str(entries["takes"]), str(entries["returns"])
    if takes not in TAKES:
        raise wrong("takes", f"`{takes}` is nothing to take", _one_of(takes, TAKES))
    if returns not in ("same", "sum") and parse_type(returns) is None:
        help = "use `same`, `sum` or a type: boolean, int64, double, string, date, timestamp"
        raise wrong("returns", f"`{returns}` is not a type", help)
    if takes == "nothing" and returns in ("same", "sum"):
        help = "name the type of the result"
        raise wrong("returns", f"`{returns}` is the type of a value, and it takes none", help)
    no_rows = entries["no_rows"]
    if no_rows is not None and (isinstance(no_rows, bool) or no_rows != 0):
        raise wrong("no_rows", "the value for no rows is neither null nor 0", "use null or 0")

    flags = {key: _flag(entries.get(key, default), key, wrong) for key, default in _FLAGS.items()}
    return AggregationHeader(
        name=name,
        summary=str(entries["summary"]),
        takes=takes,
        returns=returns,
        no_rows=None if no_rows is None else 0,
        aliases=_aliases(entries.get("aliases"), wrong),
        parameters=_parameters(entries.get("parameters"), wrong),
        **flags,
    )


def _flag(value: object, key: str, wrong: _Wrong) -> bool:
    if not isinstance(value, bool):
        raise wrong(key, f"`{key}` is neither true nor false", "use true or false")
    return value


def _aliases(value: object, wrong: _Wrong) -> tuple[str, ...]:
    words = [] if value is None else value
    if not isinstance(words, list) or not all(
        isinstance(word, str) and _NAME.match(word) for word in words
    ):
        raise wrong("aliases", "`aliases` is not a list of names", "write `aliases: [std]`")
    return tuple(words)


def _parameters(value: object, wrong: _Wrong) -> tuple[tuple[str, str], ...]:
    entries = {} if value is None else value
    if not isinstance(entries, Mapping):
        raise wrong(
            "parameters", "`parameters` is not a mapping", "write `parameters: {p: number}`"
        )
    for name, kind in entries.items():
        if not isinstance(name, str) or not _NAME.match(name):
            help = "use lower-case letters, digits and underscores"
            raise wrong("parameters", f"`{name}` is not a name for a parameter", help)
        if name in VARIABLES:
            raise wrong("parameters", f"`{name}` is a variable of every macro", "use another name")
        if kind not in PARAMETER_KINDS:
            help = _one_of(str(kind), PARAMETER_KINDS)
            raise wrong("parameters", f"`{kind}` is not a kind of parameter", help)
    return tuple((str(name), str(kind)) for name, kind in entries.items())


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def expected_argument(kind: str, text: str) -> str | None:
    """What a parameter of `kind` takes, where `text` is not that; None where it is.

    >>> expected_argument("fraction", "1.5")
    'a number from 0 to 1'
    >>> expected_argument("column", "order_ts") is None
    True
    """
    if kind == "column":
        return None if _COLUMN.match(text) else "the name of a column"
    number = Fraction(text) if _NUMBER.match(text) else None
    match kind:
        case "fraction":
            return None if number is not None and 0 <= number <= 1 else "a number from 0 to 1"
        case "positive":
            return None if number is not None and number > 0 else "a number above 0"
        case "integer":
            whole = number is not None and number.denominator == 1
            return None if whole else "a whole number"
    return None if number is not None else "a number"
