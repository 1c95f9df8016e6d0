"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def split_words(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """The words of repeated options and of comma lists, each once."""
    words = (word.strip() for value in values for word in value.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def read_date(ctx: click.Context, parameter: click.Parameter, value: str | None) -> date:
    """An ISO date; today in UTC where none is given."""
    if value is None:
        return datetime.now(UTC).date()
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise click.BadParameter(f"'{value}' is not a date like 2026-01-31.") from None


def read_time(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """An ISO date or time as UTC, without a zone."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is not a time like 2026-01-31T12:00:00Z.") from None
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read


def read_params(
    ctx: click.Context, parameter: click.Parameter, value: str | None
) -> dict[str, object]:
    """A JSON object."""
    if value is None:
        return {}
    import json

    try:
        params = json.loads(value)
    except ValueError as error:
        raise click.BadParameter(f"this is not JSON: {error}.") from None
    if not isinstance(params, dict):
        raise click.BadParameter("this is not a JSON object like '{\"min_amount\": 10}'.")
    return params


def read_dialects(
    ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Names of dialects; `all` is every one that tests hold. None where none is given."""
    names = split_words(ctx, parameter, values)
    if {*names} <= {"duckdb"}:
        return names
    from seeknal.compiler.dialects.registry import ALL, is_printed
    from seeknal.compiler.suggest import suggest

    if "all" in names:
        return tuple(dict.fromkeys((*ALL, *(name for name in names if name != "all"))))
    for name in names:
        if name in ALL:
            continue
        if is_printed(name):
            if not ctx.params.get("unverified"):
                raise click.BadParameter(
                    f"SQL for `{name}` is held by no test: add --unverified to have it printed."
                )
            continue
        help = suggest(name, ALL, "dialects")
        raise click.BadParameter(f"there is no dialect `{name}`: {help}")
    return names


dialects = click.option(
    "--dialect",
    "dialects",
    multiple=True,
    metavar="A,B",
    callback=read_dialects,
    help="The engines that the SQL is for, or `all`.  [default: duckdb]",
)
unverified = click.option(
    "--unverified",
    is_flag=True,
    is_eager=True,
    help="Print SQL for a dialect that no test holds, too.",
)
project_path = click.option(
    "--project-path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder.  [default: here, or the nearest one above]",
)
run_date = click.option(
    "--date",
    "run_date",
    metavar="YYYY-MM-DD",
    callback=read_date,
    help="The day that {{ run_date }} and {{ today }} stand for.  [default: today, UTC]",
)
as_of = click.option(
    "--as-of",
    metavar="TIME",
    callback=read_time,
    help="The time (UTC) that feature groups over events are computed as of.",
)
params = click.option(
    "--params",
    metavar="JSON",
    callback=read_params,
    help="Values for {{ }} parameters; they win over the specs'.",
)
strict = click.option("--strict", is_flag=True, help="Take findings of leakage as errors.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def words(*names: str, help: str) -> Callable[[Command], Command]:
    """An option that takes comma lists and may be repeated."""
    return click.option(*names, multiple=True, metavar="A,B", callback=split_words, help=help)


def selection(command: Command) -> Command:
    """The options that choose nodes by tag."""
    tags = words("--tags", help="Nodes with one of these tags, and all upstream of them.")
    exclude = words("--exclude-tags", help="Leave out nodes with one of these tags.")
    return tags(exclude(command))
