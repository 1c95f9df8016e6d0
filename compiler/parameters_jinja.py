"""SQL with Jinja's own syntax: rendered in a sandbox, each line traced back to the spec's line.

A marker is put before the text of every line and taken out of the result, so a line of the result
is known to come from a line of the spec, through loops and conditions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import jinja2
import jinja2.meta
import jinja2.sandbox

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import SqlText
from seeknal.compiler.parameters import Rendered
from seeknal.compiler.parameters_values import (
    EXPRESSION,
    FUNCTIONS,
    Evaluator,
    NoValueError,
    in_sql,
)
from seeknal.compiler.suggest import suggest

_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_MARK = re.compile("\x02([0-9]+)\x03")
_UNDEFINED = re.compile(r"'([^']*)' is undefined$")


def render_jinja(sql: SqlText, evaluator: Evaluator, findings: Findings) -> Rendered | None:
    """`sql` rendered by Jinja; None, and findings, where that fails."""
    environment = jinja2.sandbox.SandboxedEnvironment(
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True, finalize=in_sql
    )
    environment.filters.pop("random")
    environment.globals.pop("lipsum")
    try:
        source = EXPRESSION.sub(lambda match: _environment_value(match, evaluator), sql.value)
        names = jinja2.meta.find_undeclared_variables(environment.parse(source))
        scope = {name: value for name in sorted(names) for value in _values(name, sql, evaluator)}
        text = environment.from_string(_marked(source)).render(scope)
    except NoValueError as error:
        error.report(findings, _line(sql, error))
        return None
    except jinja2.TemplateSyntaxError as error:
        place = _line_place(sql, error.lineno)
        findings.error("bad-template", f"the template is not Jinja: {error.message}", place)
        return None
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        _report(error, sql, evaluator, findings)
        return None
    return _unmarked(text, sql)


def _report(error: Exception, sql: SqlText, evaluator: Evaluator, findings: Findings) -> None:
    """Add what went wrong while a template was rendered."""
    place = _line(sql, error)
    undefined = _UNDEFINED.search(str(error))
    if undefined and isinstance(error, jinja2.UndefinedError):
        name = undefined[1]
        findings.error(
            "unknown-parameter",
            f"there is no parameter `{name}`",
            place,
            suggest(name, evaluator.scope.names(), "parameters"),
        )
    else:
        findings.error("bad-template", f"the template fails: {error}", place)


def _values(name: str, sql: SqlText, evaluator: Evaluator) -> list[Any]:
    """The value of `name` as a list of one, or an empty list where it has none."""
    scope = evaluator.scope
    if name in FUNCTIONS and name not in scope.params and name not in scope.context.overrides:
        place = _line_place(sql, 1)
        call = partial(_called, evaluator, name, place)
        return [call if name in ("var", "ref") else _Day(str(call()), call)]
    prefix = name + "."
    try:
        return [evaluator.named(name)]
    except NoValueError as error:
        if error.code != "unknown-parameter":
            raise
    entries = any(key.startswith(prefix) for key in scope.context.common)
    return [_Entries(prefix, evaluator)] if entries else []


def _called(evaluator: Evaluator, name: str, place: Place, *arguments: Any) -> object:
    return evaluator.called(name, list(arguments), place)


class _Day(str):
    """A date function: a text by itself, and a function where it is called."""

    _call: Callable[..., object]

    def __new__(cls, text: str, call: Callable[..., object]) -> _Day:
        """The text `text` that gives `call(…)` where it is called."""
        day = super().__new__(cls, text)
        day._call = call
        return day

    def __call__(self, *arguments: Any) -> object:
        """The date for other arguments."""
        return self._call(*arguments)


class _Entries:
    """The common entries below one prefix, as attributes."""

    def __init__(self, prefix: str, evaluator: Evaluator) -> None:
        """Hold the entries that begin with `prefix`."""
        self._prefix = prefix
        self._evaluator = evaluator

    def __getattr__(self, name: str) -> object:
        """The entry `name`."""
        key = self._prefix + name
        if key not in self._evaluator.scope.context.common:
            raise AttributeError(name)
        return self._evaluator.common(key)


def _environment_value(match: re.Match[str], evaluator: Evaluator) -> str:
    """The value of an `env:` form, which is not Jinja; other expressions as they are."""
    body = match[1].strip()
    return evaluator.environment(body[4:]) if body.startswith("env:") else match[0]


def _marked(text: str) -> str:
    """`text` with a marker before the text of each line that does not begin inside a tag."""
    inside = [match.span() for match in _TAG.finditer(text)]
    parts: list[str] = []
    at = 0
    for number, line in enumerate(text.split("\n")):
        begin = at + len(line) - len(line.lstrip())
        starts_tag = text.startswith(("{%", "{#", "{{-"), begin)
        if line.strip() and not starts_tag and not any(a < begin < b for a, b in inside):
            parts.append(f"{line[: begin - at]}\x02{number}\x03{line[begin - at :]}")
        else:
            parts.append(line)
        at += len(line) + 1
    return "\n".join(parts)


def _unmarked(text: str, sql: SqlText) -> Rendered:
    """The rendered text without its markers, which become segments."""
    lines = sql.value.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    parts: list[str] = []
    segments = [_segment(0, 0, lines, starts)]
    length = end = 0
    for match in _MARK.finditer(text):
        parts.append(text[end : match.start()])
        length += match.start() - end
        end = match.end()
        segments.append(_segment(length, int(match[1]), lines, starts))
    parts.append(text[end:])
    return Rendered("".join(parts), sql, tuple(segments))


def _segment(offset: int, number: int, lines: list[str], starts: list[int]) -> tuple[int, int, int]:
    line = lines[number]
    indent = len(line) - len(line.lstrip())
    return offset, starts[number] + indent, max(len(line.strip()), 1)


def _line(sql: SqlText, error: Exception) -> Place:
    """The line of the template that raised `error`."""
    number = 1
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            number = trace.tb_lineno
        trace = trace.tb_next
    return _line_place(sql, number)


def _line_place(sql: SqlText, number: int) -> Place:
    """The place of line `number`, from 1, of the SQL."""
    lines = sql.value.split("\n")
    number = min(max(number, 1), len(lines))
    line = lines[number - 1]
    offset = sum(len(earlier) + 1 for earlier in lines[: number - 1])
    indent = len(line) - len(line.lstrip())
    return sql.place(offset + indent, max(len(line.strip()), 1))
