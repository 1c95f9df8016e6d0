"""What an expression between `{{` and `}}` stands for: names, functions, the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, timedelta
from typing import Any

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import SqlText
from seeknal.compiler.records import dataclass
from seeknal.compiler.suggest import suggest

Ref = Callable[[str, Place], str | None]
"""Turns a node's id into the name of its relation; None, and a finding of its own, if it cannot."""

EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
FUNCTIONS = ("today", "yesterday", "month_start", "year_start", "var", "ref")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$")
CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\((.*)\)$", re.DOTALL)

_ARGUMENT = re.compile(r"\s*(?:(-?[0-9]+(?:\.[0-9]+)?)|'([^']*)'|\"([^\"]*)\")\s*(,|$)")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+$")
_FORMS = (
    "there are names, `today(-7)`, `month_start(-1)`, `year_start`, `env:VAR|default`, "
    "`var('x')` and `ref('kind.name')`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What parameters may refer to, the node's own aside. All days are UTC.

    `overrides` come from the command line, `variables` from the project file, and `common` from
    `seeknal/common/`, keyed as they are written: `events.idCol`, `rules.valid`, `transforms.net`.
    """

    run_date: date
    run_id: str
    project_id: str = ""
    workspace_path: str = ""
    overrides: Mapping[str, object] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)
    common: Mapping[str, SqlText] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that one node sees: those of the context and its own `params`."""

    context: Context
    params: Mapping[str, object] = field(default_factory=dict)
    param_places: Mapping[str, Place] = field(default_factory=dict)

    def names(self) -> list[str]:
        """All names that can stand in `{{ }}`, to suggest from."""
        context = self.context
        return [
            *context.overrides,
            *self.params,
            *_run_values(context),
            *FUNCTIONS[:4],
            *context.common,
            *context.variables,
        ]


class NoValueError(Exception):
    """An expression that has no value; carries what to say."""

    def __init__(self, code: str, message: str, help: str | None) -> None:
        """Say `message` under `code`; an empty code says that it is reported already."""
        super().__init__(message)
        self.code = code
        self.help = help

    def report(self, findings: Findings, place: Place | None) -> None:
        """Add the error at `place`, unless it is reported already."""
        if self.code:
            findings.error(self.code, str(self), place, self.help)


class Evaluator:
    """Finds the values of expressions in one scope."""

    def __init__(self, scope: Scope, ref: Ref | None) -> None:
        """Take names from `scope` and relations from `ref`, where they can stand."""
        self.scope = scope
        self.ref = ref
        self.open: list[str] = []

    def value(self, expression: str, place: Place) -> object:
        """The value of what stands between `{{` and `}}`."""
        if expression.startswith("env:"):
            return self.environment(expression[4:])
        if NAME.match(expression):
            return self.named(expression)
        call = CALL.match(expression)
        if call is None:
            raise NoValueError("bad-parameter", f"`{expression}` is not a parameter", _FORMS)
        return self.called(call[1], _arguments(call[2], expression), place)

    def named(self, name: str) -> object:
        """The value of a name, by the order of precedence."""
        context = self.scope.context
        if name in context.overrides:
            return convert(context.overrides[name])
        if name in self.scope.params and f"params.{name}" not in self.open:
            return self.nested(f"params.{name}", self.scope.params[name])
        run = _run_values(context)
        if name in run:
            return run[name]
        if name in FUNCTIONS[:4]:
            return self.called(name, [], None)
        if name in context.common:
            return self.common(name)
        if name in context.variables:
            return context.variables[name]
        raise NoValueError(
            "unknown-parameter",
            f"there is no parameter `{name}`",
            suggest(name, self.scope.names(), "parameters"),
        )

    def nested(self, key: str, value: object) -> object:
        """A value of `params`, its own parameters put in."""
        self.open.append(key)
        try:
            return self.filled(value)
        finally:
            self.open.pop()

    def filled(self, value: object) -> object:
        """`value` with the parameters of its texts put in."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = EXPRESSION.fullmatch(value.strip())
        if whole and "{{" not in whole[1]:
            return convert(self.value(whole[1].strip(), Place("")))
        return convert(self.inner(value))

    def inner(self, text: str) -> str:
        """`text` with each `{{ }}` replaced; raises where one has no value."""
        return EXPRESSION.sub(lambda match: in_sql(self.value(match[1].strip(), Place(""))), text)

    def common(self, name: str) -> str:
        """An entry of the common configuration, its own parameters put in."""
        if name in self.open:
            chain = " -> ".join(f"`{key}`" for key in [*self.open[self.open.index(name) :], name])
            raise NoValueError(
                "parameter-cycle",
                f"the common entry `{name}` is made of itself: {chain}",
                "take one of them out of the circle",
            )
        self.open.append(name)
        try:
            return self.inner(self.scope.context.common[name].value)
        except NoValueError as error:
            if error.code == "parameter-cycle":
                raise
            entry = self.scope.context.common[name]
            raise NoValueError(
                error.code, f"{error} (in the common entry `{name}`, {entry.file})", error.help
            ) from error
        finally:
            self.open.pop()

    def environment(self, expression: str) -> str:
        """The value of `VAR` or `VAR|default`."""
        name, bar, default = expression.partition("|")
        value = self.scope.context.environ.get(name.strip())
        if value is not None:
            return value
        if bar:
            return default.strip()
        raise NoValueError(
            "unknown-parameter",
            f"the environment variable `{name.strip()}` is not set",
            f"set it, or give a default, as `env:{name.strip()}|default`",
        )

    def called(self, name: str, arguments: list[Any], place: Place | None) -> object:
        """The value of a function."""
        today = self.anchor()
        match name, arguments:
            case "today", []:
                return self.scope.context.overrides.get("today", today.isoformat())
            case "today", [int(days)]:
                return _shifted(lambda: today + timedelta(days=days))
            case "yesterday", []:
                return _shifted(lambda: today - timedelta(days=1))
            case "month_start", [] | [int()]:
                months = today.year * 12 + today.month - 1 + sum(arguments)
                return _shifted(lambda: date(months // 12, months % 12 + 1, 1))
            case "year_start", [] | [int()]:
                return _shifted(lambda: date(today.year + sum(arguments), 1, 1))
            case "var", [str(key)] | [str(key), _]:
                return self.variable(key, arguments[1:])
            case "ref", [str(key)]:
                return self.relation(key, place)
        if name in FUNCTIONS:
            raise NoValueError("bad-parameter", f"`{name}` does not take these arguments", _FORMS)
        raise NoValueError(
            "unknown-parameter",
            f"there is no function `{name}`",
            suggest(name, FUNCTIONS, "functions"),
        )

    def anchor(self) -> date:
        """The day that the date functions count from: `date` of the command line, or the run's."""
        given = self.scope.context.overrides.get("date")
        if given is None:
            return self.scope.context.run_date
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            raise NoValueError(
                "bad-parameter",
                f"the parameter `date` is `{given}`, not a date",
                "write YYYY-MM-DD",
            ) from None

    def variable(self, key: str, default: list[object]) -> object:
        """`var('key')`, from the command line or the project file."""
        context = self.scope.context
        for values in (context.overrides, context.variables):
            if key in values:
                return convert(values[key])
        if default:
            return default[0]
        raise NoValueError(
            "unknown-parameter",
            f"there is no variable `{key}`",
            suggest(key, context.variables, "variables")
            or "add it to `vars` of seeknal_project.yml, or give a default: `var('x', 1)`",
        )

    def relation(self, key: str, place: Place | None) -> str:
        """`ref('kind.name')`: the name of the node's relation."""
        if self.ref is None or place is None:
            raise NoValueError("bad-parameter", "a relation cannot stand here", None)
        relation = self.ref(key, place)
        if relation is None:
            raise NoValueError("", f"`{key}` has no relation", None)
        return relation


def convert(value: object) -> object:
    """A text that spells a boolean or a number as that; anything else as it is.

    >>> [convert(text) for text in ("true", "12", "0.5", "007", "x")]
    [True, 12, 0.5, '007', 'x']
    """
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    if _INTEGER.match(value):
        return int(value)
    return float(value) if _FLOAT.match(value) else value


def in_sql(value: object) -> str:
    """How a value stands in SQL text: a text as it is, lists and NULL as SQL writes them.

    >>> in_sql("net_amount"), in_sql(True), in_sql(["a", 1]), in_sql(None)
    ('net_amount', 'true', "['a', 1]", 'NULL')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return str(value)


def _literal(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return in_sql(value)


def run_params(context: Context) -> dict[str, object]:
    """The values that do not belong to one node: of the project, the run and the command line."""
    given = {name: convert(value) for name, value in context.overrides.items()}
    return {**context.variables, **_run_values(context), **given}


def _run_values(context: Context) -> dict[str, object]:
    """The names that the run gives."""
    return {
        "run_id": context.run_id,
        "run_date": context.run_date.isoformat(),
        "date": context.run_date.isoformat(),
        "project_id": context.project_id,
        "workspace_path": context.workspace_path,
    }


def _arguments(text: str, expression: str) -> list[int | float | str]:
    """The numbers and quoted texts between the parentheses of a call."""
    arguments: list[int | float | str] = []
    at = 0
    while text[at:].strip():
        match = _ARGUMENT.match(text, at)
        if match is None:
            raise NoValueError(
                "bad-parameter",
                f"`{expression}` has an argument that is neither a number nor a quoted text",
                _FORMS,
            )
        number, single, double, _ = match.groups()
        if number is not None:
            arguments.append(float(number) if "." in number else int(number))
        else:
            arguments.append(single if single is not None else double)
        at = match.end()
    return arguments


def _shifted(compute: Callable[[], date]) -> str:
    """The date that `compute` gives, in ISO form; an error outside the years 1 to 9999."""
    try:
        return compute().isoformat()
    except (ValueError, OverflowError):
        raise NoValueError(
            "bad-parameter", "the date lies outside the years 1 to 9999", None
        ) from None
