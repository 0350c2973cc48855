"""The tests here work on a home that a former version left."""

from tests.former_home import former_home

__all__ = ["former_home"]
