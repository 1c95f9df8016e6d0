"""One module a kind of node: how its document becomes a spec."""
