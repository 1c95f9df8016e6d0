"""What is known not to hold on an engine: strictly, so that a mark on what works fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from seeknal.compiler.findings import CompileFailed, Finding
from tests.engines import marks
from tests.engines.base import Mark


@dataclass(frozen=True, slots=True)
class Kept:
    """What a check came to: it holds, or it is refused or fails as a mark says."""

    mark: Mark | None = None
    findings: Sequence[Finding] = ()


def mark_of(engine: str, cell: str) -> Mark | None:
    """The mark on a cell of an engine."""
    found = [mark for mark in marks(engine) if mark.covers(cell)]
    assert len(found) < 2, f"{engine}: several marks are on `{cell}`"
    return found[0] if found else None


def kept(engine: str, cell: str, check: Callable[[], None]) -> Kept:
    """Run a check, which must hold, or come to what the mark on its cell says."""
    mark = mark_of(engine, cell)
    if mark is None:
        check()
        return Kept()
    try:
        check()
    except CompileFailed as failed:
        findings = refusals(failed)
        assert any(mark.says in finding.message for finding in findings), (
            f"{engine}: `{cell}` is not refused for what its mark says, {mark.says!r}: "
            + "; ".join(finding.message for finding in findings)
        )
        return Kept(mark, findings)
    except (Exception, pytest.fail.Exception):
        assert mark.why == "not implemented here", (
            f"{engine}: `{cell}` is marked as refused ({mark.reason}), and it compiles"
        )
        return Kept(mark)
    pytest.fail(f"{engine}: `{cell}` holds: take its mark away ({mark.reason})")


def hold(engine: str, cells: Sequence[tuple[str, Callable[[], None]]]) -> None:
    """Check cells; the test is an expected failure where one of them is a gap."""
    gaps = []
    for cell, check in cells:
        mark = kept(engine, cell, check).mark
        if mark is not None and mark.why == "not implemented here":
            gaps.append(f"{cell}: {mark.reason}")
    if gaps:
        pytest.xfail("not implemented here: " + "; ".join(gaps))


def refusals(failed: CompileFailed) -> Sequence[Finding]:
    """The errors of a compilation that is refused, with a way out each; others are raised."""
    errors = [finding for finding in failed.findings if finding.severity == "error"]
    if any(finding.code not in ("unsupported", "unsupported-strategy") for finding in errors):
        raise failed
    assert all(finding.place and finding.message and finding.help for finding in errors)
    return errors


def is_known(engine: str, failed: CompileFailed) -> bool:
    """True where a mark tells of every construct that is refused."""
    told = [mark.says for mark in marks(engine) if mark.says]
    return all(any(says in f.message for says in told) for f in refusals(failed))
