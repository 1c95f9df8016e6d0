"""A SQL compiler for ML features."""

__version__ = "0.1.0"
