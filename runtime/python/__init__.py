"""Nodes and hooks written in Python: how they are called, what they are given, what they return."""
