"""The inline metadata of a Python file (PEP 723): which packages and which Python it asks for.

    # /// script
    # requires-python = ">=3.11"
    # dependencies = ["pandas==2.2.3"]
    # ///

The block is found by the pattern of the PEP, whatever stands around it, as every other tool does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import Text
from seeknal.compiler.records import dataclass

OLDEST_PYTHON = (3, 11)
"""The first Python that seeknal runs on."""

_LAST_MINOR = 40
_PATCHES = ("", *(f".{number}" for number in range(1, 40)))

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_OPENED = re.compile(r"(?m)^# /// script$")
_ALMOST_OPENED = re.compile(r"(?m)^#[ \t]*///[ \t]*script[ \t]*$")
_TOKEN = re.compile(
    r'''(?s)"""(.*?)"""|\'\'\'(.*?)\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|\]'''
)
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
# Almost all that files hold is of these forms, which are right beyond doubt: they do without
# `packaging`, whose import takes as long as compiling a node.
_PLAIN_VERSION = r"(?:[=!]=|[<>]=?)[0-9]{1,9}(?:\.[0-9]{1,9})*"
_PLAIN = re.compile(
    rf"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*(?:{_PLAIN_VERSION}(?:,{_PLAIN_VERSION})*)?"
)
_PLAIN_PYTHON = re.compile(r">=3\.(?:[0-9]|[12][0-9])")
_FORM = "write `# /// script`, the lines of TOML with `# ` before each, and then `# ///`"
_LIST = 'write a list of requirements, as `dependencies = ["pandas>=2.2"]`'
_REQUIREMENT = "write a name and its versions, as `pandas==2.2.3` or `pandas>=2.2,<3`"
_VERSIONS = 'write versions, as `requires-python = ">=3.11"`'


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file asks for: requirements as they are written, in their order, and Pythons.

    `requires_python` is empty where any Python will do.
    """

    dependencies: tuple[Text, ...] = ()
    requires_python: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """The TOML of a block, without `# `, and the line of the file that its first line is."""

    file: str
    toml: str
    first_line: int
    indents: tuple[int, ...]

    def place(self, start: int, length: int = 1) -> Place:
        """The place in the file of `length` characters from `start` of the TOML on."""
        before = self.toml[:start]
        row = before.count("\n")
        column = start - (before.rfind("\n") + 1) + 1
        return Place(self.file, self.first_line + row, column + self.indents[row], length)


def read_metadata(file: str, text: str, findings: Findings) -> Metadata:
    """What the `# /// script` block of a file's text asks for; nothing where there is none.

    `file` is relative to the project root. Adds `bad-metadata` where the block cannot be read or
    holds a value of the wrong type, and `bad-requirement` where a requirement is not one of PEP
    508 or Python versions are not those of PEP 440.
    """
    if "///" not in text:
        return Metadata()
    block = _block(file, text.replace("\r\n", "\n"), findings)
    data = _toml(block, findings) if block else None
    if block is None or data is None:
        return Metadata()
    tool = data.get("tool")
    if isinstance(tool, dict) and "uv" in tool:
        at = re.search(r"(?m)^\s*\[+\s*(tool\.uv)\b", block.toml)
        findings.warn(
            "ignored-field",
            "`tool.uv` does nothing: only `dependencies` and `requires-python` are read",
            block.place(at.start(1), len(at[1])) if at else block.place(0),
            "write the settings into `uv.toml` at the root of the project",
        )
    return Metadata(_dependencies(block, data, findings), _requires_python(block, data, findings))


def _block(file: str, text: str, findings: Findings) -> _Block | None:
    """The only block of type `script`; None, with a finding where one is not well formed."""
    found = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    starts = {match.start() for match in found}
    opened = list(_OPENED.finditer(text)) or list(_ALMOST_OPENED.finditer(text))
    if not opened:
        return None
    if not _OPENED.fullmatch(opened[0][0]):
        findings.error(
            "bad-metadata",
            f"`{opened[0][0].rstrip()}` does not open a block of inline metadata",
            _line_of(file, text, opened[0]),
            "write exactly `# /// script`, with nothing behind it",
        )
        return None
    if len(opened) > 1:
        findings.error(
            "bad-metadata",
            "the file has two blocks of inline metadata",
            _line_of(file, text, opened[1]),
            "keep one `# /// script`",
            [(_line_of(file, text, opened[0]), "the first is here")],
        )
        return None
    if opened[0].start() not in starts:
        findings.error(
            "bad-metadata",
            "this block of inline metadata is not closed",
            _line_of(file, text, opened[0]),
            _FORM,
            _broken_at(file, text, opened[0]),
        )
        return None
    content = found[0]["content"].split("\n")[:-1]
    lines = [line[2:] for line in content]
    first = text.count("\n", 0, found[0].start("content")) + 1
    indents = tuple(2 if line[1:2] == " " else 1 for line in content)
    return _Block(file, "\n".join(lines), first, indents)


