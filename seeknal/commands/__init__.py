"""The commands, one a module; only click and the standard library are imported with them."""
