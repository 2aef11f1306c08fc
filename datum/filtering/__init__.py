"""Filters: items and annotations that an expression picks, asked of arrays or of XML documents."""
