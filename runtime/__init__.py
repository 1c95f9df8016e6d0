"""Runs what the compiler wrote: engines, publishing, state, change detection and reports."""
