"""Openings that are not sealed yet, and what is kept for them."""
