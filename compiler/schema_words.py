"""The words for what is wrong with plain data: failures of a JSON Schema become findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from seeknal.compiler.document import Step, YamlFile
from seeknal.compiler.durations import (
    duration_complaint,
    time_window_complaint,
    ttl_complaint,
    window_length_complaint,
)
from seeknal.compiler.findings import Finding, Severity
from seeknal.compiler.records import dataclass
from seeknal.compiler.suggest import closest, suggest
from seeknal.compiler.windows import Complaint, day_counts_complaint, day_window_complaint

CHECKS: Mapping[str, Callable[[Any], Complaint | None]] = {
    "day-window": day_window_complaint,
    "day-counts": day_counts_complaint,
    "duration": duration_complaint,
    "ttl": ttl_complaint,
    "time-window": time_window_complaint,
    "window-length": window_length_complaint,
}
_CHECK_CODES = {"duration": "bad-duration", "ttl": "bad-ttl"}
_CHECK_CODE = "bad-window"
_NEEDS_QUOTES = " {}[],#:*&!|>%@`'\""
_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """A keyword of a schema that a value does not fit.

    `path` leads to the value, `schema` holds the keyword, `argument` is what the schema gives it.
    `branches` are the failures below an `anyOf`, each with the index of its branch; `is_key` says
    that the value is a key of the mapping at `path`.
    """

    keyword: str
    argument: Any
    value: Any
    schema: Mapping[str, Any]
    path: tuple[Step, ...]
    is_key: bool = False
    branches: tuple[tuple[int, Failure], ...] = ()


class Explainer:
    """Turns the failures of one document into findings."""

    def __init__(self, document: YamlFile, schema: Mapping[str, Any]) -> None:
        """Explain failures of `document` against `schema`."""
        self.document = document
        self.kind: str = document.data.get("kind") or "file"
        self.schema = schema
        self.meant: dict[tuple[Step, ...], set[str]] = {}

    def explain(self, failures: Iterable[Failure]) -> Iterator[tuple[tuple[Step, ...], Finding]]:
        """The findings of `failures` and their paths, without the noise that one mistake makes."""
        leaves = [leaf for failure in failures for leaf in _leaves(failure)]
        checked = [leaf.path for leaf in leaves if leaf.keyword == "x-check"]
        kept = [
            leaf
            for leaf in leaves
            if leaf.keyword == "x-check"
            or not any(leaf.path[: len(path)] == path for path in checked)
        ]
        # Misspelt keys come first: a key that was meant is not missing as well.
        kept.sort(key=lambda leaf: leaf.keyword != "additionalProperties")
        for leaf in kept:
            for finding in self.finding(leaf):
                yield leaf.path, finding

    def finding(self, failure: Failure) -> Iterator[Finding]:
        """The findings of one leaf."""
        path = failure.path
        told = _told(failure)
        match failure.keyword:
            case "additionalProperties":
                yield from self.unknown_keys(failure)
            case _ if told:
                if not self.meant.get(path, set()) & set(told.get("keys", ())):
                    yield self.told_finding(failure, told)
            case "required":
                yield from self.missing_keys(failure)
            case "x-check":
                complaint = CHECKS[failure.argument](failure.value)
                assert complaint is not None
                code = _CHECK_CODES.get(failure.argument, _CHECK_CODE)
                yield Finding(code, complaint[0], self.document.place(*path), complaint[1])
            case "enum" | "const":
                yield self.wrong_value(failure)
            case "type" | "anyOf":
                yield self.wrong_type(failure)
            case "minimum":
                yield self.out_of_range(failure, f"is below {failure.argument}")
            case "maxItems":
                yield self.out_of_range(failure, f"has more than {failure.argument} entries")
            case "minLength" | "minItems" | "minProperties":
                yield self.out_of_range(failure, "is empty")
            case keyword:
                raise AssertionError(f"no words for {keyword} at {path}")

    def told_finding(self, failure: Failure, told: Mapping[str, Any]) -> Finding:
        """The finding that the schema words itself."""
        path = failure.path
        if "at" in told:
            place = self.document.place(*path, told["at"], key=True)
        elif failure.is_key:
            place = self.document.place(*path, failure.value, key=True)
        else:
            place = self.document.place(*path, key=not isinstance(failure.value, str))
        message = _fill(told["message"], failure.value, self.named(path))
        return Finding(told["code"], message, place, told["help"])

    def unknown_keys(self, failure: Failure) -> Iterator[Finding]:
        """One finding for each key that the mapping does not have."""
        path = failure.path
        known = failure.schema.get("properties", {})
        offered = [name for name, member in known.items() if not member.get("deprecated")]
        lenient = failure.schema.get("x-unknown") == "warning"
        where = self.named(path) if path else _with_article(self.kind)
        for key in failure.value:
            if key in known:
                continue
            near = closest(key, (name for name in offered if name not in failure.value))
            if near:
                self.meant.setdefault(path, set()).add(near)
            help = f"did you mean `{near}`?" if near else suggest(key, offered, "keys here")
            if failure.value[key] is None and key.count(")") > key.count("("):
                help = "a comma ends a value here: put quotes around one that holds a comma"
            yield Finding(
                "unknown-key",
                f"`{key}` is not a key of {where}",
                self.document.place(*path, key, key=True),
                help,
                severity=Severity.WARNING if lenient else Severity.ERROR,
            )

    def missing_keys(self, failure: Failure) -> Iterator[Finding]:
        """One finding for each key that the mapping lacks and does not misspell."""
        path = failure.path
        where = self.named(path) if path else f"this {self.kind}"
        for key in failure.argument:
            if key in failure.value or key in self.meant.get(path, ()):
                continue
            described = self.schema_at((*path, key)).get("description")
            yield Finding(
                "missing-key",
                f"{where} has no `{key}`",
                self.document.place(*path, key=True),
                f"`{key}`: {_sentence(described)}" if described else f"add `{key}`",
            )

    def wrong_value(self, failure: Failure) -> Finding:
        """A value that is none of those listed."""
        value = failure.value
        place = self.document.place(*failure.path)
        named = self.named(failure.path)
        unsupported = failure.schema.get("x-unsupported")
        if unsupported and value in unsupported["values"]:
            message = _fill(unsupported["message"], value, named)
            return Finding("unsupported", message, place, unsupported["help"])
        choices = failure.argument if failure.keyword == "enum" else [failure.argument]
        words = ["null" if choice is None else str(choice) for choice in choices]
        return Finding(
            "wrong-value",
            f"{named} cannot be {_shown(value)}",
            place,
            suggest(str(value), words, "values"),
        )

    def wrong_type(self, failure: Failure) -> Finding:
        """A value of another type than those that can stand there."""
        wanted = [name for name in dict.fromkeys(_types(failure)) if name != "null"]
        return Finding(
            "wrong-type",
            f"{self.named(failure.path)} is {_shown(failure.value)} where "
            f"{' or '.join(_WORDS[name] for name in wanted)} is expected",
            self.document.place(*failure.path),
            self.example(failure),
        )

    def out_of_range(self, failure: Failure, what: str) -> Finding:
        """A value of the right type that is too small, too long or empty."""
        return Finding(
            "wrong-value",
            f"{self.named(failure.path)} {what}",
            self.document.place(*failure.path),
            self.example(failure),
        )

    def example(self, failure: Failure) -> str | None:
        """A help line with the schema's own example of the value."""
        path = failure.path
        examples = failure.schema.get("examples") or self.schema_at(path).get("examples")
        if not examples:
            return None
        shown = _flow(examples[0])
        key = path[-1] if path else None
        return f"for example `{key}: {shown}`" if isinstance(key, str) else f"for example `{shown}`"

    def schema_at(self, path: tuple[Step, ...]) -> Mapping[str, Any]:
        """The schema of the value at `path`, through the branches that hold such a step."""
        schemas = self.branches(self.schema)
        for step in path:
            below: list[Mapping[str, Any]] = []
            for schema in schemas:
                member: Any = schema.get("items")
                if isinstance(step, str):
                    member = schema.get("properties", {}).get(step)
                    member = member or schema.get("additionalProperties")
                below += self.branches(member)
            schemas = below
        noted = (schema for schema in schemas if "description" in schema or "examples" in schema)
        return next(noted, {})

    def branches(self, schema: Any) -> list[Mapping[str, Any]]:
        """`schema` with what it refers to put below its own keywords, then its branches."""
        if not isinstance(schema, Mapping):
            return []
        if "$ref" in schema:
            node: Any = self.schema
            for step in schema["$ref"].removeprefix("#/").split("/"):
                node = node[step]
            schema = {**node, **{key: value for key, value in schema.items() if key != "$ref"}}
            if "$ref" in node:
                schema["$ref"] = node["$ref"]
                return self.branches(schema)
        inner = [self.branches(branch) for branch in schema.get("anyOf", ())]
        return [schema, *(branch for group in inner for branch in group)]

    def named(self, path: tuple[Step, ...]) -> str:
        """The value at `path` in words: `tags`, `features.amount`, item 2 of `tags`.

        An entry of a list that has a name is called by it.
        """
        owner, rest = "", path
        for index in range(len(path), 0, -1):
            name = self.document.get(*path[:index], "name")
            if isinstance(path[index - 1], int) and isinstance(name, str):
                owner, rest = f"`{name}`", path[index:]
                break
        keys = ".".join(step for step in rest if isinstance(step, str))
        words = " of ".join(part for part in (f"`{keys}`" if keys else "", owner) if part)
        if rest and isinstance(rest[-1], int):
            return f"item {rest[-1] + 1} of {words}"
        return words or "the file"


