"""What sqlglot's parser says of a text, in words about the text."""

from __future__ import annotations

from sqlglot.errors import ParseError

from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class NotSql:
    """Why a text does not parse, and the word where that shows: an offset and a length."""

    reason: str
    offset: int
    length: int


def explain(text: str, error: ParseError) -> NotSql:
    """The first thing that the parser stumbled over.

    >>> import sqlglot
    >>> text = "SELECT a FROM b WHERE a > AND c"
    >>> try:
    ...     sqlglot.parse(text, dialect="duckdb")
    ... except ParseError as error:
    ...     explain(text, error)
    NotSql(reason='something is missing before `AND`', offset=26, length=3)
    """
    detail = error.errors[0] if error.errors else {}
    word = str(detail.get("highlight") or "")
    lines = text.split("\n")
    row = int(detail.get("line") or 1) - 1
    end = sum(len(line) + 1 for line in lines[:row]) + int(detail.get("col") or 1)
    end = min(len(text), end)
    said = str(detail.get("description") or "it does not parse").rstrip(".")
    at_end = not text[end:].strip()
    return NotSql(_reason(said, word, at_end), max(0, end - len(word)), max(1, len(word)))


def _reason(said: str, word: str, at_end: bool) -> str:
    where = f"{'after' if at_end else 'before'} `{word}`"
    if said.startswith("Required keyword"):
        return f"something is missing {where}"
    if said.startswith("Expected table name"):
        return f"a table is missing {where}"
    if said == "Expecting )":
        return f"a `)` is missing {where}"
    if said.startswith("Invalid expression"):
        return f"`{word}` cannot stand here"
    return said[:1].lower() + said[1:]
