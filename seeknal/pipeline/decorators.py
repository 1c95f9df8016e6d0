"""The decorators that make a function a node. What they are given is the node's spec.

They leave the function as it is, so that it can be called and tested like any other, and note it
in a registry. Keywords that are not named here are parameters: entries of `ctx.params`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Inputs = Sequence[str | Mapping[str, str]] | Mapping[str, str] | str | None


@dataclass(frozen=True, slots=True)
class RegisteredNode:
    """A decorated function: its node, and what the decorator was given."""

    kind: str
    name: str
    function: Callable[..., Any]
    spec: Mapping[str, Any]
    materializations: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def id(self) -> str:
        """The node's id, `<kind>.<name>`."""
        return f"{self.kind}.{self.name}"


_REGISTRY: dict[str, RegisteredNode] = {}
_TABLES = "__seeknal_materializations__"


def get_registered_nodes() -> dict[str, RegisteredNode]:
    """The nodes of all modules that were imported, by id."""
    return dict(_REGISTRY)


def clear_registry() -> None:
    """Forget all nodes."""
    _REGISTRY.clear()


def source(
    name: str | None = None,
    source: str = "csv",
    table: str = "",
    columns: Mapping[str, Any] | None = None,
    tags: Sequence[str] | None = None,
    materialization: Any = None,
    **params: Any,
) -> Callable[[Function], Function]:
    """Rows from a file. The function's body is never run: the spec says it all.

    `params` are the keys of a source's spec (`schema`, `on_bad_value`, …) and of its `params`
    (`delimiter`, `header`, …).
    """
    given: dict[str, Any] = {"source": source, "table": table, "columns": columns, "tags": tags}
    return _registers("source", name, {**given, "materialization": materialization, **params})


def transform(
    name: str | Function | None = None,
    sql: str | None = None,
    inputs: Inputs = None,
    tags: Sequence[str] | None = None,
    materialization: Any = None,
    *,
    description: str | None = None,
    owner: str | None = None,
    schema: Sequence[Mapping[str, str]] | None = None,
    timeout: str | None = None,
    output: bool = True,
    post_hooks: Sequence[Mapping[str, str]] | None = None,
    **params: Any,
) -> Any:
    """Rows that the function returns, or those of `sql`, for which it is never run."""
    if callable(name):
        return _registers("transform", None, {})(name)
    given: dict[str, Any] = {"sql": sql, "inputs": inputs, "tags": tags}
    given |= {"materialization": materialization}
    given |= {"description": description, "owner": owner, "schema": schema, "timeout": timeout}
    given |= dict(output=output, post_hooks=post_hooks, **params)
    return _registers("transform", name, given)


def feature_group(
    name: str | Function | None = None,
    entity: str | Mapping[str, Any] | None = None,
    features: Mapping[str, Any] | Sequence[str] | None = None,
    inputs: Inputs = None,
    materialization: Any = None,
    tags: Sequence[str] | None = None,
    *,
    event_time: str | None = None,
    knowledge_time: str | None = None,
    description: str | None = None,
    owner: str | None = None,
    schema: Sequence[Mapping[str, str]] | None = None,
    timeout: str | None = None,
    post_hooks: Sequence[Mapping[str, str]] | None = None,
    **params: Any,
) -> Any:
    """Features of an entity that the function returns.

    Where `features` say how they are computed from events (`agg`, `ratio`), the function is never
    run.
    """
    if callable(name):
        return _registers("feature_group", None, {})(name)
    given: dict[str, Any] = {"entity": entity, "features": features, "inputs": inputs, "tags": tags}
    given |= {"materialization": materialization, "event_time": event_time, "owner": owner}
    given |= {"knowledge_time": knowledge_time, "description": description, "schema": schema}
    given |= dict(timeout=timeout, post_hooks=post_hooks, **params)
    return _registers("feature_group", name, given)


def second_order_aggregation(
    name: str | None = None,
    id_col: str = "",
    feature_date_col: str = "",
    features: Mapping[str, Any] | None = None,
    application_date_col: str | None = None,
    description: str | None = None,
    owner: str | None = None,
    tags: Sequence[str] | None = None,
    materialization: Any = None,
    *,
    inputs: Inputs = None,
    spine: Mapping[str, str] | None = None,
    grain: Sequence[str] | None = None,
    schema: Sequence[Mapping[str, str]] | None = None,
    timeout: str | None = None,
    post_hooks: Sequence[Mapping[str, str]] | None = None,
    **params: Any,
) -> Callable[[Function], Function]:
    """Aggregations, by the compiled SQL, of the rows that the function returns."""
    given: dict[str, Any] = {
        "id_col": id_col,
        "feature_date_col": feature_date_col,
        "features": features,
    }
    given |= {"application_date_col": application_date_col, "description": description}
    given |= {"owner": owner, "tags": tags, "materialization": materialization, "inputs": inputs}
    given |= {"spine": spine, "grain": grain, "schema": schema, "timeout": timeout}
    given |= dict(post_hooks=post_hooks, **params)
    return _registers("second_order_aggregation", name, given)


def materialize(
    type: str = "iceberg",
    connection: str | None = None,
    table: str = "",
    mode: str | None = None,
    **params: Any,
) -> Callable[[Function], Function]:
    """A place to write the node's rows to besides `target/`; several may be stacked."""
    given: dict[str, Any] = dict(type=type, connection=connection, table=table, mode=mode, **params)

    def decorate(function: Function) -> Function:
        tables = (given, *getattr(function, _TABLES, ()))
        setattr(function, _TABLES, tables)
        for id, node in _REGISTRY.items():
            if node.function is function:
                _REGISTRY[id] = RegisteredNode(node.kind, node.name, function, node.spec, tables)
        return function

    return decorate


def _registers(
    kind: str, name: str | None, given: Mapping[str, Any]
) -> Callable[[Function], Function]:
    spec = {key: value for key, value in given.items() if value is not None}

    def decorate(function: Function) -> Function:
        node = RegisteredNode(
            kind, name or function.__name__, function, spec, getattr(function, _TABLES, ())
        )
        _REGISTRY[node.id] = node
        return function

    return decorate
