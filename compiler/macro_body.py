"""From a macro's body to a sqlglot tree: render, parse at once, swap placeholders for nodes.

A spec's values never pass through the text. The template gets identifiers that stand for them;
what it renders is parsed in the file's dialect, and the identifiers are swapped for nodes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from seeknal.compiler.findings import CompileFailed, Place
from seeknal.compiler.macro_header import VARIABLES, body_line, broken

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.runtime import Context
    from jinja2.sandbox import SandboxedEnvironment

_MARK = re.compile(r"__(\w+?)__")
_COLUMN = "column_"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a body rendered: the expression's SQL and that of each column prepared for it."""

    sql: str
    columns: tuple[tuple[str, str], ...]

    def dump(self) -> str:
        """One line of text that `load` reads."""
        return json.dumps([self.sql, *self.columns])

    @staticmethod
    def load(text: str) -> Rendered:
        """What `dump` wrote."""
        sql, *columns = json.loads(text)
        return Rendered(sql, tuple((name, body) for name, body in columns))


def mark(name: str) -> str:
    """The identifier that stands for variable `name` in rendered SQL."""
    return f"__{name}__"


# --- render -------------------------------------------------------------------------------------


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined, pass_context
    from jinja2.sandbox import SandboxedEnvironment

    @pass_context
    def column(context: Context, sql: str, name: str) -> str:
        context["prepared_columns"].append((name, sql.strip()))
        return mark(_COLUMN + name)

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters["column"] = column
    return environment


