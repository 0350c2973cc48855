"""Column types that give back what was put in: aware UTC times; messages and domain values, kept as JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

from core.messages import TEXT, Message, read


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as UTC to the microsecond on every data base."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no offset.
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class AsJson(TypeDecorator[Any]):
    """A value of a type that pydantic understands (a dataclass, a model, a tuple ...), kept as JSON."""

    impl = JSON
    cache_ok = True

    def __init__(self, of: Any) -> None:
        super().__init__(none_as_null=True)
        self.of = of
        self._adapter: TypeAdapter[Any] = TypeAdapter(of)

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        return None if value is None else self._adapter.dump_python(value, mode="json", by_alias=True)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        return None if value is None else self._adapter.validate_python(value)


class MessageText(TypeDecorator[Message]):
    """What is said to people, kept as JSON with its code, so that everybody reads it in their own language.

    A text that is no such JSON, as a former version kept it, is a message of its own words.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        message = value if isinstance(value, Message) else Message(TEXT, text=value)
        return json.dumps(message.plain(), ensure_ascii=False)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Message | None:
        if value is None:
            return None
        try:
            plain = json.loads(value)
        except ValueError:
            plain = None
        return read(plain if isinstance(plain, dict) and plain.keys() == {"code", "params"} else value)
