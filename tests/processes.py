"""Commands that tests start as their users do."""

from __future__ import annotations

import os


def plain_environ() -> dict[str, str]:
    """This process's environment without pytest's own: what is started is no worker of a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
