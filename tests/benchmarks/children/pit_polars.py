"""The latest row as of each spine row by polars: SPINE EVENTS RESULT [TIE].

Among rows of one time the last in the order of the column TIE wins.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Sort both sides by time, join ASOF, write."""
    import polars

    spine_file, events_file, result, *tie = sys.argv[1:]
    spine = polars.read_parquet(spine_file).sort("t")
    columns = ["k", "ts", "score", "tier", *tie]
    order = ["ts", *tie, *(["score", "tier"] if tie else [])]
    events = polars.read_parquet(events_file, columns=columns).sort(order)
    joined = spine.join_asof(
        events, left_on="t", right_on="ts", by="k", strategy="backward", check_sortedness=False
    )
    joined.select(*spine.columns, "score", "tier").write_parquet(result, compression="snappy")


if __name__ == "__main__":
    main()
