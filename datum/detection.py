"""Which format a path is in."""
