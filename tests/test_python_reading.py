"""Python files are read as text: every spelling of a node is seen, or is an error; none is lost."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from seeknal.compiler.findings import Findings
from seeknal.compiler.project import load_project
from tests.python_projects import Shop, shop


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def nodes(project: Shop) -> set[str]:
    findings = Findings()
    found = set(load_project(project.root, findings).specs) - {"source.orders"}
    assert list(findings) == []
    return found


def said(project: Shop) -> list[tuple[str, int, int, str]]:
    return [
        (f.code, f.place.line, f.place.column, f.message) for f in project.findings() if f.place
    ]


@pytest.mark.parametrize(
    ("head", "decorator"),
    [
        ("from seeknal.pipeline import *", "transform"),
        ("import seeknal", "seeknal.pipeline.transform"),
        ("import seeknal as sk", "sk.pipeline.transform"),
        ("from seeknal.pipeline import transform\nnode = transform", "node"),
        ("import seeknal.pipeline as sp\nnode = sp.transform", "node"),
        (
            "try:\n    from seeknal.pipeline import transform\nexcept ImportError:\n    raise",
            "transform",
        ),
    ],
)
@pytest.mark.parametrize("use", ["", "()", "(tags=['x'])"])
def test_a_decorator_is_seen_however_it_is_spelt(
    project: Shop, head: str, decorator: str, use: str
) -> None:
    """A node that is not seen would be silently absent."""
    project.write("seeknal/n.py", f"{head}\n\n\n@{decorator}{use}\ndef clean(ctx):\n    pass\n")
    assert nodes(project) == {"transform.clean"}


def test_constants_of_the_module_are_what_they_are_set_to(project: Shop) -> None:
    project.python(
        """
        NAME: str = "clean"
        ORDERS = "source.orders"
        SCHEMA = [{"name": "order_id", "data_type": "int64"}]
        TAGS = ("a", "b")
        LOWEST = -1.5

        @transform(NAME, inputs=[ORDERS], schema=SCHEMA, tags=TAGS, lowest=LOWEST, x=None)
        def make(ctx): ...
        """
    )
    project_read = load_project(project.root, Findings())
    assert project_read.documents["transform.clean"].data == {
        "kind": "transform",
        "name": "clean",
        "inputs": [{"ref": "source.orders"}],
        "schema": [{"name": "order_id", "data_type": "int64"}],
        "tags": ["a", "b"],
        "params": {"lowest": -1.5},
    }


@pytest.mark.parametrize(
    "value",
    [
        "'a' + NAME",
        "f'{NAME}'",
        "NAME.lower()",
        "CHANGED",
        "unknown",
        "[n for n in ()]",
        "{**{}}",
        "lambda: 1",
        "...",
    ],
)
def test_what_is_computed_is_an_error(project: Shop, value: str) -> None:
    project.python(
        f"""
        NAME = "clean"
        CHANGED = "a"
        CHANGED = "b"

        @transform(weight={value})
        def make(ctx): ...
        """
    )
    [(code, line, _, message)] = said(project)
    assert (code, line) == ("computed-value", 9)
    assert "is computed, and files are read, not run, to compile" in message


def test_arguments_that_cannot_be_followed(project: Shop) -> None:
    project.python(
        """
        MORE = {"tags": ["x"]}

        @transform(**MORE)
        def one(ctx): ...

        @transform(*["two"])
        def two(ctx): ...
        """
    )
    assert [(code, line) for code, line, *_ in said(project)] == [
        ("computed-value", 7),
        ("computed-value", 10),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "class A:\n    @transform\n    def clean(self): ...\n",
            "the function `clean` is nested in another statement, and cannot be a node",
        ),
        (
            "def outer():\n    @transform\n    def clean(ctx): ...\n",
            "the function `clean` is nested in another statement, and cannot be a node",
        ),
        (
            "@transform\nasync def clean(ctx): ...\n",
            "the function `clean` is a coroutine, and cannot be a node",
        ),
        (
            "@transform\n@feature_group\ndef clean(ctx): ...\n",
            "the function `clean` has two kinds of node, and cannot be a node",
        ),
        (
            "@materialize(type='iceberg')\ndef clean(ctx): ...\n",
            "the function `clean` is materialized and is no node, and cannot be a node",
        ),
        (
            "@transform('a')\ndef _(ctx): ...\n\n@transform('b')\ndef _(ctx): ...\n",
            "the function `_` is defined again below, and cannot be a node",
        ),
        (
            "@transform\ndef clean(ctx): ...\n\ndef clean(rows): ...\n",
            "the function `clean` is defined again below, and cannot be a node",
        ),
    ],
)
def test_functions_that_cannot_be_nodes(project: Shop, text: str, message: str) -> None:
    project.python(text)
    assert [(code, text) for code, _, _, text in said(project)] == [("bad-function", message)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_are_right_beside_letters_of_every_width(project: Shop, end: str) -> None:
    lines = [
        "from seeknal.pipeline import transform",
        "TEXT = 'größe \u2028 \x0c \x1c 🙂'",
        "\x0c",
        "@transform(inputs=['größe', 'source.orders'], tags=['🙂'], owner=TEXT.x)",
        "def clean(ctx):",
        "    return ctx.ref('source.ordrs')",
        "",
    ]
    project.write("seeknal/n.py", "")
    (project.root / "seeknal" / "n.py").write_bytes(end.join(lines).encode())
    [(code, line, column, _)] = said(project)
    assert (code, line) == ("computed-value", 4)
    assert lines[3][column - 1 :] == "TEXT.x)"
    (project.root / "seeknal" / "n.py").write_bytes(
        end.join(lines).replace(", owner=TEXT.x", "").replace("['größe', ", "[").encode()
    )
    found = {(code, line) for code, line, *_ in said(project)}
    assert ("unknown-node", 6) in found


def test_a_byte_order_mark_is_no_code(project: Shop) -> None:
    text = b"\xef\xbb\xbffrom seeknal.pipeline import transform\n\n@transform\ndef a(ctx): ...\n"
    project.write("seeknal/n.py", "")
    (project.root / "seeknal" / "n.py").write_bytes(text)
    assert nodes(project) == {"transform.a"}


def test_reading_warns_of_nothing(project: Shop) -> None:
    """Of an escape that Python does not know, Python warns where the file is imported."""
    project.write("seeknal/helper.py", "PATTERN = '\\\\d'\n".replace("\\\\", "\\"))
    project.python("import helper\n\n@transform\ndef a(ctx):\n    return '\\d'\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nodes(project) == {"transform.a"}


@pytest.mark.parametrize("text", ["x = 'a\0b'\n", "def f(:\n", "\tx = 1\n  y = 2\n", "x = 'é\n"])
def test_what_is_no_python_is_said(project: Shop, text: str) -> None:
    project.write("seeknal/n.py", "")
    (project.root / "seeknal" / "n.py").write_text(text, "utf-8")
    assert [code for code, *_ in said(project)] == ["python-syntax"]


def test_a_source_and_its_options(project: Shop) -> None:
    """Its body never runs: a file has nothing to say beyond its spec."""
    project.python(
        """
        @source(name="again", source="csv", table="data/orders.csv", header=True,
                schema=[{"name": "order_id", "data_type": "int64"}], tags=["raw"])
        def load(ctx=None):
            raise AssertionError("never called")

        @feature_group(
            entity={"name": "customer", "join_keys": ["customer_id"]},
            features={"amount": {"description": "Spent.", "dtype": "double"}},
            materialization={"event_time_col": "order_date", "offline": True},
            description="What they spent.", owner="growth",
        )
        def spent(ctx):
            return ctx.ref("source.orders")
        """
    )
    ran = project.ok()
    assert ran.statuses["source.again"] == "success"
    assert project.rows("source.again") == [(1,), (2,), (3,), (4,)]
    assert "Consolidated entity 'customer': 1 FG" in ran.stdout


def test_classes_of_a_materialization_are_their_keywords(project: Shop) -> None:
    project.python(
        """
        from seeknal.pipeline import Materialization, OfflineConfig, OnlineConfig, IcebergTable

        @feature_group(
            entity="customer",
            event_time="order_date",
            materialization=Materialization(
                offline=OfflineConfig(format="parquet"), online=OnlineConfig(enabled=False),
            ),
        )
        def spent(ctx):
            return ctx.ref("source.orders")
        """
    )
    data = load_project(project.root, Findings()).documents["feature_group.spent"].data
    assert data["materialization"] == {
        "offline": {"format": "parquet"},
        "online": {"enabled": False},
    }
    project.ok()
