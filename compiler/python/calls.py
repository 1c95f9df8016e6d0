"""What a function says of the run: the nodes, entities and parameters that it reads by name.

Only names that are written out are known: `ctx.ref("source.orders")` is an edge, `ctx.ref(name)`
is not, and the run lets the function read only what is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from seeknal.compiler.kinds.spec import Text
from seeknal.compiler.python.literals import Source
from seeknal.compiler.records import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
_CONTEXT = "ctx"


@dataclass(frozen=True, slots=True)
class Calls:
    """`reads` are ids of nodes; `parameters` is None where any may be read."""

    reads: tuple[Text, ...]
    entities: tuple[Text, ...]
    parameters: tuple[str, ...] | None


def calls_of(function: Function, helpers: Mapping[str, Function], source: Source) -> Calls:
    """What `function`, and those of the module's `helpers` that it calls, ask of their context."""
    reads: dict[str, Text] = {}
    entities: dict[str, Text] = {}
    parameters: dict[str, None] = {}
    known = True
    for part in _reached(function, helpers):
        for call in _method_calls(part):
            asked = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if asked == "ref":
                _add(reads, call.args[:1] + _keyword(call, "node", "name"), source)
            elif asked == "entity":
                _add(entities, call.args[:1] + _keyword(call, "entity_name"), source)
            elif asked == "features":
                _add(entities, call.args[:1] + _keyword(call, "entity_name"), source)
                for name, value in _features(call):
                    group, dot, _ = name.partition(".")
                    id = f"feature_group.{group}"
                    if dot:
                        reads.setdefault(id, Text(id, source.place(value)))
            elif asked == "get_param":
                known = _name_parameters(parameters, call.args[:1]) and known
        known = _read_parameters(part, parameters) and known
    return Calls(
        tuple(reads.values()), tuple(entities.values()), tuple(parameters) if known else None
    )


def contexts(function: Function) -> frozenset[str]:
    """The names that stand for the context: the first parameter, and `ctx`."""
    first = [*function.args.posonlyargs, *function.args.args][:1]
    return frozenset({_CONTEXT, *(argument.arg for argument in first)})


def _reached(function: Function, helpers: Mapping[str, Function]) -> list[Function]:
    found = {function.name: function}
    waiting = [function]
    while waiting:
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Name) and node.id in helpers and node.id not in found:
                found[node.id] = helpers[node.id]
                waiting.append(helpers[node.id])
    return list(found.values())


def _method_calls(function: Function) -> Iterator[ast.Call]:
    names = contexts(function)
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in names
        ):
            yield node


def _keyword(call: ast.Call, *names: str) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords if keyword.arg in names]


def _add(found: dict[str, Text], values: list[ast.expr], source: Source) -> None:
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            found.setdefault(value.value, Text(value.value, source.place(value)))


def _features(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    for value in call.args[1:2] + _keyword(call, "feature_list"):
        for item in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value, item


def _name_parameters(parameters: dict[str, None], values: list[ast.expr]) -> bool:
    """Note the key of a parameter; False where it is not written out."""
    value = values[0] if values else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        parameters[value.value] = None
        return True
    return False


def _read_parameters(function: Function, parameters: dict[str, None]) -> bool:
    """Note the keys of `ctx.params[…]` and `ctx.params.get(…)`; False where it goes elsewhere."""
    names = contexts(function)
    keyed: set[int] = set()
    known = True
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="params") as of, slice=key):
                keyed.add(id(of))
                known = _name_parameters(parameters, [key]) and known
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="params") as of, attr="get"), args=args
            ):
                keyed.add(id(of))
                known = _name_parameters(parameters, args) and known
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "params"
            and isinstance(node.value, ast.Name)
            and node.value.id in names
            and id(node) not in keyed
        ):
            return False
    return known
