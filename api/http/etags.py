"""Changes only what was read: an ETag names a version, If-Match says which one is meant (RFC 9110)."""

import re
from typing import Annotated

from fastapi import Depends, Header

from api.http.problems import ProblemError


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def _version(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise ProblemError(428, "api.if_match_missing")
    found = re.fullmatch(r'"(\d{1,9})"', if_match)
    if found is None:
        raise ProblemError(412, "api.if_match_is_no_etag")
    return int(found[1])


# The version that a change is meant for. Raises 428 without one, 412 for one that was never given out.
MeantVersion = Annotated[int, Depends(_version)]
