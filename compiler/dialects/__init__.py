"""One module a SQL dialect: what differs, what it lacks, and why."""
