"""DuckDB's vocabulary, typed: one walk over a user's SQL, and rules that each dialect builds on."""
