"""Where existing projects also import `materialize` from."""

from __future__ import annotations

from seeknal.pipeline.decorators import materialize

__all__ = ["materialize"]
