"""Figures, and the supervision of decisions."""
