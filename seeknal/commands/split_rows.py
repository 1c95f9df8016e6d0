"""`seeknal split`: a training set in parts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import (
    findings_reported,
    plural,
    print_json,
    print_table,
    short_path,
)
from seeknal.commands.project import check_specs, find_root

if TYPE_CHECKING:
    from seeknal.runtime.paths import Target
    from seeknal.runtime.split import EntityCut, Part, Split, TimeCut


def _read_length(
    ctx: click.Context, parameter: click.Parameter, value: str | None
) -> timedelta | None:
    if value is None:
        return None
    from seeknal.compiler.durations import duration_complaint, parse_duration

    if complaint := duration_complaint(value):
        raise click.BadParameter("; ".join(complaint).replace("`", "'") + ".")
    return timedelta(microseconds=parse_duration(value) or 0)


_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command("split")
@click.argument("training_set")
@click.option("--by", metavar="COLUMN", help="Split by the time in this column.  [default: as-of]")
@click.option(
    "--test-from",
    metavar="TIME",
    callback=options.read_time,
    help="The time (UTC) from which rows are for the test.",
)
@click.option(
    "--validation-from",
    metavar="TIME",
    callback=options.read_time,
    help="The time (UTC) from which rows are for validation, up to the test.",
)
@click.option(
    "--gap",
    metavar="LENGTH",
    callback=_read_length,
    help="Leave out rows this close before the next part, as 14d.",
)
@options.words("--by-entity", help="Split by the key in these columns.")
@click.option(
    "--test", type=_SHARE, metavar="SHARE", help="The share of keys that are for the test."
)
@click.option(
    "--validation", type=_SHARE, metavar="SHARE", help="The share of keys that are for validation."
)
@click.option("--seed", type=int, help="Deal the keys another way.  [default: 0]")
@options.project_path
@options.as_json
def split_rows(
    training_set: str,
    by: str | None,
    test_from: datetime | None,
    validation_from: datetime | None,
    gap: timedelta | None,
    by_entity: tuple[str, ...],
    test: float | None,
    validation: float | None,
    seed: int | None,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Write TRAINING_SET as the last run published it in parts: train, validation and test.

    By time, each part holds the rows from one moment to the next. By entity, all rows of a key
    are in one part, and it is the same one every time. By both, a row is in a part where both say
    so, so that no two parts share a time or a key; the other rows are left out.

    \b
    seeknal split churn_training --by application_date --test-from 2026-01-18
    seeknal split churn_training --validation-from 2026-01-11 --test-from 2026-01-18
    seeknal split churn_training --by-entity customer_id --test 0.2 --validation 0.1 --seed 7
    seeknal split churn_training --test-from 2026-01-18 --by-entity customer_id --test 0.2
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.runtime.paths import Target
        from seeknal.runtime.split import Cuts, split, split_json

        target = Target(root)
        name = _find(training_set, target)
        time = _time_cut(target, name, by, test_from, validation_from, gap)
        entity = _entity_cut(by_entity, test, validation, seed)
        _check(time, entity)
        made = split(target, name, Cuts(time, entity))
        if as_json:
            print_json(split_json(made))
        else:
            _show(made)
        check_specs(root)


def _find(word: str, target: Target) -> str:
    """The name of the training set that `word` means, among those that have run."""
    from seeknal.compiler.findings import CompileFailed, Finding, Findings
    from seeknal.compiler.select_nodes import find_nodes
    from seeknal.runtime.outputs import results
    from seeknal.runtime.split import KIND

    ids = [found.id for found in results(target)]
    sets = [id for id in ids if id.startswith(f"{KIND}.")]
    if not sets:
        message = "no training set has run yet"
        raise CompileFailed([Finding("no-results", message, help="`seeknal run` makes its rows")])
    findings = Findings()
    found = find_nodes([word], sets, findings)
    if found:
        return found[0].partition(".")[2]
    (finding,) = findings
    other = [id for id in ids if word in (id, id.partition(".")[2])]
    message = f"there are no rows of a training set `{word}`"
    if other:
        message = f"`{other[0]}` is not a training set"
    raise CompileFailed([Finding("unknown-node", message, help=finding.help)])


def _time_cut(
    target: Target,
    name: str,
    by: str | None,
    test_from: datetime | None,
    validation_from: datetime | None,
    gap: timedelta | None,
) -> TimeCut | None:
    from seeknal.runtime.split import TimeCut, declared

    if test_from is None:
        if by or validation_from or gap:
            raise click.UsageError("A split by time needs --test-from, where the test begins.")
        return None
    if validation_from and validation_from >= test_from:
        raise click.UsageError(
            f"--validation-from {validation_from} is not before --test-from {test_from}: "
            "the parts would overlap."
        )
    column = by or declared(target, name).as_of
    if column is None:
        raise click.UsageError("A split by time needs --by, the column with the time.")
    if gap is not None and gap >= (validation_from or test_from) - datetime.min:
        raise click.UsageError("--gap reaches back beyond the first day of the calendar.")
    return TimeCut(column, test_from, validation_from, gap or timedelta())


def _entity_cut(
    columns: tuple[str, ...], test: float | None, validation: float | None, seed: int | None
) -> EntityCut | None:
    from seeknal.runtime.split import EntityCut

    if not columns:
        if test is not None or validation is not None or seed is not None:
            raise click.UsageError(
                "--test, --validation and --seed need --by-entity, the columns of the key."
            )
        return None
    if test is None:
        raise click.UsageError("A split by entity needs --test, the share of keys for the test.")
    if test + (validation or 0) >= 1:
        raise click.UsageError(
            f"--test {test:g} and --validation {validation or 0:g} leave nothing to train on."
        )
    return EntityCut(columns, test, validation or 0.0, seed or 0)


def _check(time: TimeCut | None, entity: EntityCut | None) -> None:
    if time is None and entity is None:
        raise click.UsageError(
            "Say where the test begins, by time (--test-from 2026-01-18) or by entity "
            "(--by-entity customer_id --test 0.2)."
        )
    if time and entity and (time.validation_from is not None) != (entity.validation > 0):
        missing = "--validation" if time.validation_from else "--validation-from"
        raise click.UsageError(
            "Rows are in a part where time and entity both say so: "
            f"validation needs {missing}, too."
        )


def _show(made: Split) -> None:
    time, entity = made.cuts.time, made.cuts.entity
    headings, right = ["part", "rows", "share"], [1, 2]
    if time:
        headings += ["from", "to"]
    if entity:
        right.append(len(headings))
        headings.append("keys")
    if made.label:
        right.append(len(headings))
        headings.append(f"{made.label} {'rate' if made.label_is_rate else 'mean'}")
    print_table(headings, [_line(part, made) for part in made.parts], right=right)
    for line in _left_out(made):
        click.echo(line)
    click.echo(f"{made.id}: {plural(made.rows, 'row')} split into {short_path(made.folder)}")


def _line(part: Part, made: Split) -> list[str]:
    cells = [part.name, f"{part.rows:,}", f"{100 * part.rows / made.rows:.1f} %"]
    if made.cuts.time:
        cells += [part.first or "-", part.last or "-"]
    if made.cuts.entity:
        cells.append(f"{part.keys or 0:,}")
    if made.label:
        cells.append("-" if part.label is None else f"{part.label:.4g}")
    return cells


def _left_out(made: Split) -> list[str]:
    """What is in no part or has no label, a line each."""
    from seeknal.compiler.durations import spell_duration
    from seeknal.runtime.split_cuts import LeftOut

    time, entity = made.cuts.time, made.cuts.entity
    gap = time.gap // timedelta(microseconds=1) if time else 0
    reasons = {
        LeftOut.NO_TIME: f"`{time.column}` is NULL" if time else "",
        LeftOut.NO_KEY: f"NULL in {', '.join(f'`{c}`' for c in entity.columns)}" if entity else "",
        LeftOut.GAP: f"less than {spell_duration(gap)} before the next part",
        LeftOut.DISAGREE: "time and key belong to different parts",
    }
    lines = [
        f"left out: {plural(count, 'row')}, {reasons[why]}" for why, count in made.left_out.items()
    ]
    unlabelled = sum(part.rows - part.labelled for part in made.parts if part.labelled is not None)
    if unlabelled:
        lines.append(f"no label: {plural(unlabelled, 'row')} in the parts, `{made.label}` is NULL")
    return lines
