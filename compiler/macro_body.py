"""From a macro's rendered SQL to trees: parse once, then build a copy for every use.

The text holds identifiers that stand for the values of a spec; each copy has nodes in their place.
Copying is written out here because a project has tens of thousands of uses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from seeknal.compiler.findings import CompileFailed, Place
from seeknal.compiler.macro_header import body_line, broken
from seeknal.compiler.records import dataclass

COLUMN = "column_"
_CLASS = re.compile(r"<class 'sqlglot\.expressions\.\w+\.(\w+)'>")
_MARK = re.compile(r"__(\w+?)__")


def mark(name: str) -> str:
    """The identifier that stands for variable `name` in rendered SQL."""
    return f"__{name}__"


@dataclass(frozen=True, slots=True)
class Source:
    """A macro file: its path in messages and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a body rendered: the expression's SQL and that of each column prepared for it."""

    sql: str
    columns: tuple[tuple[str, str], ...]

    def dump(self) -> str:
        """A line of text that `load` reads."""
        return json.dumps([self.sql, *self.columns])

    @staticmethod
    def load(text: str) -> Rendered:
        """What `dump` wrote."""
        sql, *columns = json.loads(text)
        return Rendered(sql, tuple((name, body) for name, body in columns))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a node goes; of `loose` kinds, it needs parentheses there."""

    name: str
    loose: tuple[type[exp.Expr], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A node to build: its class, and its arguments: constants, nodes and lists.

    `meta` is what a dialect noted on the node.
    """

    cls: type[exp.Expr]
    constants: Mapping[str, object]
    children: tuple[tuple[str, Shape | Slot], ...]
    lists: tuple[tuple[str, tuple[object, ...]], ...]
    meta: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body: the expression, and the (name, level, expression) of each prepared column.

    `uses` are the names of the slots in them.
    """

    expression: Shape | Slot
    columns: tuple[tuple[str, int, Shape | Slot], ...]
    uses: frozenset[str]


# --- parse --------------------------------------------------------------------------------------


def parse(rendered: Rendered, dialect: str, source: Source) -> Body:
    """Parse what a body rendered; `source` is where lines of errors are looked up."""
    levels: dict[str, int] = {}
    columns: list[tuple[str, int, Shape | Slot]] = []
    uses: set[str] = set()
    for name, sql in rendered.columns:
        if name in levels:
            message = f"column `{name}` is prepared twice"
            help = "give each prepared column a name of its own"
            raise broken(Place(source.label, body_line(source.text)), message, help)
        parser = _Parser(source, sql, levels)
        shape = parser.shape(parser.tree(dialect))
        levels[name] = parser.highest + 1
        columns.append((name, levels[name], shape))
        uses |= parser.uses
    parser = _Parser(source, rendered.sql, levels)
    tree = parser.tree(dialect)
    if window := tree.find(exp.Window):
        help = "make it a column: {% set n | column('n') %}…{% endset %}"
        raise parser.wrong(f"the body holds a window, `{window.sql(dialect)}`", help)
    shape = parser.shape(tree)
    return Body(shape, tuple(columns), frozenset(uses | parser.uses))


# What delimits its operands by commas, keywords or parentheses; so does every function.
_DELIMITERS = (exp.Paren, exp.If, exp.Case, exp.Cast, exp.Distinct, exp.Window, exp.Where)
# What an operator's operand may be without parentheses around it.
_ATOMS = (exp.Column, exp.Literal, exp.Paren, exp.Case, exp.Cast, exp.Boolean, exp.Null)


def _loose(node: exp.Expr) -> tuple[type[exp.Expr], ...]:
    """The classes that need parentheses in the place of `node`, apart from atoms."""
    parent = node.parent
    if isinstance(parent, exp.And):
        return (exp.Or, exp.Xor)
    if parent is None or isinstance(parent, (*_DELIMITERS, exp.Select)):
        return ()
    if isinstance(parent, exp.Func) and not isinstance(parent, (exp.Binary, exp.Unary)):
        return ()
    return (exp.Expr,)


class _Parser:
    """Parses one text of a body.

    `highest` is the greatest level of the prepared columns it used, `uses` every slot's name.
    """

    def __init__(self, source: Source, sql: str, levels: Mapping[str, int]) -> None:
        self.source = source
        self.sql = sql
        self.levels = levels
        self.highest = 0
        self.uses: set[str] = set()

    def wrong(self, message: str, help: str, row: int = 0) -> CompileFailed:
        """An error at rendered line `row`, from 0."""
        rows = self.sql.splitlines()
        text = rows[row] if row < len(rows) else ""
        return broken(Place(self.source.label, self._line(text)), message, help)

    def _line(self, rendered: str) -> int:
        """The first line of the file that rendered `rendered`, or the body's first."""
        wanted = "".join(rendered.split())
        start = body_line(self.source.text)
        for number, line in enumerate(self.source.text.splitlines()[start - 1 :], start):
            written = re.sub(r"\{\{-?\s*(\w+)\s*-?\}\}", r"__\1__", line)
            if wanted and wanted in "".join(written.split()):
                return number
        return start

    def tree(self, dialect: str) -> exp.Expr:
        """The one expression that the text is; anything else is refused."""
        if not self.sql:
            raise self.wrong("the body renders nothing", "render one SQL expression")
        try:
            trees = sqlglot.parse("SELECT\n" + self.sql, dialect=dialect)
        except ParseError as error:
            first = error.errors[0] if error.errors else {}
            reason = _CLASS.sub(r"\1", str(first.get("description") or error)).rstrip(".")
            row = max(int(first.get("line") or 2) - 2, 0)
            help = f"render one expression of {dialect}"
            raise self.wrong(f"the body is not SQL: {reason}", help, row) from error
        except TokenError as error:
            reason = str(error).splitlines()[0]
            raise self.wrong(f"the body is not SQL: {reason}", "close what is opened") from error
        select = trees[0]
        if len(trees) != 1 or not isinstance(select, exp.Select):
            raise self.wrong("the body is more than one statement", "render one expression")
        tree: exp.Expr = select.expressions[0]
        alone = len(select.expressions) == 1 and not any(
            value for key, value in select.args.items() if key != "expressions"
        )
        if not alone or isinstance(tree, (exp.Alias, exp.Aliases, exp.Star, exp.Tuple)):
            help = "render one expression, without AS, FROM and commas around it"
            raise self.wrong("the body is not one expression", help)
        if found := tree.find(exp.Query, exp.Placeholder, exp.Parameter):
            message = f"the body holds a subquery or a parameter, `{found.sql(dialect)}`"
            raise self.wrong(message, "render an expression over the macro's variables")
        return tree

    def shape(self, node: exp.Expr) -> Shape | Slot:
        """The shape of `node`, with a slot for each mark."""
        if isinstance(node, exp.Column):
            return self._slot(node)
        if isinstance(node, exp.Not) and isinstance(node.this, exp.Is):
            # The two mean the same, and this one is printed as IS NOT.
            node.this.set("negate", not node.this.args.get("negate"))
            return self.shape(node.this)
        return shape_of(node, self.shape)

    def _slot(self, node: exp.Column) -> Slot:
        match = _MARK.fullmatch(node.name)
        if match is None or len(node.parts) > 1:
            message = f"the body names a column, `{node.sql()}`"
            help = "a body reads its variables alone: {{ x }} is the value"
            raise broken(Place(self.source.label, self._line(node.name)), message, help)
        name = match[1]
        if name.startswith(COLUMN):
            self.highest = max(self.highest, self.levels.get(name.removeprefix(COLUMN), 0))
        if name == "keys" and node.arg_key != "partition_by":
            help = "write OVER (PARTITION BY {{ keys }})"
            raise self.wrong("`keys` stands outside PARTITION BY", help)
        self.uses.add(name)
        return Slot(name, _loose(node))


