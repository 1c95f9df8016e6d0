"""Where functions run: in this process where it has what they ask for, and else in one apart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.python_projects import Shop, shop
from tests.test_python_features import CLOCK, EVENTS, EVENTS_CSV, LAST, SPEND, SPINE, SPINE_CSV
from tests.test_python_isolated import PINS

HEAD = (
    "# /// script\n# dependencies = ["
    + ", ".join(f'"{pin}"' for pin in PINS)
    + "]\n# ///\nfrom seeknal.pipeline import transform\n\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    made = shop(tmp_path)
    made.write("data/events.csv", EVENTS_CSV)
    made.write("data/spine.csv", SPINE_CSV)
    made.write("seeknal/events.yml", EVENTS)
    made.write("seeknal/spine.yml", SPINE)
    return made


# -- here ------------------------------------------------------------------------------------


def test_nodes_run_in_this_process_where_it_will_do(
    project: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seeknal.runtime.python import isolated

    def started(*_: object, **__: object) -> None:
        raise AssertionError("a second interpreter")

    monkeypatch.setattr(isolated, "run_process", started)
    monkeypatch.setattr(isolated, "find_uv", started)
    head = (
        '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["pandas>=2", "{}"]\n# ///\n'
    )
    for name, asked in (("one", "seeknal"), ("two", "pyarrow")):
        project.write(
            f"seeknal/{name}.py",
            head.format(asked) + "import os\n\nimport pandas as pd\n\n"
            "from seeknal.pipeline import transform\n\n\n@transform\n"
            f'def {name}(ctx):\n    return pd.DataFrame({{"pid": [os.getpid()]}})\n',
        )
    project.ok()
    assert project.rows("transform.one") == project.rows("transform.two") == [(os.getpid(),)]


def test_functions_with_and_without_the_context(project: Shop) -> None:
    project.python(
        """
        import pandas as pd

        FRAME = pd.DataFrame({"n": [1]})

        @transform
        def without():
            return FRAME

        @transform
        def with_default(ctx=None):
            return pd.DataFrame({"n": [int(ctx is not None)]})

        @transform
        def with_any(*args, **kwargs):
            return pd.DataFrame({"n": [len(args)]})

        @transform
        def keyword(*, n=1):
            return pd.DataFrame({"n": [n]})
        """
    )
    project.ok()
    for name in ("without", "with_default", "with_any", "keyword"):
        assert project.rows(f"transform.{name}") == [(1,)], name


def test_modules_that_define_dataclasses_and_pickle_them(project: Shop) -> None:
    project.python(
        """
        import pickle
        from dataclasses import dataclass, field
        from typing import ClassVar

        import pandas as pd

        @dataclass(slots=True)
        class Point:
            x: int
            names: list[str] = field(default_factory=list)
            SEEN: ClassVar[int] = 0

        @transform
        def pickled(ctx):
            again = pickle.loads(pickle.dumps(Point(3, ["a"])))
            assert again == Point(3, ["a"])
            return pd.DataFrame([{"x": again.x}])
        """,
        "seeknal/points.py",
    )
    path = project.root / "seeknal" / "points.py"
    path.write_text("from __future__ import annotations\n" + path.read_text())
    project.ok()
    assert project.rows("transform.pickled") == [(3,)]


def test_helpers_in_packages_of_the_project(project: Shop) -> None:
    project.write("lib/__init__.py", "")
    project.write("lib/words/__init__.py", "from .deep import WORD\n")
    project.write("lib/words/deep.py", "WORD = 'deep'\n")
    project.write("seeknal/area/near.py", "from area_helpers import BASE\nNEAR = BASE + 1\n")
    project.write("seeknal/area/area_helpers.py", "BASE = 1\n")
    for file in ("seeknal/area/nodes.py", "seeknal/other.py"):
        name = file.rpartition("/")[2].removesuffix(".py")
        lines = "import near\n" if "area" in file else ""
        value = "near.NEAR" if "area" in file else "0"
        project.python(
            f"import pandas as pd\nfrom lib.words import WORD\n{lines}\n"
            f"@transform\ndef {name}_node(ctx):\n"
            f'    return pd.DataFrame([{{"word": WORD, "near": {value}}}])\n',
            file,
        )
    project.ok()
    assert project.rows("transform.nodes_node") == [("deep", 2)]
    assert project.rows("transform.other_node") == [("deep", 0)]


def test_a_module_does_not_see_those_of_another_folder(project: Shop) -> None:
    """Two files may have helpers of one name, each its own."""
    for folder, value in (("a", 1), ("b", 2)):
        project.write(f"seeknal/{folder}/settings.py", f"VALUE = {value}\n")
        project.python(
            f"import pandas as pd\nimport settings\n\n@transform\ndef {folder}(ctx):\n"
            '    return pd.DataFrame({"v": [settings.VALUE]})\n',
            f"seeknal/{folder}/nodes.py",
        )
    project.ok()
    assert [project.rows(f"transform.{name}") for name in "ab"] == [[(1,)], [(2,)]]


# -- apart -----------------------------------------------------------------------------------


APART = """
def _versions():
    import duckdb, pandas, six
    return f"{duckdb.__version__} {pandas.__version__} {six.__version__}"


