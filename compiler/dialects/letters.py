"""Capital letters as DuckDB makes them: one of one, where other engines make several or know more.

Such a letter is another one while the engine makes capitals, and then the one that DuckDB makes of
it. The letters that stand for them are private ones at the end of Unicode.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sqlglot import exp

# Letters whose capitals are several, and four whose capitals came with Unicode 16.
_RANGES = (
    *((0x0149, 0x0149), (0x019B, 0x019B), (0x01F0, 0x01F0), (0x0264, 0x0264)),
    *((0x0390, 0x0390), (0x03B0, 0x03B0), (0x0587, 0x0587), (0x1E96, 0x1E9A)),
    *((0x1F50, 0x1F50), (0x1F52, 0x1F52), (0x1F54, 0x1F54), (0x1F56, 0x1F56)),
    *((0x1F80, 0x1FAF), (0x1FB2, 0x1FB4), (0x1FB6, 0x1FB7), (0x1FBC, 0x1FBC)),
    *((0x1FC2, 0x1FC4), (0x1FC6, 0x1FC7), (0x1FCC, 0x1FCC), (0x1FD2, 0x1FD3)),
    *((0x1FD6, 0x1FD7), (0x1FE2, 0x1FE4), (0x1FE6, 0x1FE7), (0x1FF2, 0x1FF4)),
    *((0x1FF6, 0x1FF7), (0x1FFC, 0x1FFC), (0xA7D3, 0xA7D3), (0xA7D5, 0xA7D5)),
    *((0xFB00, 0xFB06), (0xFB13, 0xFB17)),
)
NEW = "\u019b\u0264\ua7d3\ua7d5"
"""The letters whose capitals came with Unicode 16, which DuckDB does not know yet."""

_PRIVATE = 0x10FF00
_SHARP = ("\u00df", "\u1e9e")


@cache
def _letters(only: str) -> tuple[str, str, str, str]:
    """The letters, those that stand for them; these without repeats, and their capitals."""
    every = (chr(code) for first, last in _RANGES for code in range(first, last + 1))
    capitals = {letter: _capital(letter) for letter in only or every}
    private = {
        capital: chr(_PRIVATE + place) for place, capital in enumerate(sorted({*capitals.values()}))
    }
    return (
        "".join(capitals) + _SHARP[0],
        "".join(private[capital] for capital in capitals.values()) + _SHARP[1],
        "".join(private.values()),
        "".join(private),
    )


def _capital(letter: str) -> str:
    title = letter.title()
    return title if len(title) == 1 and letter not in NEW else letter


def capitals(
    value: exp.Expr, translate: str, upper: Callable[[exp.Expr], exp.Expr], only: str = ""
) -> exp.Expr:
    """`upper` of a text, which puts no letter of `only` or of all in several letters' place.

    `translate` is a function that puts letters in the place of letters.
    """
    if isinstance(value, exp.Literal) and value.name.isascii():
        return upper(value)
    letters, private, back, made = map(exp.Literal.string, _letters(only))
    hidden = exp.Anonymous(this=translate, expressions=[value, letters, private])
    return exp.Anonymous(this=translate, expressions=[upper(hidden), back, made])
