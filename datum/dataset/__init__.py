"""Datasets as objects: encodings, a lazy view of a snapshot, and writing one."""
