"""The form in which a run computed a node, kept for the next run of the same project.

A form depends on the compiled project and on what was counted before the run. Where the project
is as it was, and so is all that is counted, the form is the same, and nothing has to be compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seeknal.compiler.run_forms import Adapted, Count, Form, Guarded
from seeknal.runtime.record_files import load_record, save_record

Row = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form, the project that it is of, and each statement that was counted with its row."""

    key: str
    counted: tuple[tuple[str, Row], ...]
    form: Guarded | Adapted | None


def form_of(
    path: Path, key: str, count: Count, compute: Callable[[Count], Form | None]
) -> Form | None:
    """The form that `path` keeps, where it is of the project `key` and counts are as they were.

    Else it is computed, and kept.
    """
    rows: dict[str, Row] = {}

    def once(sql: str) -> Mapping[str, object]:
        if sql not in rows:
            rows[sql] = tuple(count(sql).items())
        return dict(rows[sql])

    kept = load_record(path, KeptForm)
    if (
        kept is not None
        and kept.key == key
        and all(tuple(once(sql).items()) == row for sql, row in kept.counted)
    ):
        return kept.form
    form = compute(once)
    save_record(path, KeptForm(key, tuple(rows.items()), form))
    return form
