"""Python files of a project, read as text: nothing here imports them."""
