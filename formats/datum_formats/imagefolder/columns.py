"""Columns that mean something, and the files that have them."""

__all__ = ["FILE_NAME", "METADATA_CSV", "METADATA_JSONL", "RESERVED"]

METADATA_JSONL = "metadata.jsonl"
METADATA_CSV = "metadata.csv"
FILE_NAME = "file_name"
RESERVED = frozenset([FILE_NAME, "label", "labels", "text", "texts", "objects"])