def _check_names(tree: nodes.Template, parameters: Sequence[str], file: str) -> None:
    """Refuse names that nothing defines, in branches that are not rendered too."""
    from jinja2 import nodes

    known = {*VARIABLES, *parameters}
    known |= {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in known:
            help = "it may use: " + ", ".join((*VARIABLES, *parameters))
            raise broken(Place(file, node.lineno), f"`{node.name}` is not a variable", help)


def render(
    text: str, file: str, parameters: Sequence[str], variables: Mapping[str, object]
) -> Rendered:
    """Render the macro file `text` with `variables`.

    A string of `variables` that is not a mark reaches the text as it is, so callers pass only
    what the compiler itself made: marks, type names, scales.
    """
    from jinja2 import TemplateError, TemplateSyntaxError, UndefinedError

    environment = _environment()
    prepared: list[tuple[str, str]] = []
    try:
        _check_names(environment.parse(text), parameters, file)
        template = environment.from_string(text)
        sql = template.render({**variables, "prepared_columns": prepared}).strip()
    except TemplateSyntaxError as error:
        help = "see the Jinja template reference"
        raise broken(Place(file, error.lineno), f"{error.message}", help) from error
    except UndefinedError as error:
        help = "guard it by `{% if … is defined %}`, or declare it in the header"
        raise broken(Place(file, _error_line(error, text)), f"{error.message}", help) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        help = "a body may use variables, filters, `if`, `for` and `set`"
        raise broken(Place(file, _error_line(error, text)), f"{error}", help) from error
    return Rendered(sql, tuple(prepared))


def _error_line(error: BaseException, text: str) -> int:
    """The template's line that raised `error`."""
    line, step = body_line(text), error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == "<template>":
            line = step.tb_lineno
        step = step.tb_next
    return line


# --- parse --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a node goes. `tight`: operators stand around it, so it may need parentheses."""

    name: str
    tight: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """A node to build: its class, and each argument as a constant, a shape or a list."""

    cls: type[exp.Expr]
    constants: tuple[tuple[str, object], ...]
    children: tuple[tuple[str, _Shape | _Slot], ...]
    lists: tuple[tuple[str, tuple[object, ...]], ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body, ready to be built as often as needed."""

    expression: _Shape | _Slot
    columns: tuple[tuple[str, int, _Shape | _Slot], ...]


# What an operator's operand may be without parentheses around it.
_ATOMS = (exp.Column, exp.Literal, exp.Paren, exp.Case, exp.Boolean, exp.Null, exp.AggFunc)
# Parents that delimit their operands, by comma, keyword or parenthesis.
_DELIMITERS = (exp.Paren, exp.If, exp.Case, exp.Cast, exp.Distinct, exp.Window, exp.Select)


def _is_tight(node: exp.Expr) -> bool:
    parent = node.parent
    if isinstance(parent, _DELIMITERS):
        return False
    return not isinstance(parent, exp.Func) or isinstance(parent, (exp.Binary, exp.Unary))


def _line(file_text: str, sql: str, row: int) -> int:
    """The line of the file that rendered line `row` (from 0) of `sql`, or where the body starts."""
    rendered = sql.splitlines()
    wanted = "".join(rendered[row].split()) if row < len(rendered) else ""
    start = body_line(file_text)
    for number, line in enumerate(file_text.splitlines()[start - 1 :], start):
        written = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"__\1__", line)
        if wanted and (wanted in "".join(written.split())):
            return number
    return start


def _parse_one(sql: str, dialect: str, file: str, text: str) -> exp.Expr:
    """The expression that `sql` is; anything else is refused."""

    def wrong(message: str, help: str, row: int = 0) -> CompileFailed:
        return broken(Place(file, _line(text, sql, row)), message, help)

    if not sql:
        raise wrong("the body renders nothing", "render one SQL expression")
    try:
        trees = sqlglot.parse("SELECT\n" + sql, dialect=dialect)
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        reason = str(first.get("description") or error).rstrip(".")
        row = int(first.get("line") or 2) - 2
        help = f"render one expression of {dialect}"
        raise wrong(f"the body is not SQL: {reason}", help, max(row, 0)) from error
    except TokenError as error:
        reason = str(error).splitlines()[0]
        raise wrong(f"the body is not SQL: {reason}", "close what is opened") from error
    select = trees[0]
    one = (
        len(trees) == 1
        and isinstance(select, exp.Select)
        and len(select.expressions) == 1
        and not any(value for key, value in select.args.items() if key != "expressions")
        and not isinstance(select.expressions[0], (exp.Alias, exp.Star, exp.Tuple, exp.Aliases))
    )
    if not one or select is None:
        raise wrong(
            "the body is more than one expression", "render one expression, without AS and commas"
        )
    tree: exp.Expr = select.expressions[0]
    if tree.find(exp.Query, exp.Placeholder, exp.Parameter):
        raise wrong("the body holds a subquery or a parameter", "render one plain expression")
    return tree


def parse(rendered: Rendered, dialect: str, file: str, text: str) -> Body:
    """Parse what a body rendered. `text` is the file, to find lines of it for errors."""
    levels: dict[str, int] = {}
    columns = []
    for name, sql in rendered.columns:
        if name in levels:
            help = "give each prepared column a name of its own"
            raise broken(Place(file, body_line(text)), f"column `{name}` is prepared twice", help)
        shape, level = _shape(_parse_one(sql, dialect, file, text), levels, file, text, sql)
        levels[name] = level + 1
        columns.append((name, level + 1, shape))
    tree = _parse_one(rendered.sql, dialect, file, text)
    if window := tree.find(exp.Window):
        help = "set it as a column: {% set n | column('n') %}…{% endset %}"
        message = f"the body holds a window, `{window.sql(dialect)}`"
        raise broken(Place(file, body_line(text)), message, help)
    shape, _ = _shape(tree, levels, file, text, rendered.sql)
    return Body(shape, tuple(columns))


def _shape(
    tree: exp.Expr, levels: Mapping[str, int], file: str, text: str, sql: str
) -> tuple[_Shape | _Slot, int]:
    """The shape of `tree` and the highest level among the prepared columns it uses."""
    highest = 0

    def slot(node: exp.Column) -> _Slot:
        nonlocal highest
        match = _MARK.fullmatch(node.name)
        if match is None or len(node.parts) > 1:
            help = "a body reads its variables alone; write a column as {{ x }}"
            place = Place(file, _line(text, node.name, 0))
            raise broken(place, f"the body names a column, `{node.sql()}`", help)
        name = match[1]
        if name.startswith(_COLUMN):
            highest = max(highest, levels.get(name.removeprefix(_COLUMN), 0))
        if name == "keys" and node.arg_key != "partition_by":
            help = "write OVER (PARTITION BY {{ keys }})"
            place = Place(file, _line(text, sql, 0))
            raise broken(place, "`keys` stands outside PARTITION BY", help)
        return _Slot(name, _is_tight(node))

    def walk(node: exp.Expr) -> _Shape | _Slot:
        if isinstance(node, exp.Column):
            return slot(node)
        constants, children, lists = [], [], []
        for key, value in node.args.items():
            if isinstance(value, exp.Expr):
                children.append((key, walk(value)))
            elif isinstance(value, list):
                items = (walk(item) if isinstance(item, exp.Expr) else item for item in value)
                lists.append((key, tuple(items)))
            elif value is not None:
                constants.append((key, value))
        return _Shape(type(node), tuple(constants), tuple(children), tuple(lists))

    return walk(tree), highest


# --- build --------------------------------------------------------------------------------------

Fill = Callable[[], exp.Expr]


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
    shape: _Shape | _Slot, values: Mapping[str, exp.Expr], keys: Sequence[exp.Expr]
) -> exp.Expr:
    """A new tree of `shape` with copies of `values` in its slots and `keys` in PARTITION BY."""
    if type(shape) is _Slot:
        value = copy_tree(values[shape.name])
        return exp.Paren(this=value) if shape.tight and not isinstance(value, _ATOMS) else value
    assert type(shape) is _Shape
    args: dict[str, Any] = dict(shape.constants)
    for key, child in shape.children:
        args[key] = build(child, values, keys)
    for key, items in shape.lists:
        built: list[object] = []
        for item in items:
            if type(item) is _Slot and item.name == "keys":
                built.extend(copy_tree(node) for node in keys)
            elif type(item) is _Slot or type(item) is _Shape:
                built.append(build(item, values, keys))
            else:
                built.append(item)
        args[key] = built
    return shape.cls(**args)
