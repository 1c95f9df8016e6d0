"""Functions that raise, leave, hang, print or are interrupted: what is said, and what is kept."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.python_projects import Shop, shop

CLI = "from seeknal.cli import start; start()"


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def state(project: Shop) -> dict[str, str]:
    read = json.loads((project.root / "target" / "run_state.json").read_text())
    return {id: node["status"] for id, node in read["nodes"].items()}


BROKEN = """
@transform
def broken(ctx):
    return half(ctx.ref("source.orders"))


def half(orders):
    if orders["amount"].max() > 100:
        raise ValueError("too much")
    return orders


@transform
def below(ctx):
    return ctx.ref("transform.broken")


@transform
def beside(ctx):
    return ctx.ref("source.orders")
"""


def test_a_function_that_raises_fails_its_node_at_its_line(project: Shop) -> None:
    project.python(BROKEN)
    ran = project.run("--continue-on-error")
    assert ran.exit_code == 1
    assert ran.statuses == {
        "source.orders": "success",
        "transform.beside": "success",
        "transform.broken": "failed",
        "transform.below": "skipped",
    }
    error = ran.error("transform.broken")
    assert (error["code"], error["message"]) == ("node-raised", "ValueError: too much")
    assert error["place"]["line"] == 12
    assert ran.reasons["transform.below"] == "transform.broken failed"
    assert state(project)["transform.broken"] == "failed"
    assert "transform.below" not in state(project)


def test_without_continue_on_error_a_run_stops(project: Shop) -> None:
    project.python(BROKEN.replace("def beside", "def zebra"))
    ran = project.run()
    assert ran.statuses["transform.broken"] == "failed"
    assert ran.statuses["transform.zebra"] == "not run"


def test_a_traceback_starts_at_the_users_file(project: Shop) -> None:
    project.python(BROKEN)
    project.run()
    lines = [line.strip("| ") for line in project.log().splitlines() if "File " in line]
    assert [line.split(", ")[1:] for line in lines] == [
        ["line 7", "in broken"],
        ["line 12", "in half"],
    ]
    assert "runtime/python" not in project.log()


def test_a_module_that_fails_at_import(project: Shop) -> None:
    project.python("import nowhere_to_be_found\n\n@transform\ndef a(ctx): ...\n")
    error = project.run().error("transform.a")
    assert error["code"] == "node-raised"
    assert error["message"] == "ModuleNotFoundError: No module named 'nowhere_to_be_found'"
    assert error["place"]["line"] == 4
    assert "install `nowhere_to_be_found`" in error["help"]


def test_a_module_that_has_lost_its_function(project: Shop) -> None:
    project.python("@transform\ndef a(ctx): ...\n\na = None\n")
    assert project.run().error("transform.a")["code"] == "unknown-function"


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        ("asyncio.CancelledError()", "CancelledError: without a message"),
        ("Odd()", "Odd: with a message that cannot be shown"),
        ("Stop('now\\nand here')", "Stop: now …"),
        ("MemoryError()", "MemoryError: without a message"),
    ],
)
def test_errors_of_every_kind_are_errors_of_the_node(
    project: Shop, raised: str, message: str
) -> None:
    project.python(
        f"""
        import asyncio

        class Odd(Exception):
            def __str__(self):
                raise ValueError

        class Stop(BaseException):
            pass

        @transform
        def broken(ctx):
            raise {raised}

        @transform
        def deep(ctx):
            return deep(ctx)
        """
    )
    ran = project.run("--continue-on-error")
    assert ran.error("transform.broken")["message"] == message
    assert "RecursionError" in ran.error("transform.deep")["message"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('ctx.duckdb.sql("SELECT CAST(customer_id AS INT) AS n FROM orders")', "bad-value"),
        ("ctx.duckdb.sql('SELECT 99999999999999999999::HUGEINT AS n')", "integer-overflow"),
        ("pl.from_arrow(orders).lazy().select(pl.col('nowhere'))", "node-raised"),
    ],
)
def test_what_is_computed_late_fails_its_node(project: Shop, frame: str, code: str) -> None:
    """Relations and lazy frames are computed when the function has returned them."""
    project.python(
        f"""
        import polars as pl

        @transform
        def late(ctx):
            orders = ctx.ref("source.orders", as_="arrow")
            return {frame}
        """
    )
    error = project.run().error("transform.late")
    assert error["code"] == code
    assert error["place"]["line"] == 8


@pytest.mark.parametrize("code", ["0", "3", "'enough'", ""])
def test_a_function_that_exits_does_not_end_the_run(project: Shop, code: str) -> None:
    project.python(
        f"""
        import sys

        @transform
        def leaves(ctx):
            sys.exit({code})

        @transform
        def beside(ctx):
            return ctx.ref("source.orders")
        """
    )
    ran = project.run("--continue-on-error")
    assert ran.error("transform.leaves")["code"] == "node-exited"
    assert ran.statuses["transform.beside"] == "success"


def test_a_function_that_hangs_is_stopped(project: Shop) -> None:
    project.python(
        """
        import time

        @transform(timeout="1s")
        def hangs(ctx):
            try:
                time.sleep(60)
            except Exception:
                pass

        @transform(timeout="1s")
        def spins(ctx):
            while True:
                pass
        """
    )
    begun = time.monotonic()
    ran = project.run("--continue-on-error")
    assert time.monotonic() - begun < 20
    for name in ("hangs", "spins"):
        error = ran.error(f"transform.{name}")
        assert error["code"] == "node-timeout"
        assert error["message"] == f"`{name}` ran longer than its `timeout` of 1 second"


def test_a_function_that_catches_its_end_is_stopped_again(
    project: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seeknal.runtime.python import here

    monkeypatch.setattr(here, "_AGAIN_SECONDS", 0.5)
    project.python(
        """
        import time

        @transform(timeout="1s")
        def stubborn(ctx):
            try:
                time.sleep(60)
            except:
                time.sleep(60)
        """
    )
    begun = time.monotonic()
    assert project.run().error("transform.stubborn")["code"] == "node-timeout"
    assert time.monotonic() - begun < 20
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_last_output_stays_where_a_node_fails(project: Shop) -> None:
    body = '@transform\ndef a(ctx):\n    return ctx.ref("source.orders"){}\n'
    project.python(body.format(""))
    project.ok()
    before = project.file("transform.a").read_bytes()
    project.python(body.format("['amount'].sum()"))
    ran = project.run()
    assert ran.error("transform.a")["code"] == "bad-output"
    assert project.file("transform.a").read_bytes() == before
    assert project.run().statuses["transform.a"] == "failed", "it is made again"


# -- from outside ----------------------------------------------------------------------------


def test_an_interrupt_keeps_what_is_there(project: Shop) -> None:
    project.python(
        """
        import time

        @transform
        def slow(ctx):
            if ctx.get_param("slow"):
                print("waiting", flush=True)
                time.sleep(60)
            return ctx.ref("source.orders")

        @transform
        def below(ctx):
            return ctx.ref("transform.slow")
        """
    )
    project.ok()
    before = project.file("transform.slow").read_bytes()
    command = ["run", "--project-path", str(project.root), "--params", '{"slow": true}']
    with subprocess.Popen(
        [sys.executable, "-c", CLI, *command], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "waiting" in line:
                process.send_signal(signal.SIGINT)
                break
        process.stdout.read()
        assert process.wait(20) == 130
    assert project.file("transform.slow").read_bytes() == before
    report = json.loads((project.root / "target" / "run_report.json").read_text())
    assert {n["id"]: n["status"] for n in report["nodes"]} == {
        "source.orders": "cached",
        "transform.slow": "interrupted",
        "transform.below": "not run",
    }
    assert not list((project.root / "target").rglob("*.seeknal-tmp"))
    assert project.ok().statuses["transform.slow"] == "cached"


def test_a_function_that_ends_python_leaves_a_whole_state(project: Shop) -> None:
    project.python(
        """
        import os

        @transform
        def gone(ctx):
            if ctx.get_param("gone"):
                os._exit(3)
            return ctx.ref("source.orders")
        """
    )
    project.ok()
    words = ["run", "--project-path", str(project.root), "--params", '{"gone": true}']
    assert subprocess.run([sys.executable, "-c", CLI, *words], capture_output=True).returncode == 3
    assert state(project)["transform.gone"] == "success"
    assert len(project.rows("transform.gone")) == 4
    assert project.ok().statuses["transform.gone"] == "cached"


# -- hooks -----------------------------------------------------------------------------------


PAID = """
    kind: transform
    name: paid
    inputs: [{ref: source.orders}]
    transform: SELECT * FROM source.orders
    post_hooks: [{python: hooks.py:first}, {python: hooks.py:second}]
"""


def test_a_hook_that_fails_fails_its_node_until_it_has_run(project: Shop) -> None:
    project.write("seeknal/paid.yml", PAID)
    project.python('@transform\ndef below(ctx):\n    return ctx.ref("transform.paid")\n')
    hooks = 'def first(ctx):\n    print("first")\n\n\ndef second(ctx):\n    {}\n'
    project.write("hooks.py", hooks.format('raise OSError("no post today")'))
    ran = project.run()
    error = ran.error("transform.paid")
    assert error["message"] == "the post-hook `second`: OSError: no post today"
    assert (error["place"]["file"], error["place"]["line"]) == ("hooks.py", 6)
    assert ran.statuses == {
        "source.orders": "success",
        "transform.paid": "failed",
        "transform.below": "skipped",
    }
    assert len(project.rows("transform.paid")) == 4, "the rows are published before the hooks"
    again = project.run()
    assert again.statuses["transform.paid"] == "failed"
    assert "transform.paid | first" in again.stdout
    project.write("hooks.py", hooks.format('print("posted")'))
    last = project.ok()
    assert last.statuses["transform.below"] == "success"
    assert "transform.paid | posted" in last.stdout
    assert set(project.ok().statuses.values()) == {"cached"}
