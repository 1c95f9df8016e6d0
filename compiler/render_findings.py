"""Findings as text for a terminal, with the line of the spec and carets below it, and as JSON."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from seeknal.compiler.findings import Finding, Place, Severity

ReadText = Callable[[str], str | None]

_WIDTH = 110
_TAB = "    "
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]")
_COLORS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;36m",
    "gutter": "\x1b[34m",
    "bold": "\x1b[1m",
}


def file_reader(root: Path) -> ReadText:
    """A function that reads files below `root` once each; None for a file that is not there."""
    texts: dict[str, str | None] = {}

    def read(file: str) -> str | None:
        if file not in texts:
            try:
                texts[file] = (root / file).read_bytes().decode("utf-8-sig", errors="replace")
            except OSError:
                texts[file] = None
        return texts[file]

    return read


def wants_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """True for a terminal, unless the environment sets NO_COLOR (https://no-color.org)."""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def render(
    findings: Iterable[Finding], read: ReadText, *, color: bool = False, width: int = _WIDTH
) -> str:
    """All findings, an empty line between two; equal findings are shown once.

    `read` gives the text of a file of the project; `width` is the number of terminal columns that
    an excerpt may take.
    """
    painter = _Painter(read, color, width)
    return "\n".join(painter.finding(finding) for finding in dict.fromkeys(findings))


def summary(findings: Iterable[Finding]) -> str:
    """How many there are of each severity: `2 errors, 1 warning`; empty where there is none."""
    found = list(dict.fromkeys(findings))
    parts = []
    for severity in Severity:
        count = sum(1 for finding in found if finding.severity is severity)
        if count:
            parts.append(f"{count} {severity}{'' if count == 1 else 's'}")
    return ", ".join(parts)


def to_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings as plain data for JSON, in the order found."""
    return [
        {
            "severity": str(finding.severity),
            "code": finding.code,
            "message": finding.message,
            "help": finding.help,
            "place": _place_json(finding.place) if finding.place else None,
            "related": [{**_place_json(place), "note": note} for place, note in finding.related],
        }
        for finding in dict.fromkeys(findings)
    ]


def from_json(found: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The findings that `to_json` made `found` of."""
    return [
        Finding(
            code=item["code"],
            message=item["message"],
            place=Place(**item["place"]) if item["place"] else None,
            help=item["help"],
            related=tuple(
                (
                    Place(**{key: value for key, value in other.items() if key != "note"}),
                    other["note"],
                )
                for other in item["related"]
            ),
            severity=Severity(item["severity"]),
        )
        for item in found
    ]


def _place_json(place: Place) -> dict[str, Any]:
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "length": place.length,
    }


class _Painter:
    """Writes findings in one style; `color` adds the escapes of ANSI terminals."""

    def __init__(self, read: ReadText, color: bool, width: int) -> None:
        self.read = read
        self.color = color
        self.width = width

    def finding(self, finding: Finding) -> str:
        """One finding: its head, its excerpt, its related places, its help."""
        head = self.paint(finding.severity.value, f"{finding.severity}[{finding.code}]")
        lines = [f"{_where(finding.place)}{head}: {self.paint('bold', _clean(finding.message))}"]
        gutter = 4
        if finding.place:
            gutter = max(gutter, len(str(finding.place.line)))
            lines += self.excerpt(finding.place, gutter, finding.severity.value)
        for place, note in finding.related:
            lines.append(f"{_where(place)}{self.paint('note', 'note')}: {_clean(note)}")
            lines += self.excerpt(place, gutter, "note")
        if finding.help:
            first, *rest = _clean(finding.help).split("\n")
            mark = self.paint("gutter", " " * (gutter + 1) + "=")
            lines.append(f"{mark} help: {first}")
            lines += [" " * (gutter + 9) + line for line in rest]
        return "\n".join(lines) + "\n"

    def excerpt(self, place: Place, gutter: int, tone: str) -> list[str]:
        """The line of the file and the carets below it; nothing where the line is not there."""
        text = self.read(place.file)
        if text is None:
            return []
        lines = text.split("\n")
        if not 1 <= place.line <= len(lines):
            return []
        line = lines[place.line - 1].rstrip("\r")
        start = min(max(place.column - 1, 0), len(line))
        stop = min(start + max(place.length, 1), max(len(line), start + 1))
        if not line.strip():
            return []
        before, marked, after = _cut(
            _printable(line[:start]),
            _printable(line[start:stop]),
            _printable(line[stop:]),
            self.width - gutter - 3,
        )
        bar = self.paint("gutter", f"{place.line:>{gutter}} |")
        empty = self.paint("gutter", " " * gutter + " |")
        carets = self.paint(tone, "^" * max(_columns(marked), 1))
        return [
            f"{bar} {before}{marked}{after}".rstrip(),
            f"{empty} {' ' * _columns(before)}{carets}",
        ]

    def paint(self, tone: str, text: str) -> str:
        """`text` in a colour, where colours are on."""
        return f"{_COLORS[tone]}{text}\x1b[0m" if self.color else text


def _where(place: Place | None) -> str:
    return f"{place.file}:{place.line}:{place.column}: " if place else ""


def _clean(text: str) -> str:
    """`text` without characters that would move a terminal's cursor or turn its direction."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _printable(text: str) -> str:
    return _clean(text.replace("\t", _TAB))


def _columns(text: str) -> int:
    """How many terminal columns `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(character) or character in "\u200b\u200c\u200d\ufe0f"
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def _cut(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    """The parts of a long line that fit in `room` columns, the marked part kept in sight."""
    if _columns(before) + _columns(marked) + _columns(after) <= room:
        return before, marked, after
    if _columns(marked) > room * 2 // 3:
        marked = _head(marked, room * 2 // 3) + "…"
        after = ""
    left = room - _columns(marked)
    keep_after = min(_columns(after), max(left // 2, left - _columns(before)))
    keep_before = left - keep_after
    if _columns(before) > keep_before:
        before = "…" + _head(before[::-1], keep_before - 1)[::-1]
    if _columns(after) > keep_after:
        after = _head(after, keep_after - 1) + "…"
    return before, marked, after


def _head(text: str, columns: int) -> str:
    """The longest start of `text` that takes at most `columns` columns."""
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > columns:
            return text[:index]
    return text
