"""What makes a node in Python stale: its code, the parameters that it reads, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from seeknal.cli import main
from tests.python_projects import Shop, shop

NODES = '''
import helpers
import tools.words
from tools.numbers import twice

RATE = 2
UNUSED = 1


def plus(number):
    return lambda function: lambda value: function(value) + number


@plus(0)
def scale(value):
    return value * RATE


class Scorer:
    def score(self, value):
        return value + 1


@transform
def first(ctx):
    """First."""
    orders = ctx.ref("source.orders")
    orders["amount"] = Scorer().score(scale(orders["amount"])) + helpers.OFFSET + twice(1)
    return orders


@transform
def second(ctx):
    return ctx.ref("source.orders")
'''
FILES = {
    "seeknal/helpers.py": "import tools.deep.inner\n\nOFFSET = tools.deep.inner.BASE\n",
    "tools/__init__.py": "",
    "tools/numbers.py": "def twice(x):\n    return 2 * x\n",
    "tools/words.py": "WORD = 'x'\n",
    "tools/deep/__init__.py": "",
    "tools/deep/inner.py": "BASE = 10\n",
    "tools/unread.py": "NOTHING = 1\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A project that was run once; every test leaves it as it was."""
    project = shop(tmp_path_factory.mktemp("changes"))
    for file, text in FILES.items():
        project.write(file, text)
    project.python(NODES)
    project.ok()
    # 2 * 40 + 1 + 10 + 2
    assert project.rows("transform.first", "amount", "order_id")[0] == (93.0,)
    return project


def reasons(project: Shop, *arguments: str) -> dict[str, str]:
    """What a run would do, by the names of the nodes."""
    words = ["run", "--dry-run", "--json", "--project-path", str(project.root)]
    done = CliRunner().invoke(main, [*words, "--date", "2026-01-31", *arguments])
    assert done.exit_code == 0, done.output
    steps = json.loads(done.stdout)
    return {s["id"].partition(".")[2]: s["reason"] for s in steps if s["action"] == "RUN"}


def stale_after(project: Shop, file: str, old: str, new: str) -> set[str]:
    """The nodes that a change of one text makes stale; the change is taken back."""
    path = project.root / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    try:
        return set(reasons(project))
    finally:
        path.write_text(text, "utf-8")


NODES_FILE = "seeknal/nodes.py"


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        (NODES_FILE, "    return orders", "    return orders.head(2)", {"first"}),
        (NODES_FILE, "return value * RATE", "return value / RATE", {"first", "second"}),
        (NODES_FILE, "return value + 1", "return value + 2", {"first", "second"}),
        (NODES_FILE, "RATE = 2", "RATE = 3", {"first", "second"}),
        (NODES_FILE, "@plus(0)", "@plus(1)", {"first", "second"}),
        (NODES_FILE, "@transform\ndef f", "@transform\n@plus(0)\ndef f", {"first"}),
        ("seeknal/helpers.py", "inner.BASE", "inner.BASE + 1", {"first", "second"}),
        ("tools/numbers.py", "2 * x", "3 * x", {"first", "second"}),
        ("tools/deep/inner.py", "BASE = 10", "BASE = 11", {"first", "second"}),
        ("tools/deep/__init__.py", "", "import os\n", {"first", "second"}),
    ],
    ids="body helper method constant decorator own-decorator module package submodule init".split(),
)
def test_code_that_a_function_runs_makes_it_stale(
    made: Shop, file: str, old: str, new: str, stale: set[str]
) -> None:
    """A module runs whole at import, so what stands beside the nodes is code of all of them."""
    found = stale_after(made, file, old, new)
    assert found == stale


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (NODES_FILE, "    return orders", "    # as they are\n    return orders"),
        (NODES_FILE, "    return orders\n", "\n    return (\n        orders\n    )\n"),
        (NODES_FILE, '"source.orders"', "'source.orders'"),
        (NODES_FILE, "RATE = 2", "RATE = 2  # twice"),
        ("tools/numbers.py", "def twice", "# doubles\n\n\ndef twice"),
        ("tools/unread.py", "NOTHING = 1", "NOTHING = 2"),
    ],
    ids="comment layout quotes comment-on-constant comment-in-module unread-module".split(),
)
def test_what_changes_nothing_makes_nothing_stale(
    made: Shop, file: str, old: str, new: str
) -> None:
    assert stale_after(made, file, old, new) == set()


def test_the_body_of_another_node_makes_nothing_stale(made: Shop) -> None:
    changed = stale_after(
        made,
        NODES_FILE,
        'return ctx.ref("source.orders")\n',
        'return ctx.ref("source.orders").head(1)\n',
    )
    assert changed == {"second"}


