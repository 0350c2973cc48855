"""What the server sent an officer, and what an approval may claim to have looked at. Pure.

The page says what was on the screen; only the server knows what it sent. An approval needs both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.messages import Message
from core.policy.review import Lack, Looks, Seen

# The pictures of a package that show what an approval demands.
STILL_OF: Mapping[Seen, str] = {"first_picture": "first_rest", "last_picture": "violation", "subject": "violation"}
# One shift: what was sent before is looked at again.
REMEMBERED = timedelta(hours=12)
# What a computer's clock, corrected by the server's, may still be wrong by.
SKEW = timedelta(minutes=5)
# The page counts a look after this long.
LEAST_SPENT_S = 0.4


@dataclass(frozen=True, slots=True)
class Delivery:
    """That a file of a package was sent to somebody whole: for the first and the last time."""

    first_at: datetime
    last_at: datetime


def lacking_deliveries(looks: Looks, spent_s: float, sent: Mapping[str, Delivery], now: datetime) -> list[Lack]:
    """What an approval claims of its looks that cannot be, by what this officer was sent.

    Args:
        sent: by the path of the file in the package that is decided about.
    """
    lacks = []
    begins = []
    for name, still in STILL_OF.items():
        seen: datetime | None = getattr(looks, name)
        paths = (f"marked/{still}.jpg", f"originals/{still}.jpg")
        found = [one for path in paths if (one := sent.get(path)) and now - one.last_at <= REMEMBERED]
        begins += [one.first_at for one in found]
        if seen is None:
            continue  # said already: it was not on the screen
        if not found:
            lacks.append(Lack(f"seen.{name}", Message("core.picture_not_sent")))
        elif not min(one.first_at for one in found) - SKEW <= seen <= now + SKEW:
            lacks.append(Lack(f"seen.{name}", Message("core.look_at_impossible_time")))
    longest = (now - min(begins) + SKEW).total_seconds() if begins else None
    if spent_s < LEAST_SPENT_S or (longest is not None and spent_s > longest):
        lacks.append(Lack("spent_s", Message("core.impossible_time_spent")))
    return lacks