def _line_of(file: str, text: str, match: re.Match[str]) -> Place:
    shown = match[0].strip()
    start = match.start() + match[0].index(shown)
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Place(file, text.count("\n", 0, start) + 1, column, len(shown))


def _broken_at(file: str, text: str, opening: re.Match[str]) -> Iterator[tuple[Place, str]]:
    """The first line after `opening` that a block cannot hold."""
    line = text.count("\n", 0, opening.start()) + 2
    for number, written in enumerate(text[opening.end() + 1 :].split("\n"), start=line):
        if written != "#" and not written.startswith("# "):
            length = max(len(written), 1)
            yield Place(file, number, 1, length), "this line is no line of the block"
            return


def _toml(block: _Block, findings: Findings) -> dict[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads(block.toml)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        at = _TOML_PLACE.search(said)
        start = len(block.toml.rstrip())
        if at and at[1]:
            lines = block.toml.split("\n")[: int(at[1]) - 1]
            start = sum(len(line) + 1 for line in lines) + int(at[2]) - 1
        reason = said[: at.start()] if at else said
        findings.error(
            "bad-metadata",
            f"the inline metadata is not TOML: {reason[:1].lower()}{reason[1:]}",
            block.place(start),
            "values are written as in `pyproject.toml`: text in quotes, lists in `[` and `]`",
        )
        return None


def _dependencies(block: _Block, data: dict[str, Any], findings: Findings) -> tuple[Text, ...]:
    written = data.get("dependencies", [])
    places = list(_strings(block, "dependencies"))
    key = _key(block, "dependencies")
    if not isinstance(written, list):
        findings.error("bad-metadata", "`dependencies` is not a list", key, _LIST)
        return ()
    if len(places) != len(written):
        places = [key] * len(written)
    read = []
    for value, place in zip(written, places, strict=True):
        if not isinstance(value, str):
            message = f"`dependencies` holds {value!r}, which is no text"
            findings.error("bad-metadata", message, key, _LIST)
        elif reason := _not_a_requirement(value):
            message = f"`{value}` is not a requirement: {reason}"
            findings.error("bad-requirement", message, place, _REQUIREMENT)
        else:
            read.append(Text(value, place))
    return tuple(read)


def _not_a_requirement(text: str) -> str | None:
    """Why PEP 508 does not know `text`; None where it does."""
    if _PLAIN.fullmatch(text):
        return None
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(text)
    except InvalidRequirement as error:
        # The lines after the first show the text and where; the finding shows both.
        reason = str(error).split("\n")[0].rstrip(":")
        return reason[:1].lower() + reason[1:]
    return None


def _requires_python(block: _Block, data: dict[str, Any], findings: Findings) -> str:
    written = data.get("requires-python", "")
    if written == "":
        return ""
    places = [*_strings(block, "requires-python"), _key(block, "requires-python")]
    if not isinstance(written, str):
        findings.error("bad-metadata", "`requires-python` is no text", places[-1], _VERSIONS)
        return ""
    if _PLAIN_PYTHON.fullmatch(written):
        return written
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        allowed = SpecifierSet(written)
    except InvalidSpecifier:
        message = f"`{written}` says no versions of Python"
        findings.error("bad-requirement", message, places[0], _VERSIONS)
        return ""
    major, oldest = OLDEST_PYTHON
    # A version with a late patch is there for `>=3.12.4`, one without for `<3.12` and `==3.11`.
    if not any(
        allowed.contains(f"{major}.{minor}{patch}")
        for minor in range(oldest, _LAST_MINOR)
        for patch in _PATCHES
    ):
        findings.error(
            "bad-requirement",
            f"`{written}` allows no Python that seeknal runs on",
            places[0],
            f"allow {major}.{oldest} or a later one",
        )
        return ""
    return written


def _key(block: _Block, name: str) -> Place:
    """The place of a key of the block, or of its first line."""
    at = re.search(rf"""(?m)^[ \t]*["']?({re.escape(name)})["']?\s*=""", block.toml)
    return block.place(at.start(1), len(name)) if at else block.place(0)


def _strings(block: _Block, name: str) -> Iterator[Place]:
    """The places of the strings of a key's value, in their order, without their quotes."""
    at = re.search(rf"""(?m)^[ \t]*["']?{re.escape(name)}["']?\s*=[ \t]*(\[?)""", block.toml)
    if not at:
        return
    for token in _TOKEN.finditer(block.toml, at.end()):
        if token[0] == "]":
            return
        if token[0].startswith("#"):
            continue
        quotes = 3 if token[0][:3] in ('"""', "'''") else 1
        inner = token[0][quotes:-quotes]
        yield block.place(token.start() + quotes, max(len(inner.split("\n")[0]), 1))
        if not at[1]:
            return
