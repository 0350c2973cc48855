"""The period of a question: from a moment (included) to another one (excluded)."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.http.fields import GivenMoment
from core.errors import InvalidValueError

DEFAULT_DAYS = 30
MAX_DAYS = 400


class PeriodQuery(BaseModel):
    """Which period."""

    model_config = ConfigDict(extra="forbid")

    since: GivenMoment | None = Field(
        default=None, description=f"happened then or later; {DEFAULT_DAYS} days before `until` if not given"
    )
    until: GivenMoment | None = Field(default=None, description="happened before then; now if not given")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and not self.since < self.until <= self.since + timedelta(days=MAX_DAYS):
            raise InvalidValueError("api.period_out_of_order", limit=MAX_DAYS)
        return self

    def period(self, now: datetime) -> tuple[datetime, datetime]:
        """From when (included) until when (excluded)."""
        until = self.until or now
        return max(self.since or until - timedelta(days=DEFAULT_DAYS), until - timedelta(days=MAX_DAYS)), until
