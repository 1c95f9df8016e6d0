"""Checking plain data against the JSON Schema of its kind, and saying in words what is wrong.

The schemas in `schemas/` are the published ones that editors use. Keywords beginning with `x-` are
ours, and editors pass over them:

* `x-error`: keyword -> {code, message, help}: what to say where that keyword fails. `{value}` and
  `{key}` are filled in. `at` names the key to point at; `keys` those whose misspelling explains it.
* `x-check`: a function of CHECKS that has the word on the value instead of the other keywords.
* `x-unknown: warning`: keys that are not listed are a warning, for parts that nothing uses yet.
* `x-unsupported`: {values, message, help}: values that mean something, but not to this version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from seeknal.compiler.document import Step, YamlFile
from seeknal.compiler.findings import Findings, Severity
from seeknal.compiler.schema_accept import Check, compile_schema
from seeknal.compiler.schema_words import CHECKS, Explainer, Failure
from seeknal.compiler.windows import Complaint

if TYPE_CHECKING:
    from jsonschema import ValidationError


@cache
def load_schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema `schemas/<name>.json`, with the parts it shares with others put in."""
    folder = files("seeknal.compiler").joinpath("schemas")
    text = folder.joinpath(f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text.replace("common.json#/$defs/", "#/$defs/"))
    if name != "common":
        shared = load_schema("common")["$defs"]
        schema["$defs"] = {**shared, **schema.get("$defs", {})}
    return schema


def check_schema(document: YamlFile, name: str, findings: Findings) -> bool:
    """True where the document fits the schema `name`; else findings say what does not.

    A document with warnings alone fits.
    """
    return not misfits(document, name, findings)


def misfits(document: YamlFile, name: str, findings: Findings) -> list[tuple[Step, ...]]:
    """The paths of the values that do not fit the schema `name`; findings say why."""
    if _acceptor(name)(document.data):
        return []
    failures = [_failure(error) for error in _errors(name, document.data)]
    explained = list(Explainer(document, load_schema(name)).explain(failures))
    findings.items += dict.fromkeys(finding for _, finding in explained)
    return [path for path, finding in explained if finding.severity is Severity.ERROR]


@cache
def _acceptor(name: str) -> Check:
    schema = load_schema(name)
    checks = {key: _passes(check) for key, check in CHECKS.items()}
    return compile_schema(schema, schema, checks)


def _passes(check: Callable[[Any], Complaint | None]) -> Check:
    return lambda value: check(value) is None


def _errors(name: str, data: Any) -> Iterator[ValidationError]:
    """What `jsonschema` says of `data`, with `x-check` as a keyword."""
    from jsonschema import Draft202012Validator, ValidationError, validators

    def run_check(_: Any, check: str, value: Any, schema: Any) -> Iterator[ValidationError]:
        if CHECKS[check](value):
            yield ValidationError(check)

    extend: Callable[..., Any] = validators.extend
    validator = extend(Draft202012Validator, {"x-check": run_check})(load_schema(name))
    found: Iterator[ValidationError] = validator.iter_errors(data)
    return found


def _failure(error: Any) -> Failure:
    """An error of `jsonschema` as the explainer takes it."""
    return Failure(
        keyword=error.validator,
        argument=error.validator_value,
        value=error.instance,
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        path=tuple(error.absolute_path),
        is_key="propertyNames" in error.absolute_schema_path,
        branches=tuple((part.schema_path[0], _failure(part)) for part in error.context or ()),
    )
