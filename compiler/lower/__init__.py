"""Plans become sqlglot trees in the target's dialect; macros fill in the aggregations."""