@transform
def joined(ctx):
    import os

    spine = ctx.ref("source.spine")
    latest = ctx.ref("feature_group.last").pit_join(spine, "asked")
    wanted = ["spend.total", "spend.seen_5d", "last.amount"]
    found = ctx.features("customer", wanted, spine=spine, date_col="asked")
    found["latest"] = latest["amount"].array
    found["versions"] = _versions()
    found["pid"] = os.getpid()
    print("made", len(found), "rows")
    counted = ctx.duckdb.sql("SELECT COUNT(*) AS n FROM source_spine, found").fetchall()
    assert counted == [(81,)], counted
    entity = ctx.entity("customer")
    assert len(entity) and {"last", "spend"} <= set(entity.columns)
    ctx.state.set("rows", len(found))
    return found


@transform
def gone(ctx):
    import os, sys

    print("last words", file=sys.stderr, flush=True)
    os._exit(7)


@transform
def clocked(ctx):
    return ctx.ref("feature_group.fresh").pit_join(ctx.ref("source.spine"), "asked")
"""


OWN = "entity: customer"
OTHER = "entity: {name: other, join_keys: [customer_id]}"


def test_a_run_with_functions_apart(project: Shop) -> None:
    """The pins of a file are what it imports; the existing tool shadows them with its own."""
    project.write("seeknal/spend.yml", SPEND)
    project.write("seeknal/last.yml", LAST)
    project.write("seeknal/fresh.yml", CLOCK.replace(OWN, OTHER))
    project.write("seeknal/nodes.py", HEAD + APART)
    project.write(
        "seeknal/training.yml",
        "    kind: training_set\n    name: training\n"
        "    spine: {ref: source.spine, as_of: asked}\n    joins:\n"
        "      - {ref: feature_group.spend}\n"
        "      - {ref: feature_group.last, features: [amount]}\n",
    )
    ran = project.run("--continue-on-error")
    assert ran.statuses["transform.joined"] == "success", ran.stdout + ran.stderr
    assert "transform.joined | made 9 rows" in ran.stdout
    names = "label, spend__total, spend__seen_5d, last__amount, latest"
    trained = project.rows("training_set.training", "label, total, seen_5d, amount, amount")
    assert project.rows("transform.joined", names) == trained
    [(versions, pid)] = set(project.rows("transform.joined", "versions, pid"))
    assert versions == "1.1.3 2.2.3 1.16.0"
    assert pid != os.getpid()
    state = project.root / "target" / "pipeline_state" / "transform_joined.json"
    assert state.read_text() == '{\n  "rows": 9\n}\n'
    error = ran.error("transform.gone")
    assert error["code"] == "node-exited"
    assert "exit status 7" in error["message"]
    assert "transform.gone | last words" in ran.stderr
    assert ran.error("transform.clocked")["code"] == "needs-event-time"
    assert not (project.root / "target" / ".scratch").exists()
