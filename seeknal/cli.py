"""The command line: `seeknal`. A command imports what it needs when it runs."""

from __future__ import annotations

import os

import click

import seeknal
from seeknal.commands.check_leakage import alias, check
from seeknal.commands.compile_sql import compile_sql
from seeknal.commands.entities import consolidate_entities, entity
from seeknal.commands.info import info
from seeknal.commands.init_project import init_project
from seeknal.commands.inspect_output import inspect_output
from seeknal.commands.list_nodes import list_nodes
from seeknal.commands.plan_run import plan_run
from seeknal.commands.run_nodes import run_nodes
from seeknal.commands.split_rows import split_rows

COMMANDS = (
    init_project,
    compile_sql,
    plan_run,
    run_nodes,
    list_nodes,
    inspect_output,
    split_rows,
    consolidate_entities,
    entity,
    check,
    alias(),
    info,
)


class InOrder(click.Group):
    """A group that lists its commands in the order of a project's life."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, first things first."""
        return [*self.commands]


@click.group(
    cls=InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
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


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
