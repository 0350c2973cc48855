"""The commands of `jiejing dataset`, one a file; training/commands/dataset.py puts them together."""
