"""What the API answers. Times are RFC 3339 in UTC, to the millisecond; unknown ones are null."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator

from core.clock import parse_rfc3339, rfc3339
from core.errors import InvalidValueError
from core.messages import message_of
from core.policy.review import Named

Moment = Annotated[datetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]

# What happens in a city; far from the ends of what can be computed with.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _moment(given: object) -> datetime:
    """Strict about the form: a lenient parser takes 20260101 for seconds since 1970."""
    if not isinstance(given, str):
        raise InvalidValueError("api.time_is_no_text", example="2026-01-01T08:00:00+08:00")
    moment = parse_rfc3339(given)
    if not _EARLIEST <= moment < _LATEST:
        raise InvalidValueError("api.time_out_of_range", first=_EARLIEST.year, last=_LATEST.year - 1)
    return moment


def _day(given: object) -> object:
    """A day is a text: a lenient parser takes 0 for one, too."""
    if given is None or isinstance(given, str):
        return given
    raise InvalidValueError("api.time_is_no_text", example="2026-12-31")


GivenMoment = Annotated[datetime, BeforeValidator(_moment)]
GivenDay = Annotated[date, BeforeValidator(_day)]
# What an integer column holds.
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Asked(BaseModel):
    """What a request may hold; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        """No data base keeps one as text."""
        if isinstance(value, str) and "\0" in value:
            raise InvalidValueError("api.holds_nul_character")
        return value


class Public(BaseModel):
    """Takes its fields from a domain value of the same field names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ModelPublic(Public):
    """The model that saw something."""

    name: str
    sha256: str


class NamedPublic(Public):
    """A key with its names for people."""

    key: str
    name_zh: str
    name_en: str


class MessagePublic(Public):
    """A line for people: its code with what the words leave open, and the words in English."""

    code: str
    params: dict[str, Any]
    text: str


def _public_message(message: object) -> object:
    said = message_of(message)
    return MessagePublic(text=str(said), **said.plain()) if isinstance(message, str) else message


# Taken from a domain value that holds a message, or a text of others.
Says = Annotated[MessagePublic, BeforeValidator(_public_message)]


def named(one: Named) -> NamedPublic:
    """A row of a table for people."""
    return NamedPublic.model_validate(one)
