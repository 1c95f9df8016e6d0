"""How a run is shown while it goes on: a line a node."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from seeknal.runtime.report import NodeResult, Status

if TYPE_CHECKING:
    from seeknal.runtime.selection import Selection
    from seeknal.runtime.workflow import Node


class Prints:
    """Shows nothing but what functions print, on stderr: stdout is JSON."""

    def started(self, position: int, total: int, node: Node, reason: str) -> None:
        """Do nothing."""

    def printed(self, node: Node, text: str, is_error: bool) -> None:
        """Print a line of a node's function, its name in front."""
        click.echo(f"{node.id} | {text}", err=True)

    def finished(self, position: int, total: int, result: NodeResult) -> None:
        """Do nothing."""


class Progress:
    """Prints a line when a node has ended; on a terminal, also one for the node that runs."""

    def __init__(self, selection: Selection, *, verbose: bool) -> None:
        """Lines give the reason of a node that was not asked for; with `verbose`, of every node."""
        self.width = max((len(id) for id in selection.order), default=0)
        self.asked = selection.forced or frozenset(selection.order)
        self.verbose = verbose
        self.live = _spinner() if sys.stdout.isatty() else None

    def started(self, position: int, total: int, node: Node, reason: str) -> None:
        """Show the node as running, where a line can be taken back."""
        if self.live:
            self.live.update(f"{self._head(position, total, node.id)}  [RUNNING] {reason}")
            self.live.start()

    def printed(self, node: Node, text: str, is_error: bool) -> None:
        """Print a line of a node's function, its name in front."""
        if self.live:
            self.live.stop()
        click.echo(f"{click.style(node.id, fg='blue')} | {text}", err=is_error)
        if self.live:
            self.live.start()

    def finished(self, position: int, total: int, result: NodeResult) -> None:
        """Print what became of the node."""
        if self.live:
            self.live.stop()
        line = f"{self._head(position, total, result.id)}  {outcome(result)}"
        if result.status is Status.SUCCESS and result.id not in self.asked:
            line += f"  (needed by a selected node, {result.reason})"
        elif result.status is Status.SUCCESS and self.verbose:
            line += f"  ({result.reason})"
        click.echo(line)

    def close(self) -> None:
        """Give the terminal back."""
        if self.live:
            self.live.stop()

    def _head(self, position: int, total: int, id: str) -> str:
        return f"{position:>{len(str(total))}}/{total}: {id:<{self.width}}"


def outcome(result: NodeResult) -> str:
    """What became of a node, in the words that existing projects know."""
    rows = "" if result.rows_out is None else f"  Rows: {result.rows_out:,}"
    match result.status:
        case Status.SUCCESS:
            dropped = f"  Dropped: {result.rows_dropped:,}" if result.rows_dropped else ""
            success = click.style("SUCCESS", fg="green")
            return f"{success} in {result.seconds:.2f}s{rows}{dropped}"
        case Status.CACHED:
            return click.style("[CACHED]", fg="cyan") + rows
        case Status.FAILED:
            message = result.finding.message if result.finding else ""
            return click.style("FAILED:", fg="red") + f" {message}"
        case Status.SKIPPED:
            return click.style("SKIPPED:", fg="yellow") + f" {result.reason}"
        case Status.NOT_RUN:
            return f"NOT RUN: {result.reason}"
        case Status.INTERRUPTED:
            return click.style("INTERRUPTED", fg="red")


def _spinner() -> Any:
    from rich.console import Console
    from rich.status import Status as Spinner

    return Spinner("", console=Console(highlight=False, markup=False), spinner="line")
