"""Names become columns, aggregations and nodes; specs become a typed graph."""
