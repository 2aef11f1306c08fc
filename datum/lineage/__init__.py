"""Recipes: how a snapshot came about."""
