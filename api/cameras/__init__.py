"""Cameras: what is watched, who changes it, tables of many, legal records."""
