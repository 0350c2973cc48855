"""Days in a site file where moments are meant: people write that a permit holds from one day to another."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.clock import rfc3339
from core.site import SiteInfo

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def with_moments(data: Any) -> Any:
    """The data of a site file in which a permit's `valid_from: 2026-03-01` is the begin of that day at the site, and
    `valid_to` its end, which is the begin of the next. What is no such day stays as it is, to be judged later."""
    zone = _zone_of(data)
    if zone:
        for permit in _permits(data):
            for key, days in (("valid_from", 0), ("valid_to", 1)):
                written = permit.get(key)
                if isinstance(written, str) and _DAY.fullmatch(written):
                    permit[key] = _begin(written, days, zone)
    return data


def _begin(day: str, days_later: int, zone: ZoneInfo) -> str:
    try:
        # The day counts, not 24 hours: where clocks are set, a day has 23 or 25.
        return rfc3339((datetime.fromisoformat(day) + timedelta(days=days_later)).replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return day


def _zone_of(data: Any) -> ZoneInfo | None:
    site = data.get("site") if isinstance(data, dict) else None
    name = site.get("timezone", SiteInfo.model_fields["timezone"].default) if isinstance(site, dict) else None
    try:
        return ZoneInfo(name) if isinstance(name, str) else None
    except (KeyError, ValueError, OSError):
        return None


def _permits(data: Any) -> Iterator[dict[str, Any]]:
    found = [data]
    for key in ("cameras", "presets", "zones", "permits"):
        lists = [one.get(key) for one in found if isinstance(one, dict)]
        found = [one for values in lists if isinstance(values, list) for one in values]
    return (one for one in found if isinstance(one, dict))
