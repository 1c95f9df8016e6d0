"""What Python files of a project import: decorators of nodes, and what their functions are given.

The compiler reads the decorators from the text of a file, without importing it; a run imports the
file to call its functions.
"""

from __future__ import annotations

from seeknal.pipeline.decorators import (
    clear_registry,
    feature_group,
    get_registered_nodes,
    materialize,
    second_order_aggregation,
    source,
    transform,
)
from seeknal.pipeline.materialization_config import (
    IcebergTable,
    Materialization,
    MaterializationConfig,
    OfflineConfig,
    OnlineConfig,
)
from seeknal.runtime.feature_frame import FeatureFrame
from seeknal.runtime.frame_errors import FrameError
from seeknal.runtime.python.context import PipelineContext
from seeknal.runtime.python.llm import PipelineLLM
from seeknal.runtime.python.state import PipelineState
from seeknal.runtime.python.tracking import tracked_run, tracked_run_id, tracking

__all__ = [
    "FeatureFrame",
    "FrameError",
    "IcebergTable",
    "Materialization",
    "MaterializationConfig",
    "OfflineConfig",
    "OnlineConfig",
    "PipelineContext",
    "PipelineLLM",
    "PipelineState",
    "clear_registry",
    "feature_group",
    "get_registered_nodes",
    "materialize",
    "second_order_aggregation",
    "source",
    "tracked_run",
    "tracked_run_id",
    "tracking",
    "transform",
]