def _leaves(failure: Failure) -> list[Failure]:
    """The failures to report: of an `anyOf`, those of the branch that was meant."""
    if failure.keyword != "anyOf" or not failure.branches or _told(failure):
        return [failure]
    branches: dict[int, list[Failure]] = {}
    for index, part in failure.branches:
        branches.setdefault(index, []).append(part)
    fitting = [
        parts
        for parts in branches.values()
        if not any(_is_other_type(part, failure.path) for part in parts)
    ]
    if not fitting:
        return [failure]
    best = min(fitting, key=lambda parts: (len(parts), -max(len(p.path) for p in parts)))
    return [leaf for part in best for leaf in _leaves(part)]


def _is_other_type(failure: Failure, path: tuple[Step, ...]) -> bool:
    """True where a branch is for values of another type altogether."""
    if failure.path != path:
        return False
    if failure.keyword == "anyOf":
        return all(_is_other_type(part, path) for _, part in failure.branches)
    return failure.keyword == "type"


def _types(failure: Failure) -> Iterator[str]:
    """The types that would fit where the failure is, through all branches."""
    if failure.keyword == "type":
        yield from [failure.argument] if isinstance(failure.argument, str) else failure.argument
    for _, part in failure.branches:
        if part.path == failure.path:
            yield from _types(part)


def _told(failure: Failure) -> Mapping[str, Any] | None:
    """What the schema itself says of the keyword that failed."""
    told: Mapping[str, Any] | None = failure.schema.get("x-error", {}).get(failure.keyword)
    return told


def _fill(template: str, value: Any, named: str) -> str:
    return template.replace("{value}", str(value)).replace("{key}", named)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _flow(value: Any) -> str:
    """`value` in YAML's flow style, as short as it reads."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str) and value and value == value.strip(_NEEDS_QUOTES):
        return value
    return json.dumps(value, ensure_ascii=False)


def _sentence(text: str) -> str:
    """The first sentence of a description, begun in lower case unless code begins it."""
    first = text.split(". ")[0].rstrip(".")
    return first[:1].lower() + first[1:]


def _with_article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"
