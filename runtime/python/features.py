"""Features of an entity for a function: as of the rows of a spine, as of a time, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seeknal.runtime.python.call import Served
from seeknal.runtime.python.errors import PythonFailed

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from seeknal.runtime.python.context import PipelineContext

_KIND = "feature_group"


def features_of(
    ctx: PipelineContext,
    entity: str,
    features: Sequence[str],
    as_of: Any,
    spine: Any,
    date_col: str | None,
    keep_cols: Sequence[str] | None,
) -> pd.DataFrame:
    """See `PipelineContext.features`."""
    wanted = _wanted(ctx, entity, features)
    if spine is not None:
        if date_col is None:
            raise PythonFailed(
                "needs-event-time",
                "a spine has no times without `date_col`",
                'name the column of its as-ofs: date_col="application_date"',
            )
        return _as_of_spine(ctx, wanted, spine, date_col, keep_cols)
    whole = entity_of(ctx, entity, as_of)
    keys = [column for column in whole.columns if column not in _groups(ctx, entity)]
    found = whole[keys].copy()
    for group, feature in wanted:
        column = f"{group}__{feature}"
        values = whole[group].map(lambda row, name=feature: row.get(name) if row else None)
        if len(whole) and not any(row and feature in row for row in whole[group]):
            _check_feature(ctx, group, feature)
        found[column] = values.convert_dtypes() if values.dtype == object else values
    return found


def entity_of(ctx: PipelineContext, entity: str, as_of: Any = None) -> pd.DataFrame:
    """See `PipelineContext.entity`."""
    with ctx.own_database() as connection:
        return connection.sql(_entity_sql(ctx, connection, entity, as_of)).df()


def _entity_sql(
    ctx: PipelineContext, connection: DuckDBPyConnection, entity: str, as_of: Any
) -> str:
    from seeknal.runtime.consolidate_sql import GroupRows, consolidation_sql
    from seeknal.runtime.duckdb_engine import identifier, literal
    from seeknal.runtime.python.groups import group_of

    keys: list[str] = []
    rows = []
    for name, id in _groups(ctx, entity).items():
        columns = connection.table(f"{_KIND}_{name}").columns
        group = group_of(ctx.call.sidecars[id], columns)
        own = list(group.join_keys)
        if keys and sorted(keys) != sorted(own):
            raise PythonFailed(
                "join-key-mismatch",
                f"Join key mismatch for entity '{entity}': feature group '{name}' has "
                f"join_keys={own}, but entity expects join_keys={keys}",
                "give all groups of an entity the same join keys",
            )
        keys = keys or own
        rows.append(
            GroupRows(
                name=name,
                relation=f"{_KIND}_{name}",
                event_time=group.event_time,
                knowledge_time=group.knowledge_time,
                features=tuple(c for c in columns if c not in (*own, group.event_time)),
            )
        )
    sql = consolidation_sql(keys, rows)
    if as_of is not None:
        key_list = ", ".join(map(identifier, keys))
        at = f"CAST({literal(str(as_of))} AS TIMESTAMPTZ)"
        sql = (
            f"SELECT * FROM ({sql}) WHERE event_time <= CAST({at} AS TIMESTAMP) "
            f"OR event_time IS NULL QUALIFY ROW_NUMBER() OVER "
            f"(PARTITION BY {key_list} ORDER BY event_time DESC NULLS LAST) = 1 ORDER BY {key_list}"
        )
    return sql


def _as_of_spine(
    ctx: PipelineContext,
    wanted: Sequence[tuple[str, str]],
    spine: Any,
    date_col: str,
    keep_cols: Sequence[str] | None,
) -> pd.DataFrame:
    from seeknal.runtime.feature_frame import FeatureFrame

    frame = spine.to_df() if isinstance(spine, FeatureFrame) else spine
    groups: dict[str, list[str]] = {}
    for group, feature in wanted:
        groups.setdefault(group, []).append(feature)
    columns: dict[str, Any] = {}
    keys: dict[str, None] = {}
    for group, features in groups.items():
        served = ctx.call.served.get(f"{_KIND}.{group}")
        if served is None:
            raise PythonFailed(
                "needs-event-time",
                f"`{_KIND}.{group}` names no entity, or no event time but that of its run, so what "
                "was true at a time is not known",
                "give the feature group both, as `entity` and `event_time`",
            )
        found = _served(ctx, served, frame, date_col)
        for feature in features:
            if feature not in served.features:
                _refuse(group, feature, served.features)
            columns[f"{group}__{feature}"] = found[feature]
        keys |= dict.fromkeys(served.keys)
    kept = list(frame.columns) if keep_cols is None else [*keep_cols, *keys, date_col]
    result = frame[list(dict.fromkeys(kept))].copy()
    for group, feature in wanted:
        name = f"{group}__{feature}"
        result[name] = columns[name].array
    return result


def _served(ctx: PipelineContext, served: Served, frame: Any, date_col: str) -> Any:
    """The features of a group for each row of a frame, in its order."""
    import pandas as pd

    from seeknal.runtime.duckdb_engine import identifier
    from seeknal.runtime.frame_errors import FrameError
    from seeknal.runtime.frame_join import as_times
    from seeknal.runtime.python.frames import to_arrow, to_pandas

    for column in (*served.keys, date_col):
        if column not in frame.columns:
            raise FrameError.unknown_column(column, frame.columns, "the spine")
    picked = pd.DataFrame({key: frame[key].array for key in served.keys})
    picked[served.as_of] = as_times(frame[date_col], date_col).array
    picked[served.place] = range(len(frame))
    # A row without a time sees nothing; DuckDB 1 would show it the latest of all.
    picked = picked[picked[served.as_of].notna()]
    with ctx.own_database() as connection:
        connection.register("seeknal_spine_frame", picked)
        casts = [
            f"CAST({identifier(key)} AS {type_}) AS {identifier(key)}"
            for key, type_ in zip(served.keys, served.types, strict=True)
        ]
        casts.append(f"CAST({identifier(served.as_of)} AS TIMESTAMP) AS {identifier(served.as_of)}")
        casts.append(f"CAST({identifier(served.place)} AS BIGINT) AS {identifier(served.place)}")
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {identifier(served.spine_relation)} AS "
            f"SELECT {', '.join(casts)} FROM seeknal_spine_frame"
        )
        # As `ctx.ref` gives a training set: what one model takes, the other frame has.
        found = to_pandas(to_arrow(connection.sql(served.sql)))
    return found.set_index(served.place).reindex(range(len(frame)))


def _wanted(ctx: PipelineContext, entity: str, features: Sequence[str]) -> list[tuple[str, str]]:
    known = _groups(ctx, entity)
    found = []
    for text in [features] if isinstance(features, str) else features:
        group, dot, feature = text.partition(".")
        if not dot or not feature:
            raise PythonFailed(
                "wrong-value",
                f"`{text}` names no feature",
                "write `<feature group>.<feature>`, as `customer_spend.spend_7d`",
            )
        if group not in known:
            listed = ", ".join(f"`{name}`" for name in known)
            raise PythonFailed(
                "unknown-node",
                f"the entity `{entity}` has no feature group `{group}` among the inputs of "
                f"`{ctx.node_id}`",
                f"its feature groups are {listed}",
            )
        found.append((group, feature))
    return found


def _groups(ctx: PipelineContext, entity: str) -> dict[str, str]:
    """The feature groups of an entity that the node may read: name to id."""
    ids = ctx.call.entities.get(entity, ())
    if not ids:
        known = ", ".join(f"`{name}`" for name in ctx.call.entities) or "none"
        raise PythonFailed(
            "unknown-entity",
            f"No consolidated features found for entity '{entity}'",
            f"write its name out, as ctx.entity('{entity}'); the entities that "
            f"`{ctx.node_id}` reads are: {known}",
        )
    return {id.partition(".")[2]: id for id in sorted(ids)}


def _check_feature(ctx: PipelineContext, group: str, feature: str) -> None:
    with ctx.own_database() as connection:
        columns = connection.table(f"{_KIND}_{group}").columns
    if feature not in columns:
        _refuse(group, feature, columns)


def _refuse(group: str, feature: str, known: Sequence[str]) -> None:
    from seeknal.compiler.suggest import suggest

    raise PythonFailed(
        "unknown-column",
        f"`{_KIND}.{group}` has no feature `{feature}`",
        suggest(feature, list(known), "features") or "",
    )
