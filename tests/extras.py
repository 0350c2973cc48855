"""Skips what needs an extra, without importing it: ultralytics changes other libraries when it is imported."""

from importlib.util import find_spec

import pytest


def need(package: str) -> None:
    """Skips the test, or the whole module, where a package is not installed."""
    if find_spec(package) is None:
        pytest.skip(
            f"needs {package}; it is no part of what make test installs, or comes with an extra",
            allow_module_level=True,
        )
