"""Specs to start from, and specs on their way into a project."""