def test_a_docstring_is_no_code(made: Shop) -> None:
    assert stale_after(made, NODES_FILE, '"""First."""', '"""The first."""') == set()


def test_a_change_says_what_changed(made: Shop) -> None:
    """The existing tool says `No changes detected` after an edit of a body."""
    path = made.root / NODES_FILE
    text = path.read_text("utf-8")
    path.write_text(text.replace("    return orders", "    return orders.head(1)"), "utf-8")
    assert reasons(made) == {"first": "its function, or a parameter of it, changed"}
    path.write_text(text, "utf-8")
    assert reasons(made) == {}


# -- parameters ------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


@pytest.mark.parametrize(
    "read",
    [
        'ctx.params["factor"]',
        'ctx.params.get("factor")',
        'ctx.get_param("factor", 1)',
        "helper(ctx)",
        "dict(ctx.params)['factor']",
    ],
)
def test_a_parameter_that_is_read_makes_it_stale(project: Shop, read: str) -> None:
    project.python(
        f"""
        def helper(c):
            return c.params["factor"]

        @transform
        def scaled(ctx):
            return ctx.ref("source.orders").assign(factor={read})

        @transform
        def plain(ctx):
            return ctx.ref("source.orders")
        """
    )
    project.ok("--params", '{"factor": 2, "other": 1}')
    assert reasons(project, "--params", '{"factor": 2, "other": 1}') == {}
    assert set(reasons(project, "--params", '{"factor": 3, "other": 1}')) == {"scaled"}
    whole = "dict(" in read
    expected = {"scaled"} if whole else set()
    assert set(reasons(project, "--params", '{"factor": 2, "other": 9}')) == expected


def test_the_day_of_the_run_is_a_parameter_like_others(project: Shop) -> None:
    project.python(
        """
        @transform
        def dated(ctx):
            return ctx.ref("source.orders").assign(day=str(ctx.params["run_date"]))

        @transform(day="{{ run_date }}")
        def declared(ctx):
            return ctx.ref("source.orders")

        @transform
        def all(ctx):
            return ctx.ref("source.orders").assign(names=",".join(sorted(ctx.params)))

        @transform
        def plain(ctx):
            return ctx.ref("source.orders")
        """
    )
    project.ok()
    assert reasons(project) == {}, "another run has another name, which makes nothing stale"
    assert set(reasons(project, "--date", "2026-02-01")) == {"dated", "declared", "all"}


def test_a_parameter_of_the_decorator_makes_it_stale(project: Shop) -> None:
    project.python('@transform(weight=2)\ndef a(ctx):\n    return ctx.ref("source.orders")\n')
    project.ok()
    project.python('@transform(weight=3)\ndef a(ctx):\n    return ctx.ref("source.orders")\n')
    assert set(reasons(project)) == {"a"}


def test_what_a_file_asks_for_makes_it_stale(project: Shop) -> None:
    body = '@transform\ndef a(ctx):\n    return ctx.ref("source.orders")\n'
    project.python(body)
    project.ok()
    head = '# /// script\n# dependencies = ["pandas>=2"]\n# ///\n'
    project.write("seeknal/nodes.py", head + "from seeknal.pipeline import transform\n\n" + body)
    assert set(reasons(project)) == {"a"}


def test_new_rows_that_are_the_same_rows_leave_what_is_below_alone(project: Shop) -> None:
    project.python(
        """
        @transform
        def first(ctx):
            return ctx.ref("source.orders")

        @transform
        def second(ctx):
            return ctx.ref("transform.first")
        """
    )
    project.ok()
    path = project.root / "seeknal" / "nodes.py"
    text = path.read_text().replace('ctx.ref("source.orders")', 'ctx.ref("source.orders").copy()')
    path.write_text(text)
    assert project.ok().statuses == {
        "source.orders": "cached",
        "transform.first": "success",
        "transform.second": "cached",
    }


def test_a_hook_that_changes_runs_again(project: Shop) -> None:
    project.write("hooks.py", "def tell(ctx):\n    print('one')\n")
    project.write(
        "seeknal/paid.yml",
        """
        kind: transform
        name: paid
        inputs: [{ref: source.orders}]
        transform: SELECT * FROM source.orders
        post_hooks: [{python: hooks.py:tell}]
        """,
    )
    assert "transform.paid | one" in project.ok().stdout
    assert "|" not in project.ok().stdout
    project.write("hooks.py", "def tell(ctx):\n    print('two')\n")
    assert "transform.paid | two" in project.ok().stdout
