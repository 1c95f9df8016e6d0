"""The way out of a misspelling: the nearest known word, or else a short list of what exists."""

from __future__ import annotations

from collections.abc import Iterable

_LISTED = 8


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` was most likely meant to be; None where nothing is near.

    >>> closest("summ", ["sum", "mean"]), closest("SUM", ["sum"]), closest("sum", ["mode"])
    ('sum', 'sum', None)
    """
    import difflib

    folded: dict[str, str] = {}
    for choice in choices:
        folded.setdefault(choice.casefold(), choice)
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def suggest(word: str, choices: Iterable[str], what: str) -> str | None:
    """A help line for `word`, which is none of `choices`; `what` names them in the plural.

    >>> suggest("summ", ["mean", "sum"], "aggregations")
    'did you mean `sum`?'
    >>> suggest("x", ["mean", "sum"], "aggregations")
    'the aggregations are `mean`, `sum`'
    >>> suggest("x", [], "aggregations") is None
    True
    """
    known = sorted(set(choices))
    if near := closest(word, known):
        return f"did you mean `{near}`?"
    if not known:
        return None
    listed = ", ".join(f"`{choice}`" for choice in known[:_LISTED])
    rest = len(known) - _LISTED
    return f"the {what} are {listed}" + (f" and {rest} more" if rest > 0 else "")
