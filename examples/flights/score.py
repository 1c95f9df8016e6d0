"""What a leak does: one model, trained on the training set and on its leaky twin.

Both were split at the same moment by `seeknal split`. A model is scored by its mean absolute error
in minutes and by R2, the share of the variance of the delays that it explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPLITS = Path(__file__).parent / "target" / "splits"
HONEST, LEAKY = "arrival_delays", "arrival_delays_leaky"
LABEL = "arr_delay"


@dataclass(frozen=True)
class Score:
    """How a model did on the test of the set `tested`; `trained` is "" for no model."""

    trained: str
    tested: str
    mae: float
    r2: float


def features(training_set: str) -> list[str]:
    """The features that are numbers, in their order."""
    import duckdb

    with duckdb.connect() as connection:
        file = SPLITS / training_set / "train.parquet"
        found = connection.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
    return [name for name, type, *_ in found if type in ("BIGINT", "DOUBLE") and name != LABEL]


def read(training_set: str, part: str, names: Sequence[str]) -> tuple[Any, Any]:
    """The features `names` of a part, a row per flight with NaN for NULL, and the labels."""
    import duckdb
    import numpy as np

    columns = [*names, LABEL]
    numbers = ", ".join(f'CAST("{name}" AS DOUBLE) AS "{name}"' for name in columns)
    with duckdb.connect() as connection:
        file = SPLITS / training_set / f"{part}.parquet"
        found = connection.execute(f"SELECT {numbers} FROM '{file}'").fetchnumpy()
    rows = np.column_stack([np.ma.filled(found[name], np.nan) for name in columns])
    return rows[:, :-1], rows[:, -1]


def train(training_set: str) -> tuple[Any, list[str]]:
    """A linear model of the delays, and the features that it takes."""
    import numpy as np
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    names = features(training_set)
    rows, delays = read(training_set, "train", names)
    # A plane does not land and depart again within the hour, so a feature may have no value.
    filled = ~np.isnan(rows).all(axis=0)
    model = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), Ridge())
    model.fit(rows[:, filled], delays)
    return model, [name for name, any_value in zip(names, filled, strict=True) if any_value]


def scores() -> list[Score]:
    """No model, the honest one, the leaky one as it is judged, and the leaky one in use."""
    import numpy as np
    from sklearn.metrics import mean_absolute_error, r2_score

    def score(trained: str, tested: str, model: Any, names: list[str]) -> Score:
        rows, delays = read(tested, "test", names)
        said = model(rows)
        error, explained = mean_absolute_error(delays, said), r2_score(delays, said)
        return Score(trained, tested, float(error), float(explained))

    median = float(np.median(read(HONEST, "train", [])[1]))
    honest, of_honest = train(HONEST)
    leaky, of_leaky = train(LEAKY)
    return [
        score("", HONEST, lambda rows: np.full(len(rows), median), []),
        score(HONEST, HONEST, honest.predict, of_honest),
        score(LEAKY, LEAKY, leaky.predict, of_leaky),
        # The honest test has what is known when a flight departs.
        score(LEAKY, HONEST, leaky.predict, of_leaky),
    ]
