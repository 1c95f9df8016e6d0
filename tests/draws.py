"""The same draws on every run: what Hypothesis draws depends on seeds and strategies alone."""

from __future__ import annotations

import os
from importlib import import_module

from hypothesis import settings

MORE = os.environ.get("SEEKNAL_EXAMPLES")
"""How many times the examples are to be drawn, new ones every time; None for those of every run."""


def settle() -> None:
    """Draw the same on every run, unless `MORE` asks for new examples.

    One draw in twenty is a constant that Hypothesis found in the modules loaded so far which are
    neither tests nor installed: every change of the code, and every other order of imports, would
    draw other cases. No setting says otherwise, so no module counts as one of those.
    """
    providers = import_module("hypothesis.internal.conjecture.providers")
    providers.is_local_module_file = lambda path: False
    settings.register_profile(
        "seeknal", derandomize=MORE is None, database=None, deadline=None, print_blob=True
    )
    settings.load_profile("seeknal")
