"""The place between two pages of events, as an opaque text."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

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
            raise InputError("store.cursor_not_ours") from error


@dataclass(frozen=True, slots=True)
class SortedCursor:
    """Stands behind one event in an order of the queue: the values by which it is sorted, the event's id last."""

    sort: str
    place: tuple[datetime | float | str, ...]

    def encode(self) -> str:
        """The text that clients hand back."""
        content = [self.sort, *({"t": one.isoformat()} if isinstance(one, datetime) else one for one in self.place)]
        return base64.urlsafe_b64encode(json.dumps(content, ensure_ascii=False).encode()).decode()

    @classmethod
    def decode(cls, text: str, sort: str) -> Self:
        """The place that a text names.

        Raises:
            InputError: no such text was ever given out for that sort.
        """
        try:
            given, *place = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
            found = tuple(_part(one) for one in place)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise InputError("store.cursor_not_ours") from error
        if given != sort or [type(one) for one in found] != _FORMS.get(sort.removeprefix("-")):
            raise InputError("store.cursor_of_another_order")
        return cls(sort, found)


def _part(given: Any) -> Any:
    if isinstance(given, dict):
        return parse_rfc3339(given["t"]).astimezone(UTC)
    if isinstance(given, str) and not (given.isascii() and given.isprintable()):
        raise ValueError("no id is written like this")
    return given


_FORMS: dict[str, list[type]] = {
    "age": [datetime, str],
    "dwell": [float, str],
    "deadline": [datetime, str],
    "type": [str, datetime, str],
}
