"""FeatureFrame: the rows of a feature group in pandas, and what was true of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from seeknal.runtime.frame_errors import FrameError

if TYPE_CHECKING:
    import pandas as pd


class FeatureFrame:
    """The rows of a feature group: a pandas DataFrame that knows its entity and its event time.

    `join_keys` name the entity, `event_time_col` says when each row became true. Either may be
    unknown; then `pit_join` and `as_of` must be told, and refuse to guess. `knowledge_time_col`
    says when each row became known, where the group names one.
    """

    def __init__(
        self,
        df: pd.DataFrame,
        entity_name: str | None = None,
        join_keys: Sequence[str] = (),
        event_time_col: str | None = None,
        knowledge_time_col: str | None = None,
    ) -> None:
        """Take the frame as it is; raises FrameError where a named column is not in it."""
        self._df = df
        self.entity_name = entity_name
        self.join_keys = [join_keys] if isinstance(join_keys, str) else list(join_keys)
        self.event_time_col = event_time_col
        self.knowledge_time_col = knowledge_time_col
        for column in filter(None, (*self.join_keys, event_time_col, knowledge_time_col)):
            if column not in df.columns:
                raise FrameError.unknown_column(column, df.columns, "the frame")

    def pit_join(
        self,
        spine: pd.DataFrame,
        date_col: str,
        keep_cols: Sequence[str] | None = None,
        on: Sequence[str] | None = None,
        event_time: str | None = None,
        ttl: str | timedelta | None = None,
        delay: str | timedelta | None = None,
        knowledge_time: str | None = None,
        tie_break: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """What was true of each spine row at its `date_col`: one row a spine row, in its order.

        The latest row with equal keys and `event_time` at or before `date_col` less `delay`, and
        known by then where `knowledge_time` is given or the group names one; none older than
        `ttl`, which is NULLs. Rows of one event time: the first in the order of `tie_break`
        ("version desc"), else of the greatest knowledge time and features (SEMANTICS
        "Point-in-time join"). Times with a zone compare in UTC.

        Returns the columns of the spine (or `keep_cols`, the keys and `date_col`), then those of
        this frame that the spine has not. Raises FrameError for a column or a type that does not
        fit, and where keys or the event time are neither known nor given.
        """
        from seeknal.runtime.frame_join import Asked, matches

        spine = spine.to_df() if isinstance(spine, FeatureFrame) else spine
        keys = self._keys(on)
        asked = Asked(
            keys=tuple(keys),
            as_of=date_col,
            event_time=self._event_time(event_time),
            knowledge_time=knowledge_time or self.knowledge_time_col,
            ttl=ttl,
            delay=delay,
            tie_break=(tie_break,) if isinstance(tie_break, str) else tuple(tie_break or ()),
        )
        found = matches(spine, self._df, asked)
        wanted = spine.columns if keep_cols is None else keep_cols
        kept = list(dict.fromkeys([*wanted, *keys, date_col]))
        for column in kept:
            if column not in spine.columns:
                raise FrameError.unknown_column(column, spine.columns, "the spine")
        features = [column for column in self._df.columns if column not in spine.columns]
        # Row -1 is no row: its values are missing.
        taken = self._df[features].reset_index(drop=True).reindex(found)
        result = spine[kept].copy()
        for column in features:
            result[column] = taken[column].array
        return result

    def as_of(
        self,
        timestamp: str | date | datetime,
        on: Sequence[str] | None = None,
        event_time: str | None = None,
    ) -> pd.DataFrame:
        """The latest row of each entity with an event time at or before `timestamp` (UTC).

        Where the group names a knowledge time, of those that were known by then. Entities stand in
        the order of their first rows; rows with a missing key belong to none.
        """
        import pandas as pd

        from seeknal.runtime.frame_join import Asked, matches

        keys, event = self._keys(on), self._event_time(event_time)
        entities = self._df[keys].dropna().drop_duplicates()
        name = "as_of"
        while name in keys:
            name += "_"
        moment = pd.Timestamp(timestamp)
        if moment.tzinfo is not None:
            moment = moment.tz_convert("UTC").tz_localize(None)
        known = self.knowledge_time_col
        asked = Asked(keys=tuple(keys), as_of=name, event_time=event, knowledge_time=known)
        found = matches(entities.assign(**{name: moment}), self._df, asked)
        return self._df.iloc[found[found >= 0]].reset_index(drop=True)

    def to_df(self) -> pd.DataFrame:
        """The pandas DataFrame itself, not a copy."""
        return self._df

    def _keys(self, given: Sequence[str] | None) -> list[str]:
        keys = [given] if isinstance(given, str) else list(given or self.join_keys)
        if not keys:
            raise FrameError(
                "needs-keys",
                "which columns name the entity is not known: the feature group declares none",
                'name them: on=["customer_id"]',
            )
        return keys

    def _event_time(self, given: str | None) -> str:
        if found := given or self.event_time_col:
            return found
        raise FrameError(
            "needs-event-time",
            "when each row became true is not known: the feature group names no event time, or one "
            "that is the time of its run",
            'name the column: event_time="updated_at"',
        )

    # -- what a DataFrame answers ------------------------------------------------------------

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows by Arrow's own protocol: DuckDB and polars read the frame by its name."""
        stream: object = self._df.__arrow_c_stream__(requested_schema)
        return stream

    def __getitem__(self, key: Any) -> Any:
        return self._df[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._df[key] = value

    def __len__(self) -> int:
        return len(self._df)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._df)

    def __contains__(self, key: Any) -> bool:
        return key in self._df

    def __repr__(self) -> str:
        keys = ", ".join(self.join_keys) or "unknown"
        time = self.event_time_col or "unknown"
        head = f"FeatureFrame of {self.entity_name or 'no entity'}"
        return f"{head} (keys: {keys}; event time: {time})\n{self._df!r}"

    def __getattr__(self, name: str) -> Any:
        if name in _DELEGATED:
            return getattr(self._df, name)
        raise AttributeError(
            f"a FeatureFrame has no `{name}`; to_df() is the DataFrame, which may have it"
        )


_DELEGATED = frozenset(
    "shape columns dtypes index empty values head tail describe info select_dtypes fillna dropna "
    "merge copy".split()
)
