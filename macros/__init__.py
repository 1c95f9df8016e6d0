"""The built-in macros: Jinja files that render one SQL expression each."""
