"""The fast yes: whether plain data fits a JSON Schema, without importing `jsonschema`.

Nearly every document is right, so the schemas are turned into closures that say yes or no in
microseconds; only a no is worth the import that explains it. The keywords are those that the
schemas of this package use, and an unknown one is refused when a schema is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], bool]
Schema = Mapping[str, Any] | bool

_TYPES: dict[str, Check] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
    "number": lambda value: type(value) in (int, float),
}
_NOTES = frozenset(
    ("$schema", "$defs", "title", "description", "examples", "deprecated", "x-error")
) | {"x-unknown", "x-unsupported"}
_TOGETHER = frozenset(("properties", "additionalProperties", "if", "then", "else"))


def compile_schema(schema: Schema, root: Mapping[str, Any], checks: Mapping[str, Check]) -> Check:
    """A function that is true for the data that fits `schema`.

    `root` is what `#/$defs/` references start from; `checks` are the functions that the keyword
    `x-check` names. Raises ValueError for a keyword that is not known here.
    """
    return _Compiler(root, checks).compile(schema)


class _Compiler:
    def __init__(self, root: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
        self.root = root
        self.checks = checks
        self.shared: dict[str, Check] = {}

    def compile(self, schema: Schema) -> Check:
        if isinstance(schema, bool):
            return lambda value: schema
        parts: list[Check] = []
        if "properties" in schema or "additionalProperties" in schema:
            parts.append(self.members(schema))
        if "if" in schema:
            parts.append(self.condition(schema))
        for keyword, argument in schema.items():
            if keyword not in _NOTES and keyword not in _TOGETHER:
                parts.append(self.keyword(keyword, argument))
        if len(parts) == 1:
            return parts[0]
        return lambda value: all(part(value) for part in parts)

    def keyword(self, keyword: str, argument: Any) -> Check:
        match keyword:
            case "type":
                kinds = [_TYPES[name] for name in _listed(argument)]
                return kinds[0] if len(kinds) == 1 else lambda v: any(kind(v) for kind in kinds)
            case "const":
                return lambda v: _same(v, argument)
            case "enum":
                return lambda v: any(_same(v, choice) for choice in argument)
            case "pattern":
                search = re.compile(argument).search
                return lambda v: not isinstance(v, str) or search(v) is not None
            case "minLength":
                return lambda v: not isinstance(v, str) or len(v) >= argument
            case "minimum":
                return lambda v: type(v) not in (int, float) or v >= argument
            case "minItems":
                return lambda v: not isinstance(v, list) or len(v) >= argument
            case "maxItems":
                return lambda v: not isinstance(v, list) or len(v) <= argument
            case "minProperties":
                return lambda v: not isinstance(v, dict) or len(v) >= argument
            case "required":
                return lambda v: not isinstance(v, dict) or all(key in v for key in argument)
            case "x-check":
                return self.checks[argument]
            case "items":
                item = self.compile(argument)
                return lambda v: not isinstance(v, list) or all(item(each) for each in v)
            case "propertyNames":
                name = self.compile(argument)
                return lambda v: not isinstance(v, dict) or all(name(key) for key in v)
            case "anyOf":
                branches = [self.compile(branch) for branch in argument]
                return lambda v: any(branch(v) for branch in branches)
            case "allOf":
                branches = [self.compile(branch) for branch in argument]
                return lambda v: all(branch(v) for branch in branches)
            case "not":
                inner = self.compile(argument)
                return lambda v: not inner(v)
            case "$ref":
                return self.reference(argument)
        raise ValueError(f"the keyword {keyword!r} is not known")

    def reference(self, target: str) -> Check:
        if target not in self.shared:
            node: Any = self.root
            for step in target.removeprefix("#/").split("/"):
                node = node[step]
            self.shared[target] = self.compile(node)
        return self.shared[target]

    def members(self, schema: Mapping[str, Any]) -> Check:
        known = {key: self.compile(value) for key, value in schema.get("properties", {}).items()}
        rest = self.compile(schema.get("additionalProperties", True))

        def fits(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            return all(known.get(key, rest)(member) for key, member in value.items())

        return fits

    def condition(self, schema: Mapping[str, Any]) -> Check:
        test = self.compile(schema["if"])
        then = self.compile(schema.get("then", True))
        otherwise = self.compile(schema.get("else", True))
        return lambda value: then(value) if test(value) else otherwise(value)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _same(value: Any, choice: Any) -> bool:
    """Equality as JSON has it: true is not 1."""
    return bool(value == choice) and isinstance(value, bool) == isinstance(choice, bool)
