"""The latest row as of each spine row by `FeatureFrame.pit_join` of seeknal 2.

SPINE EVENTS RESULT
"""

from __future__ import annotations

import sys


def main() -> None:
    """Read both files into pandas, which it takes and gives, and write."""
    import pandas

    from seeknal.pipeline.feature_frame import FeatureFrame

    spine_file, events_file, result = sys.argv[1:]
    spine = pandas.read_parquet(spine_file)
    events = pandas.read_parquet(events_file, columns=["k", "ts", "score", "tier"])
    frame = FeatureFrame(events, "key", ["k"], "ts")
    joined = frame.pit_join(spine, "t")
    joined[[*spine.columns, "score", "tier"]].to_parquet(result, index=False)


if __name__ == "__main__":
    main()
