"""The command line: `seeknal`. A command is imported when it is asked for."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from importlib import import_module
from typing import NamedTuple

import click

import seeknal


class Entry(NamedTuple):
    """Where a command is, and its line in `seeknal --help`; without one it is not listed."""

    module: str
    attribute: str
    help: str = ""


# In the order of a project's life.
COMMANDS = {
    "init": Entry("init_project", "init_project", "Start a project."),
    "draft": Entry("draft_node", "draft_node", "Write a spec to start from."),
    "dry-run": Entry("dry_run", "dry_run", "Show what a spec would do; write nothing."),
    "apply": Entry("apply_draft", "apply_draft", "Move a draft into the project."),
    "compile": Entry("compile_sql", "compile_sql", "Compile specs to SQL."),
    "test": Entry("test_nodes", "test_nodes", "Run the unit tests of the specs."),
    "plan": Entry("plan_run", "plan_run", "Show what would run, in order, and why."),
    "run": Entry("run_nodes", "run_nodes", "Run what has changed and publish the rows."),
    "list": Entry("list_nodes", "list_nodes", "List the nodes."),
    "inspect": Entry("inspect_output", "inspect_output", "Show the rows or columns of a result."),
    "split": Entry("split_rows", "split_rows", "Write train, validation and test files."),
    "consolidate": Entry(
        "entities", "consolidate_entities", "Join the feature groups of each entity."
    ),
    "entity": Entry("entities", "entity", "Show the entities and their features."),
    "check": Entry("check_leakage", "check", "Check that a training set is sound."),
    "check-leakage": Entry("check_leakage", "alias"),
    "info": Entry("info", "info", "Show versions and the project."),
}


class OnDemand(click.Group):
    """A group whose commands are imported one by one, so that a start costs one of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, first things first."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that no command has."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"seeknal.commands.{entry.module}")
        found = getattr(module, entry.attribute)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for, or an error that names the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from seeknal.compiler.suggest import closest

            near = closest(args[0], COMMANDS)
            ctx.fail(f"No command '{args[0]}'." + (f" Did you mean '{near}'?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        rows = [(name, entry.help) for name, entry in COMMANDS.items() if entry.help]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(
    cls=OnDemand, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(seeknal.__version__, prog_name="seeknal")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Compile ML features from YAML specs to SQL, and run them.

    \b
    seeknal init --name shop --example    start a project that runs
    seeknal compile                       write the SQL of every node
    seeknal run                           run what has changed
    seeknal inspect customer_trend        look at the rows
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def start() -> None:
    """The console script: run `main`, then leave without taking the interpreter apart.

    Freeing every module takes longer than a small command. What has to be done at an end is
    done: exit handlers run, and what was printed is flushed.
    """
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code
        if isinstance(code, str) or threading.active_count() > 1:
            raise
        atexit._run_exitfuncs()
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            raise leaving from None
        os._exit(code or 0)


if __name__ == "__main__":
    start()