# --- build --------------------------------------------------------------------------------------


def shape_of(
    node: exp.Expr,
    part: Callable[[exp.Expr], Shape | Slot],
    meta: Mapping[str, Any] | None = None,
) -> Shape:
    """The shape of `node`, of whose nodes below `part` makes the shapes."""
    constants: dict[str, object] = {}
    children, lists = [], []
    for key, value in node.args.items():
        if isinstance(value, exp.Expr):
            children.append((key, part(value)))
        elif isinstance(value, list):
            items = (part(item) if isinstance(item, exp.Expr) else item for item in value)
            lists.append((key, tuple(items)))
        elif value is not None:
            constants[key] = value
    return Shape(type(node), constants, tuple(children), tuple(lists), meta)


def copy_tree(node: exp.Expr) -> exp.Expr:
    """A copy of `node`, without comments; several times as fast as its own `copy`."""
    args: dict[str, Any] = {}
    for key, value in node.args.items():
        if isinstance(value, exp.Expr):
            args[key] = copy_tree(value)
        elif type(value) is list:
            args[key] = [copy_tree(item) if isinstance(item, exp.Expr) else item for item in value]
        else:
            args[key] = value
    return type(node)(**args)


def build(
    shape: Shape | Slot, values: Mapping[str, exp.Expr], keys: Sequence[exp.Expr]
) -> exp.Expr:
    """A new tree of `shape` with copies of `values` in its slots and `keys` in PARTITION BY."""
    if type(shape) is Slot:
        value = copy_tree(values[shape.name])
        if isinstance(value, shape.loose) and not isinstance(value, _ATOMS):
            return exp.Paren(this=value)
        return value
    assert type(shape) is Shape
    args: dict[str, Any] = {**shape.constants}
    for key, child in shape.children:
        args[key] = build(child, values, keys)
    for key, items in shape.lists:
        built: list[object] = []
        for item in items:
            if type(item) is Slot and item.name == "keys":
                built.extend(copy_tree(node) for node in keys)
            elif type(item) is Slot or type(item) is Shape:
                built.append(build(item, values, keys))
            else:
                built.append(item)
        args[key] = built
    node = shape.cls(**args)
    if shape.meta is not None:
        node.meta.update(shape.meta)
    return node


def unmasked(x: exp.Expr, when: exp.Expr | None) -> exp.Expr:
    """The value inside the mask `CASE WHEN <when> THEN <value> END`, and `x` without one."""
    if when is not None and isinstance(x, exp.Case):
        branches = x.args["ifs"]
        if len(branches) == 1 and not x.args.get("default") and branches[0].this == when:
            value: exp.Expr = branches[0].args["true"]
            return value
    return x


def present(value: exp.Expr, when: exp.Expr | None) -> exp.Expr:
    """True for the rows that count and have a value."""
    given = exp.Is(this=copy_tree(value), expression=exp.Null(), negate=True)
    if not isinstance(value, _ATOMS):
        given.set("this", exp.Paren(this=given.this))
    if when is None:
        return given
    left = copy_tree(when)
    if isinstance(left, (exp.Or, exp.Xor)):
        left = exp.Paren(this=left)
    return exp.And(this=left, expression=given)
