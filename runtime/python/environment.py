"""Whether the running environment has what a Python file asks for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.requirements import NAME

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def lacking(call: Call) -> str | None:
    """Why the running environment is not what the file of `call` asks for; None where it is.

    Says the first of what does not hold: "pandas 3.1.0 is installed, the file asks for
    pandas==2.2.3". A package from a URL is never taken to be there. No process is started, and
    the answer is kept: an environment that changes meanwhile is not looked at again.
    """
    return _lacking(call.dependencies, call.requires_python)


@cache
def _lacking(dependencies: tuple[str, ...], requires_python: str) -> str | None:
    if not python_fits(requires_python):
        running = ".".join(map(str, sys.version_info[:3]))
        return f"Python {running} is running, the file asks for Python {requires_python}"
    if not dependencies:
        return None
    from packaging.requirements import Requirement

    asked = [Requirement(text) for text in dependencies]
    return next(_unmet(asked, frozenset()), None)


def python_fits(requires_python: str) -> bool:
    """True where the running Python is one of `requires_python` (PEP 440); "" is any."""
    if not requires_python:
        return True
    from packaging.specifiers import SpecifierSet

    running = ".".join(map(str, sys.version_info[:3]))
    return SpecifierSet(requires_python).contains(running, prereleases=True)


def seeknal_conflict(call: Call) -> str | None:
    """Why the running seeknal is none that the file asks for; None where it is one."""
    from packaging.requirements import Requirement

    asked = [Requirement(text) for text in call.dependencies]
    own = [requirement for requirement in asked if _name(requirement) == NAME]
    return next((reason for each in own if (reason := _unmet_version(each))), None)


def _unmet(asked: list[Requirement], above: frozenset[str]) -> Iterator[str]:
    """What is wrong with each that does not hold; `above` are the extras on the way here."""
    for requirement in asked:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if reason := _unmet_version(requirement):
            yield reason
            continue
        for extra in sorted(requirement.extras):
            step = f"{_name(requirement)}[{extra}]"
            if step not in above:
                yield from _unmet(_of_extra(requirement.name, extra), above | {step})


def _unmet_version(requirement: Requirement) -> str | None:
    from packaging.version import InvalidVersion

    words = f"the file asks for {requirement}"
    if requirement.url:
        return f"{requirement.name} is to come from {requirement.url}"
    version = _installed(requirement)
    if version is None:
        return f"{requirement.name} is not installed, {words}"
    try:
        fits = requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        fits = False
    return None if fits else f"{requirement.name} {version} is installed, {words}"


def _installed(requirement: Requirement) -> str | None:
    """The version that is importable here; None where none is."""
    from importlib.metadata import PackageNotFoundError, version

    if _name(requirement) == NAME:
        from seeknal import __version__

        return __version__
    try:
        # Broken metadata has no version, whatever the annotation says.
        return version(requirement.name) or None
    except PackageNotFoundError:
        return None


def _of_extra(name: str, extra: str) -> list[Requirement]:
    """What an installed package needs for one of its extras, beyond what it always needs."""
    from importlib.metadata import PackageNotFoundError, requires

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    try:
        written = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:
        return []
    found = []
    for requirement in written:
        marker, requirement.marker = requirement.marker, None
        if (
            marker
            and not marker.evaluate({"extra": ""})
            and any(marker.evaluate({"extra": form}) for form in {extra, canonicalize_name(extra)})
        ):
            found.append(requirement)
    return found


def _name(requirement: Requirement) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(requirement.name)
