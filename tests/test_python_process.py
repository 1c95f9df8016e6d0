"""Functions in the process of the run: what they print, and what they leave behind in it."""

from __future__ import annotations

import logging
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.here import run_here
from tests.python_projects import Shop, shop


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def test_prints_come_as_they_are_made_with_the_name_in_front(project: Shop) -> None:
    project.python(
        """
        import sys

        print("at import")

        @transform
        def talks(ctx):
            print("one\\ntwo")
            print("half", end="")
            print(" a line", flush=True)
            sys.stderr.write("trouble\\n")
            sys.stdout.write("no end")
            return ctx.ref("source.orders")
        """
    )
    ran = project.ok()
    shown = [line for line in ran.stdout.splitlines() if line.startswith("transform.talks | ")]
    assert [line.partition(" | ")[2] for line in shown] == [
        "at import",
        "one",
        "two",
        "half a line",
        "no end",
    ]
    assert "transform.talks | trouble" in ran.stderr
    before, _, after = ran.stdout.partition("transform.talks | no end")
    assert "SUCCESS" in after and "transform.talks  SUCCESS" not in before


def test_a_lot_of_printing_takes_no_memory(tmp_path: Path) -> None:
    """50 MB of lines, and one line of 10 MB."""
    file = tmp_path / "nodes.py"
    file.write_text(
        "def prints():\n"
        "    for _ in range(50_000):\n        print('x' * 999)\n"
        "    for _ in range(1000):\n        print('y' * 10_000, end='')\n"
    )
    call = Call(
        node_id="transform.prints",
        file=file,
        function="prints",
        root=tmp_path,
        target=tmp_path / "target",
        output=False,
    )
    counted = [0, 0]

    def on_line(text: str, is_error: bool) -> None:
        counted[0] += 1
        counted[1] += len(text)

    tracemalloc.start()
    run_here(call, on_line)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted[1] == 50_000 * 999 + 10_000_000
    assert counted[0] > 50_000
    assert peak < 2_000_000, peak


def test_nothing_that_a_module_is_stays_behind(project: Shop) -> None:
    project.write("seeknal/helper.py", "VALUE = 1\n")
    project.python(
        """
        import helper

        @transform
        def a(ctx):
            return ctx.ref("source.orders").assign(value=helper.VALUE)
        """
    )
    paths, modules = list(sys.path), set(sys.modules)
    project.ok()
    project.write("seeknal/helper.py", "VALUE = 22\n")
    project.ok()
    assert project.rows("transform.a", "MAX(value)") == [(22,)]
    assert sys.path == paths
    assert not {name for name in set(sys.modules) - modules if "helper" in name or "user" in name}


def test_what_a_node_leaves_behind_is_not_said_in_its_name(project: Shop) -> None:
    """A handler of `logging` holds the stream that it was made with."""
    project.python(
        """
        import logging

        @transform(output=False)
        def one():
            logging.getLogger("left.behind").addHandler(logging.StreamHandler())
            logging.getLogger("left.behind").warning("of one")

        @transform(output=False)
        def two():
            logging.getLogger("left.behind").warning("of two")
        """
    )
    ran = project.ok()
    shown = [line for line in ran.stderr.splitlines() if " | of " in line]
    assert shown == ["transform.one | of one", "transform.two | of two"]
    logging.getLogger("left.behind").handlers.clear()


def test_relative_paths_are_those_of_the_project(project: Shop, tmp_path: Path) -> None:
    project.python(
        """
        import os
        import pandas as pd

        @transform
        def read(ctx):
            rows = pd.read_csv("data/orders.csv")
            os.chdir("/")
            return rows

        @transform
        def again(ctx):
            return pd.read_csv("data/orders.csv")
        """
    )
    before = os.getcwd()
    project.ok()
    assert os.getcwd() == before
    assert len(project.rows("transform.again")) == 4


def test_what_a_node_does_to_its_parameters_stays_its_own(project: Shop) -> None:
    project.python(
        """
        import pandas as pd

        @transform
        def one(ctx):
            ctx.params["ids"].append(9)
            ctx.params["more"] = 1
            return pd.DataFrame({"n": [len(ctx.params["ids"])]})

        @transform
        def two(ctx):
            return pd.DataFrame({"n": [len(ctx.params["ids"])], "keys": ["more" in ctx.params]})
        """
    )
    project.ok("--params", '{"ids": [1, 2]}')
    assert project.rows("transform.one") == [(3,)]
    assert project.rows("transform.two") == [(2, False)]
