"""Which packages an environment of a file has: those it asks for, and those that seeknal needs.

What a file asks for wins. seeknal adds what a function's `ctx` needs to hand over and join frames,
and all of its own dependencies where the file lists `seeknal`; but no version of a package that
the file gives a version of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

NAME = "seeknal"

CONTEXT_NEEDS = ("duckdb", "pandas", "pyarrow", "sqlglot")
"""The packages that `ctx` and `FeatureFrame` import when they are used."""


def isolated_requirements(dependencies: Iterable[str]) -> tuple[str, ...]:
    """The requirements of an environment for a file with these `dependencies`, in order.

    First those of the file, without `seeknal`, which is not installed but lent; then those of
    seeknal that the file says no version of.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    asked = [Requirement(text) for text in dependencies]
    listed = [requirement for requirement in asked if canonicalize_name(requirement.name) == NAME]
    asked = [requirement for requirement in asked if requirement not in listed]
    pinned = {
        canonicalize_name(requirement.name): requirement
        for requirement in asked
        if requirement.specifier or requirement.url
    }
    lent = []
    for requirement in _needs(listed):
        pin = pinned.get(canonicalize_name(requirement.name))
        if pin is None:
            lent.append(str(requirement))
        elif pin.marker:
            # Where the marker does not hold the pin is void; any version goes with one that does.
            lent.append(requirement.name)
    return tuple(dict.fromkeys([*map(str, asked), *lent]))


def _needs(listed: list[Requirement]) -> Iterator[Requirement]:
    """What seeknal itself needs: for `ctx`, or all of it and of the extras that a file lists."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    own = list(_own())
    for name in CONTEXT_NEEDS:
        known = [found for _, found in own if canonicalize_name(found.name) == name]
        yield known[0] if known else Requirement(name)
    extras = {extra for requirement in listed for extra in requirement.extras}
    for extra, requirement in own:
        if listed and (not extra or extra in extras):
            yield requirement


def _own() -> Iterator[tuple[str, Requirement]]:
    """The dependencies of the running seeknal, each with the extra that it belongs to, or ""."""
    from importlib.metadata import PackageNotFoundError, metadata

    from packaging.requirements import Requirement

    try:
        found = metadata(NAME)
    except PackageNotFoundError:
        return
    extras = found.get_all("Provides-Extra") or []
    for text in found.get_all("Requires-Dist") or []:
        requirement = Requirement(text)
        marker, requirement.marker = requirement.marker, None
        if marker is None or marker.evaluate({"extra": ""}):
            yield "", requirement
            continue
        for extra in extras:
            if marker.evaluate({"extra": extra}):
                yield extra, requirement
