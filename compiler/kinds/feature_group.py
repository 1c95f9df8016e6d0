"""`kind: feature_group`: features of an entity, from events or by SQL over one upstream node."""

from __future__ import annotations

from seeknal.compiler.document import Document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.event_group import Entity, feature_names, parse_event_group
from seeknal.compiler.kinds.fields import (
    optional_text,
    read_function,
    read_head,
    read_inputs,
    read_params,
    warn_unused,
)
from seeknal.compiler.kinds.spec import EventGroupSpec, FeatureGroupSpec, Text


def parse(document: Document, findings: Findings) -> FeatureGroupSpec | EventGroupSpec | None:
    """The spec of a feature group whose document fits the schema.

    It is an `EventGroupSpec` where a feature is computed from events. `entity: customer` stands
    for the join key `customer_id`; `event_time` is also read from
    `materialization.event_time_col`.
    """
    warn_unused(document, findings)
    entity = _entity(document, findings)
    if document.code is not None:
        return _written_in_python(document, findings, entity)
    computed, described = feature_names(document)
    if computed:
        return parse_event_group(document, findings, entity)
    if not entity.inputs and not document.data.get("transform"):
        findings.error(
            "missing-key",
            "the feature group has neither `inputs` nor `transform`: it has no rows",
            document.place("name"),
            "name the node to read, as `inputs: [{ref: source.orders}]`",
        )
    _refuse_event_keys(document, findings)
    params, places = read_params(document)
    return FeatureGroupSpec(
        **read_head(document),
        inputs=entity.inputs,
        entity=entity.name,
        join_keys=entity.join_keys,
        event_time=entity.event_time,
        knowledge_time=optional_text(document, "knowledge_time"),
        sql=document.sql_at("transform") if document.data.get("transform") else None,
        features=described,
        params=params,
        param_places=places,
    )


def _written_in_python(document: Document, findings: Findings, entity: Entity) -> FeatureGroupSpec:
    """The spec of a group whose rows a function returns; without an entity it has no keys."""
    _, described = feature_names(document)
    return FeatureGroupSpec(
        **read_head(document),
        inputs=entity.inputs,
        entity=entity.name,
        join_keys=entity.join_keys,
        event_time=entity.event_time,
        knowledge_time=optional_text(document, "knowledge_time"),
        features=described,
        call=read_function(document, findings),
    )


def _entity(document: Document, findings: Findings) -> Entity:
    """The entity, its join keys and what its rows are taken from."""
    event_time = _event_time(document, findings)
    if "entity" not in document.data:
        return Entity("", (), event_time, read_inputs(document, findings))
    value = document.data["entity"]
    name = document.text_at(*(("entity", "name") if isinstance(value, dict) else ("entity",)))
    keys: tuple[Text, ...] = (Text(f"{name}_id", name.place),)
    if isinstance(value, dict) and "join_keys" in value:
        paths = document.entries("entity", "join_keys")
        keys = tuple(document.text_at(*path) for path in paths)
    return Entity(name.value, keys, event_time, read_inputs(document, findings))


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


def _refuse_event_keys(document: Document, findings: Findings) -> None:
    """Report keys that say how features are computed from events, where none is."""
    if document.broken:
        return
    for key in ("as_of", "strategy"):
        if key in document.data:
            findings.error(
                "misplaced-key",
                f"`{key}` is for features computed from events, and the group has none",
                document.place(key, key=True),
                "leave it out, or compute the features, as `spend: {agg: sum, window: 7d}`",
            )
