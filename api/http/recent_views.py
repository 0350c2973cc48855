"""What was looked at lately: a clip comes in many parts, and the audit has one line for it."""

from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock

ONE_VIEW = timedelta(minutes=10)


class RecentViews:
    """Remembers views for a while; after a restart a view may be told twice, never not at all."""

    def __init__(self) -> None:
        self._since: dict[Hashable, datetime] = {}
        self._lock = Lock()

    def is_new(self, view: Hashable, now: datetime) -> bool:
        """Whether this view did not begin lately; from now on it did."""
        with self._lock:
            if self._since.get(view, datetime.min.replace(tzinfo=now.tzinfo)) > now - ONE_VIEW:
                return False
            self._since = {one: since for one, since in self._since.items() if since > now - ONE_VIEW}
            self._since[view] = now
            return True
