"""The models of an installation."""
