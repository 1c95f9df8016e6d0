"""The latest row as of each spine row by pandas: SPINE EVENTS RESULT [TIE].

Among rows of one time the last in the order of the column TIE wins.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Sort both sides by time, `merge_asof`, write."""
    import pandas

    spine_file, events_file, result, *tie = sys.argv[1:]
    spine = pandas.read_parquet(spine_file).sort_values("t")
    columns = ["k", "ts", "score", "tier", *tie]
    order = ["ts", *tie, *(["score", "tier"] if tie else [])]
    events = pandas.read_parquet(events_file, columns=columns).sort_values(order)
    joined = pandas.merge_asof(
        spine, events.rename(columns={"ts": "t_event"}), left_on="t", right_on="t_event", by="k"
    )
    joined[[*spine.columns, "score", "tier"]].to_parquet(result, index=False)


if __name__ == "__main__":
    main()
