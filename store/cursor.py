"""The place between two pages of events, as an opaque text."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from core.clock import parse_rfc3339
from core.errors import InputError


@dataclass(frozen=True, slots=True)
class Cursor:
    """Stands behind one event in the order of the pages: first_seen, then event_id, both falling."""

    first_seen: datetime
    event_id: str

    def encode(self) -> str:
        """The text that clients hand back."""
        return base64.urlsafe_b64encode(f"{self.first_seen.isoformat()} {self.event_id}".encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """The place that a text names.

        Raises:
            InputError: no such text was ever given out.
        """
        try:
            moment, _, event_id = base64.b64decode(text, altchars=b"-_", validate=True).decode().partition(" ")
            return cls(parse_rfc3339(moment), event_id)
        except ValueError as error:
            raise InputError("this cursor was not given out here; start again without one") from error
