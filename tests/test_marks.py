"""Marks on what does not hold on an engine are strict, and a missing engine is a failure."""

from __future__ import annotations

import pytest

from seeknal.compiler.findings import CompileFailed, Finding, Place
from tests.conformance import marked
from tests.engines import ENGINES, MissingEngine, chosen, marks, open_engine
from tests.engines.base import Mark, Why


def fails() -> None:
    raise AssertionError("rows differ")


def refuses() -> None:
    place = Place("seeknal/a.yml", 1, 1)
    raise CompileFailed([Finding("unsupported", "ASOF is not there", place, "leave it out")])


def passes() -> None:
    pass


def mark(monkeypatch: pytest.MonkeyPatch, why: Why, says: str = "") -> None:
    found = (Mark("median of *", why, "a reason", says),)
    monkeypatch.setattr(marked, "marks", lambda engine: found)


def test_without_a_mark_a_failure_and_a_refusal_fail() -> None:
    for check, error in ((fails, AssertionError), (refuses, CompileFailed)):
        with pytest.raises(error):
            marked.hold("duckdb", [("median of doubles", check)])


def test_a_gap_is_an_expected_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    mark(monkeypatch, "not implemented here")
    for check in (fails, refuses):
        with pytest.raises(pytest.xfail.Exception, match="median of doubles: a reason"):
            marked.hold("duckdb", [("median of doubles", check)])


@pytest.mark.parametrize("why", ["not implemented here", "engine cannot", "never, because"])
def test_a_mark_on_what_works_fails(why: Why, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(monkeypatch, why)
    with pytest.raises(pytest.fail.Exception, match="take its mark away"):
        marked.hold("duckdb", [("median of doubles", passes)])


@pytest.mark.parametrize("why", ["engine cannot", "never, because"])
def test_what_an_engine_cannot_is_refused(why: Why, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(monkeypatch, why, says="ASOF")
    marked.hold("duckdb", [("median of doubles", refuses)])
    with pytest.raises(AssertionError, match="and it compiles"):
        marked.hold("duckdb", [("median of doubles", fails)])
    mark(monkeypatch, why, says="QUALIFY")
    with pytest.raises(AssertionError, match="not refused for what its mark says"):
        marked.hold("duckdb", [("median of doubles", refuses)])


def test_every_engine_has_marks_that_are_read_without_it() -> None:
    assert all(isinstance(found, Mark) for name in ENGINES for found in marks(name))


def test_a_missing_engine_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingEngine, match="there is no engine `oracle`"):
        chosen("duckdb,oracle")
    with pytest.raises(MissingEngine, match="`nothing` cannot be opened"):
        open_engine("nothing")
