"""What commands print: findings on stderr, tables and JSON on stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from seeknal.compiler.findings import Finding


def show_findings(findings: Iterable[Finding], root: Path) -> None:
    """Print findings on stderr, each with its excerpt from the spec."""
    findings = tuple(findings)
    if not findings:
        return
    from seeknal.compiler.render_findings import file_reader, render, wants_color

    color = wants_color(sys.stderr, os.environ)
    if text := render(findings, file_reader(root), color=color):
        click.echo(text, err=True, color=color)


def fail(findings: Sequence[Finding], root: Path, *, as_json: bool = False) -> NoReturn:
    """Print findings and how many there are, and leave with exit code 1."""
    from seeknal.compiler.render_findings import summary, to_json

    show_findings(findings, root)
    click.echo(f"stopped: {summary(findings)}", err=True)
    if as_json:
        print_json({"findings": to_json(findings)})
    sys.exit(1)


@contextmanager
def findings_reported(root: Path, *, as_json: bool = False) -> Iterator[None]:
    """Turn `CompileFailed` into printed findings and exit code 1."""
    from seeknal.compiler.findings import CompileFailed

    try:
        yield
    except CompileFailed as failed:
        fail(failed.findings, root, as_json=as_json)


def print_json(value: object) -> None:
    """Print `value` as indented JSON on stdout."""
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def short_path(path: Path) -> str:
    """`path` as it is typed from the working directory."""
    return os.path.relpath(path)


def plural(count: int, noun: str) -> str:
    """`1 node`, `2 nodes`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def print_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Iterable[int] = (),
    indent: str = "",
) -> None:
    """Print rows below headings in aligned columns; those in `right` are flush right.

    On a terminal, lines that are too long are cut; in a pipe they are whole.
    """
    flush_right = set(right)
    widths = [max(_width(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    # A terminal may say that it has no columns at all; then nothing is cut.
    limit = os.get_terminal_size().columns or None if sys.stdout.isatty() else None

    def line(cells: Sequence[str]) -> str:
        padded = [
            " " * (width - _width(cell)) + cell
            if index in flush_right
            else cell + " " * (width - _width(cell))
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        text = (indent + "  ".join(padded)).rstrip()
        return text if limit is None or _width(text) <= limit else _cut(text, limit)

    click.echo(click.style(line(headings), bold=True))
    for row in rows:
        click.echo(line(row))


def _width(text: str) -> int:
    """The terminal columns that `text` takes; wide characters take two."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _cut(text: str, limit: int) -> str:
    while text and _width(text) > limit - 1:
        text = text[:-1]
    return text + "…"
