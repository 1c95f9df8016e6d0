"""The latest row as of each spine row by Feast's DuckDB offline store: SPINE EVENTS RESULT."""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path


def main() -> None:
    """Define one view in a store of its own, get its history, write."""
    import pandas
    import pyarrow.parquet
    from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
    from feast.types import Float64, Int64

    spine_file, events_file, result = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        config = RepoConfig(
            project="benchmark",
            provider="local",
            registry=str(Path(folder) / "registry.db"),
            offline_store={"type": "duckdb"},
            online_store={"type": "sqlite", "path": str(Path(folder) / "online.db")},
            entity_key_serialization_version=3,
        )
        store = FeatureStore(config=config)
        key = Entity(name="key", join_keys=["k"], value_type=ValueType.INT64)
        view = FeatureView(
            name="scores",
            entities=[key],
            ttl=timedelta(days=0),
            schema=[
                Field(name="k", dtype=Int64),
                Field(name="score", dtype=Float64),
                Field(name="tier", dtype=Int64),
            ],
            source=FileSource(path=events_file, timestamp_field="ts"),
            online=False,
        )
        store.apply([key, view])
        spine = pandas.read_parquet(spine_file)
        moments = spine.rename(columns={"t": "event_timestamp"})
        moments["event_timestamp"] = moments["event_timestamp"].dt.tz_localize("UTC")
        history = store.get_historical_features(
            entity_df=moments, features=["scores:score", "scores:tier"]
        )
        table = history.to_arrow().rename_columns({"event_timestamp": "t"})
        pyarrow.parquet.write_table(table.select([*spine.columns, "score", "tier"]), result)


if __name__ == "__main__":
    main()
