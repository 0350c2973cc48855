"""Other parts for the services of an application that runs."""

from collections.abc import Callable
from typing import Any

from api.http.services import Services


def exchange(services: Services, **parts: Any) -> None:
    """Puts these parts in place of the present ones; the repositories, which were made of those, are made anew."""
    for name, part in parts.items():
        object.__setattr__(services, name, part)
    services.__dict__.pop("store", None)


def exchange_shared(services: Services, make: Callable[[Services], Any], made: Any) -> None:
    """Puts something in place of what `Services.shared` would make."""
    services._made[make] = made
