"""Sealed packages and their files."""
