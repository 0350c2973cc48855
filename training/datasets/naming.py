"""Camera and moment of a picture, from the pattern of its file's name."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import InputError

_LENGTHS = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A regular expression with a group `camera`, a group `time`, or both."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> "NamePattern":
        """The pattern of a text.

        Raises:
            InputError: no regular expression, or one without these groups.
        """
        try:
            pattern = re.compile(text)
        except re.error as error:
            raise InputError("training.name_pattern_no_expression", value=text, cause=error) from error
        if not {"camera", "time"} & set(pattern.groupindex):
            raise InputError("training.name_pattern_without_groups", value=text)
        return cls(pattern)

    def read(self, name: str) -> tuple[str | None, datetime | None]:
        """Camera and moment (taken as UTC) that a name tells; None for what it does not tell.

        Raises:
            InputError: the time is no YYYYMMDDhhmm or YYYYMMDDhhmmss, signs between the digits left aside.
        """
        found = self.pattern.search(name)
        if found is None:
            return None, None
        groups = found.groupdict()
        return groups.get("camera"), self._moment(groups.get("time"), name)

    def _moment(self, text: str | None, name: str) -> datetime | None:
        if text is None:
            return None
        digits = re.sub(r"\D", "", text)
        try:
            return datetime.strptime(digits, _LENGTHS[len(digits)]).replace(tzinfo=UTC)
        except (KeyError, ValueError) as error:
            raise InputError("training.name_without_time", name=name, value=text) from error
