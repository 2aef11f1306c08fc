"""Names for commits, the operation log, revisions."""
