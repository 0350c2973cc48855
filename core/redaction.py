"""Takes out of addresses, and of texts that hold addresses, what lets somebody in: user, password, tokens. The one
place where that is known; every log, answer, audit row and manifest goes through it.

Each word is looked at once: a text from outside may be long, and made to be slow.
"""

import re
import string
from itertools import pairwise

HIDDEN = "***"

_WORD = re.compile(r"\S+")
# By a part of the parameter's name, as cameras and platforms call it: psw, loginpas, X-Amz-Signature, access_token ...
_HINTS = re.compile(
    "user|usr|login|pass|pasw|psw|pwd|token|secret|sign|sig|key|auth|cred|ticket|session|sid|jwt|otp", re.IGNORECASE
)
_BETWEEN = re.compile(r"[^&;\s'\"]+")
_IS = re.compile(r"(=|%3d)", re.IGNORECASE)
_NAME_SIGNS = string.ascii_letters + string.digits + "_.-"
_BEARER = re.compile(r"\b(bearer|basic|digest) +[\w.~+/=-]{8,}", re.IGNORECASE)
# What follows these in a path is a ticket: /openUrl/3xNkq9W of a platform, /token/abc.
_BEFORE_TICKET = frozenset({"openurl", "token", "ticket", "auth", "key", "sign", "session", "secret"})
_SEGMENT = re.compile(r"[^/?#\s]+")
_RUN = re.compile(r"[0-9]+|[A-Za-z]+")
_LEAST_TOKEN = 16
# Names have a number or two in them; of what was drawn at random, letters and digits change all the time.
_LEAST_CHANGES = 3


def redacted(text: str) -> str:
    """An address, or any text, without user names, passwords and tokens; what stands for them is ***.

    >>> redacted("rtsp://admin:secret@10.0.0.7/stream")
    'rtsp://***@10.0.0.7/stream'
    """
    without_addresses = _WORD.sub(_of_word, text) if "://" in text else text
    return _BETWEEN.sub(_of_parameter, _BEARER.sub(rf"\1 {HIDDEN}", without_addresses))


def _of_parameter(match: re.Match[str]) -> str:
    """What stands between two separators, without what a secret's name is given: x=1, psw=a==, url=rtsp://h/?psw=a."""
    parts = _IS.split(match.group())
    for at in range(0, len(parts) - 1, 2):
        name = parts[at][len(parts[at].rstrip(_NAME_SIGNS)) :]
        if _HINTS.search(name):
            return "".join(parts[: at + 2]) + HIDDEN
    return match.group()


def _of_word(match: re.Match[str]) -> str:
    word = match.group()
    scheme, separator, rest = word.partition("://")
    if not separator:
        return word
    # Up to the last @: a password may hold a slash that nobody encoded.
    _, at, rest = rest.rpartition("@")
    if at:
        rest = f"{HIDDEN}@{rest}"
    return f"{scheme}://{rest if scheme.lower().endswith('file') else _without_tickets(rest)}"


def _without_tickets(rest: str) -> str:
    """Host, path and query of an address without what is a ticket in its path."""
    place, slash, path = rest.partition("/")
    if not slash:
        return rest
    path, mark, query = path.partition("?")
    before = ""

    def told(match: re.Match[str]) -> str:
        nonlocal before
        segment, former = match.group(), before
        before = segment.lower()
        return HIDDEN if former in _BEFORE_TICKET or _is_token(segment) else segment

    return f"{place}/{_SEGMENT.sub(told, path)}{mark}{query}"


def _is_token(segment: str) -> bool:
    if "=" in segment:
        return False  # parameters in a path: each is looked at by its name
    if segment.startswith("eyJ") and len(segment) > _LEAST_TOKEN:
        return True  # JSON Web Token
    runs = [run[0].isdigit() for run in _RUN.findall(segment)]
    changes = sum(one != other for one, other in pairwise(runs))
    words = segment.count("_") + segment.count(".")
    return len(segment) >= _LEAST_TOKEN and changes >= _LEAST_CHANGES and words < changes - 1
