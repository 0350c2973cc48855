"""Weekly hours in the site's time zone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.errors import InvalidValueError

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY_MIN = 24 * 60

HHMM = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class Hours(BaseModel):
    """Hours of some days; `from` later than `to` runs past midnight and belongs to the day of `from`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    days: tuple[Day, ...] = Field(default=DAYS, min_length=1, description="days on which these hours begin")
    from_: HHMM = Field(default="00:00", alias="from", description="HH:MM, included")
    to: HHMM = Field(default="24:00", description="HH:MM, excluded")

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.from_ == self.to:
            raise InvalidValueError("core.hours_are_empty", time=self.to)
        return self


ALWAYS: tuple[Hours, ...] = (Hours(),)


def applies(schedule: Sequence[Hours], moment: datetime, timezone: ZoneInfo) -> bool:
    """Whether any of the hours holds at the (aware) moment."""
    local = moment.astimezone(timezone)
    today, yesterday = DAYS[local.weekday()], DAYS[(local - timedelta(days=1)).weekday()]
    seconds = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    return any(_holds(hours, today, yesterday, seconds) for hours in schedule)


def minutes_of_week(schedule: Sequence[Hours]) -> frozenset[int]:
    """The minutes of the week, from Monday 00:00 on, in which any of the hours holds."""
    return frozenset(
        (DAYS.index(day) * _DAY_MIN + minute) % (7 * _DAY_MIN)
        for hours in schedule
        for day in hours.days
        for minute in range(*_span_min(hours))
    )


def _span_min(hours: Hours) -> tuple[int, int]:
    start, end = _seconds(hours.from_) // 60, _seconds(hours.to) // 60
    return start, end if start < end else end + _DAY_MIN


def _holds(hours: Hours, today: Day, yesterday: Day, seconds: float) -> bool:
    start, end = _seconds(hours.from_), _seconds(hours.to)
    if start < end:
        return today in hours.days and start <= seconds < end
    return (today in hours.days and seconds >= start) or (yesterday in hours.days and seconds < end)


def _seconds(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 3600 + int(minute) * 60
