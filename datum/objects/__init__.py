"""The content-addressed store. Knows bytes and trees, not datasets."""
