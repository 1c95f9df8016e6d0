"""Holding compiled SQL to snapshots, and features to unit tests written beside their specs."""
