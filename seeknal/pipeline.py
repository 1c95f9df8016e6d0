"""What Python code imports: `from seeknal.pipeline import FeatureFrame`."""

from __future__ import annotations

from seeknal.runtime.feature_frame import FeatureFrame
from seeknal.runtime.frame_errors import FrameError

__all__ = ["FeatureFrame", "FrameError"]
