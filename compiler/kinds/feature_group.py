"""`kind: feature_group`: features of an entity, by SQL over one upstream node."""

from __future__ import annotations

from seeknal.compiler.document import Document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import (
    optional_text,
    read_head,
    read_inputs,
    read_params,
    warn_unused,
)
from seeknal.compiler.kinds.spec import FeatureGroupSpec, Text


def parse(document: Document, findings: Findings) -> FeatureGroupSpec | None:
    """The spec of a feature group whose document fits the schema.

    `entity: customer` stands for the join key `customer_id`; `event_time` is also read from
    `materialization.event_time_col`.
    """
    warn_unused(document, findings)
    inputs = read_inputs(document, findings)
    if not inputs and not document.data.get("transform"):
        findings.error(
            "missing-key",
            "the feature group has neither `inputs` nor `transform`: it has no rows",
            document.place("name"),
            "name the node to read, as `inputs: [{ref: source.orders}]`",
        )
    entity, join_keys = _entity(document)
    params, places = read_params(document)
    return FeatureGroupSpec(
        **read_head(document),
        inputs=inputs,
        entity=entity,
        join_keys=join_keys,
        event_time=_event_time(document, findings),
        knowledge_time=optional_text(document, "knowledge_time"),
        sql=document.sql_at("transform") if document.data.get("transform") else None,
        features=_features(document),
        params=params,
        param_places=places,
    )


def _entity(document: Document) -> tuple[str, tuple[Text, ...]]:
    """The entity's name and its join keys."""
    value = document.data["entity"]
    path = ("entity", "name") if isinstance(value, dict) else ("entity",)
    name = document.text_at(*path)
    if isinstance(value, dict) and "join_keys" in value:
        keys = document.entries("entity", "join_keys")
        return name.value, tuple(document.text_at(*key) for key in keys)
    return name.value, (Text(f"{name}_id", name.place),)


def _event_time(document: Document, findings: Findings) -> Text | None:
    """The event-time column, from either of the two keys that name it."""
    own = optional_text(document, "event_time")
    other = optional_text(document, "materialization", "event_time_col")
    if own and other and own.value != other.value:
        findings.error(
            "wrong-value",
            f"the event time is `{own}` here and `{other}` in `materialization`",
            own.place,
            "keep one of them",
            [(other.place, "`event_time_col`")],
        )
    return own or other


def _features(document: Document) -> tuple[Text, ...]:
    """The names of the features, from a mapping or a list."""
    names: list[Text] = []
    for path in document.entries("features"):
        if isinstance(path[-1], str):
            names.append(Text(path[-1], document.place(*path, key=True)))
        elif isinstance(document.get(*path), dict):
            names.append(document.text_at(*path, "name"))
        else:
            names.append(document.text_at(*path))
    return tuple(names)
