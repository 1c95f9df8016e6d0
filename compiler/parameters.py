"""Parameters: what `{{ … }}` in SQL, in `params` and in a source's `table` stands for.

A name is looked up in this order: values given on the command line, the node's own `params`, the
run (`run_id`, `run_date`, …), the functions (`today(-7)`, …), the environment (`env:VAR`), the
common configuration (`rules.x`) and the project's variables. The values come from the caller, so
the compiler has no clock. What is found is put into the text as it is; the text is parsed after.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import SqlText
from seeknal.compiler.parameters_values import (
    CALL,
    EXPRESSION,
    NAME,
    Context,
    Evaluator,
    NoValueError,
    Ref,
    Scope,
    in_sql,
    run_params,
)
from seeknal.compiler.records import dataclass

__all__ = [
    "Context",
    "Ref",
    "Rendered",
    "Scope",
    "needs_jinja",
    "render_params",
    "render_sql",
    "run_params",
]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text with its parameters put in, and the way back to the spec.

    `segments` are (offset in `text`, offset in the spec's text, length there or 0): from each
    offset on, the text is either the spec's own (length 0) or stands for `length` characters of it.
    """

    text: str
    source: SqlText
    segments: tuple[tuple[int, int, int], ...] = ((0, 0, 0),)

    def place(self, offset: int, length: int = 1) -> Place:
        """Where character `offset` of `text` comes from; a parameter is pointed at as a whole."""
        index = max(bisect_right(self.segments, offset, key=lambda part: part[0]) - 1, 0)
        start, origin, whole = self.segments[index]
        if whole:
            return self.source.place(origin, whole)
        return self.source.place(origin + offset - start, length)


def render_sql(sql: SqlText, scope: Scope, ref: Ref | None, findings: Findings) -> Rendered | None:
    """`sql` with its parameters put in; None, and findings, where one has no value.

    A text with Jinja's own syntax (`{%`, `{#`, filters) is rendered by Jinja in a sandbox, and its
    places are those of whole lines. `ref` is None where a relation cannot stand, as in a path.
    """
    if "{{" not in sql.value and "{%" not in sql.value and "{#" not in sql.value:
        return Rendered(sql.value, sql)
    evaluator = Evaluator(scope, ref)
    if needs_jinja(sql.value):
        from seeknal.compiler.parameters_jinja import render_jinja

        return render_jinja(sql, evaluator, findings)
    return _substituted(sql, evaluator, findings)


def render_params(scope: Scope, findings: Findings) -> dict[str, object]:
    """The node's `params` with their parameters put in, texts made numbers and booleans.

    A value given on the command line replaces the node's. Findings point at the values.
    """
    evaluator = Evaluator(scope, None)
    rendered: dict[str, object] = {}
    for name in scope.params:
        try:
            rendered[name] = evaluator.named(name)
        except NoValueError as error:
            error.report(findings, scope.param_places.get(name))
    return rendered


def needs_jinja(text: str) -> bool:
    """True where `text` has Jinja that is more than the forms of this module."""
    if "{%" in text or "{#" in text:
        return True
    return any(
        not (body.startswith("env:") or NAME.match(body) or CALL.match(body))
        for match in EXPRESSION.finditer(text)
        if (body := match[1].strip())
    )


def _substituted(sql: SqlText, evaluator: Evaluator, findings: Findings) -> Rendered | None:
    """`sql` with each `{{ }}` replaced; None, and findings, where one has no value."""
    parts: list[str] = []
    segments: list[tuple[int, int, int]] = []
    length = end = 0
    sound = True
    for match in EXPRESSION.finditer(sql.value):
        segments.append((length, end, 0))
        parts.append(sql.value[end : match.start()])
        length += match.start() - end
        end = match.end()
        place = _inside(sql, match)
        try:
            shown = in_sql(evaluator.value(match[1].strip(), place))
        except NoValueError as error:
            error.report(findings, place)
            sound = False
            continue
        segments.append((length, match.start(), end - match.start()))
        parts.append(shown)
        length += len(shown)
    segments.append((length, end, 0))
    parts.append(sql.value[end:])
    return Rendered("".join(parts), sql, tuple(segments)) if sound else None


def _inside(sql: SqlText, match: re.Match[str]) -> Place:
    """The place of what is inside the braces."""
    body = match[1]
    offset = match.start(1) + len(body) - len(body.lstrip())
    return sql.place(offset, max(len(body.strip()), 1))
