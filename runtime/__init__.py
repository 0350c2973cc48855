"""Wires the stages: pipeline, worker, supervisor, command line."""
