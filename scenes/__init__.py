"""Rendered streets with exact truth."""
