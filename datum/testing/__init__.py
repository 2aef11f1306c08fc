"""Conformance suites and Hypothesis strategies, for datum and for authors of plugins."""
