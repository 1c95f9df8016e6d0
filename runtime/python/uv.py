"""Starting Python with uv in an environment made for it, and what uv says when it cannot."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.environment import python_fits
from seeknal.runtime.python.errors import PythonFailed

# What makes Python import from elsewhere, or be another one, than its environment says.
_LEAKING = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")

_NO_NETWORK = (
    "error sending request",
    "dns error",
    "operation timed out",
    "client error (Connect)",
)


def find_uv() -> str | None:
    """The program uv: the one of the path, else that of the installed package; None for none."""
    if found := shutil.which("uv"):
        return found
    try:
        from uv import find_uv_bin

        return os.fspath(find_uv_bin())
    except (ImportError, FileNotFoundError):
        return None


def uv_command(
    uv: str,
    requirements: Sequence[str],
    requires_python: str,
    arguments: Sequence[str],
    *,
    offline: bool = False,
) -> list[str]:
    """The command that runs Python with `requirements` and nothing else.

    `--isolated` and `--no-project`: neither the user's virtual environment nor their project is
    looked at; uv keeps what it resolved, so a second run links what is there. The settings of
    `uv.toml` do apply, as they say where packages come from. `offline` takes what uv has kept.
    """
    packages = [part for each in requirements for part in ("--with", each)]
    return [
        uv,
        *("run", "--quiet", "--color", "never", "--no-project", "--isolated"),
        *(["--offline"] if offline else []),
        *("--python", _python(requires_python)),
        *packages,
        "--",
        "python",
        *arguments,
    ]


def _python(requires_python: str) -> str:
    """The running Python where it will do: it is there, and needs no search."""
    if not python_fits(requires_python):
        # seeknal itself runs on no older one.
        return f"{requires_python},>=3.11"
    return sys.executable or f"{sys.version_info.major}.{sys.version_info.minor}"


def uv_variables(environ: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of the process: those of this one, but no way to its packages."""
    kept = {name: value for name, value in environ.items() if name not in _LEAKING}
    return {**kept, "PYTHONNOUSERSITE": "1", "PYTHONIOENCODING": "utf-8", **added}


def uv_missing(reason: str) -> PythonFailed:
    """The failure where there is no uv; `reason` is why one is needed."""
    return PythonFailed(
        "uv-missing",
        f"{reason}, and uv, which would install that apart, is not there",
        "install uv, for example with `pip install uv`, or what the file asks for",
    )


def is_unreachable(said: Sequence[str]) -> bool:
    """True where uv failed because it could not reach where packages come from."""
    return any(sign in line for line in said for sign in _NO_NETWORK)


def cannot_install(call: Call, said: Sequence[str]) -> PythonFailed:
    """The failure where uv could not make the environment; `said` is the end of what it said."""
    text = "\n".join(line for line in said if line.strip())
    if "No interpreter found" in text or "cpython-" in text:
        message = f"no Python {call.requires_python} is there, and uv cannot install one"
        help = "install that Python, or change `requires-python` in the file"
    else:
        blamed = _blamed(call.dependencies, text)
        what = _listed(blamed) if blamed else "the packages that the file asks for"
        together = " together" if len(blamed) > 1 and "you require" in text else ""
        message = f"{what} cannot be installed{together}"
        help = "change the versions in the `# /// script` block of the file"
    if is_unreachable(said):
        help = "see that this machine reaches the package index, and that uv is told which it is"
    return PythonFailed("cannot-install", message, help, text)


def _blamed(dependencies: Sequence[str], text: str) -> list[str]:
    """The requirements that uv's text is about: by version where it says one, else by name."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    folded = canonicalize_name(text)
    named = []
    exact = []
    for written in dependencies:
        requirement = Requirement(written)
        name = canonicalize_name(requirement.name)
        if re.search(rf"(?<![a-z0-9-]){re.escape(name)}(?![a-z0-9-])", folded):
            named.append(written)
        if str(requirement.specifier) and f"{name}{requirement.specifier}" in text:
            exact.append(written)
    return exact or named


def _listed(words: Sequence[str]) -> str:
    *first, last = (f"`{word}`" for word in words)
    return f"{', '.join(first)} and {last}" if first else last
