"""Plan to Plan: one rule a function, each with a stated condition."""
