"""What the leakage test found, as findings, lines and JSON."""

from __future__ import annotations

from collections.abc import Iterator

from seeknal.compiler.findings import Finding, Place
from seeknal.runtime.leakage import DataLeak, DataReport, Event, Values


def leak_findings(report: DataReport) -> list[Finding]:
    """An error for every event that leaks, at the join that brings the features."""
    together: dict[tuple[Place, Values, str, Event], list[DataLeak]] = {}
    for leak in report.leaks:
        place = leak.join.spec.ref.place
        together.setdefault((place, leak.keys, leak.as_of, leak.event), []).append(leak)
    return [
        Finding("leak-on-data", _message(leaks), place, _help(leaks[0]))
        for (place, *_), leaks in together.items()
    ]


def _message(leaks: list[DataLeak]) -> str:
    leak = leaks[0]
    names = ", ".join(f"`{other.feature}`" for other in leaks[:3])
    names += f" and {len(leaks) - 3} more" if len(leaks) > 3 else ""
    verb = "changes" if len(leaks) == 1 else "change"
    return (
        f"{names} of `{leak.training_set}` {verb} with what comes after the as-of: for "
        f"{_spelt(leak.keys)} at {leak.as_of} `{leak.feature}` is {_value(leak.before)}, but "
        f"{_value(leak.after)} {_with(leak.event)}"
    )


def _with(event: Event) -> str:
    if event.clocks:
        nodes = ", ".join(f"`{node}`" for node in event.clocks)
        return f"once the clock that {nodes} reads has gone on"
    row = f"row of `{event.source}` with {_spelt(event.values)}"
    if event.future == "labels":
        return f"once another label stands in the {row}"
    return f"once there is {'a made-up' if event.future == 'made' else 'the'} {row}"


def _help(leak: DataLeak) -> str:
    if leak.event.clocks:
        return "compute it as of each row: no clock may decide a feature"
    return (
        "bound what the feature is computed from by the event time of its rows; "
        "`seeknal check leakage --static` says where lineage loses it"
    )


def summary(report: DataReport) -> Iterator[str]:
    """Lines that say what was tested and what was not."""
    found = _plural(len(report.leaks), "leaking feature") if report.leaks else "no leak"
    yield (
        f"{report.training_set}: {found} at {_plural(len(report.cuts), 'as-of')} of "
        f"{_plural(report.spine_rows, 'spine row')}, with {_plural(report.events, 'later event')}"
    )
    if report.unmoved:
        yield f"  not changed, as they have no time: {', '.join(report.unmoved)}"
    if report.guessed:
        yield f"  changed after all their dates, as none is named: {', '.join(report.guessed)}"
    if report.functions:
        yield f"  not tested, as functions are not called again: {', '.join(report.functions)}"
    if report.unstable:
        names = ", ".join(report.unstable)
        yield f"  not tested, as the order of rows decides them: {names}"
    if report.failing:
        names = ", ".join(_future(name) for name in report.failing)
        yield f"  not tested, as a statement fails on them: {names}"


def report_json(report: DataReport) -> dict[str, object]:
    """The report as plain data."""
    return {
        "training_set": report.training_set,
        "as_ofs": list(report.cuts),
        "spine_rows": report.spine_rows,
        "later_events": report.events,
        "not_changed": list(report.unmoved),
        "times_guessed": list(report.guessed),
        "functions": list(report.functions),
        "unstable": list(report.unstable),
        "failing": list(report.failing),
        "leaks": [
            {
                "feature": leak.feature,
                "join": leak.join.spec.ref.value,
                "row": {**dict(leak.keys), "as_of": leak.as_of},
                "before": leak.before,
                "after": leak.after,
                "event": {
                    "source": leak.event.source or None,
                    "future": leak.event.future or None,
                    "row": dict(leak.event.values),
                    "clocks": list(leak.event.clocks),
                },
            }
            for leak in report.leaks
        ],
    }


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _future(name: str) -> str:
    return "made-up rows" if name == "made" else "other labels"


def _spelt(values: Values) -> str:
    return ", ".join(f"{name} = {_value(value)}" for name, value in values)


def _value(value: str | None) -> str:
    return "NULL" if value is None else value
