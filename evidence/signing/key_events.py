"""What becomes of keys, signed: `home/keys/events.jsonl`.

    {"entry": "key", "use": "live", "key_id": ..., "follows": null, "retired_after": null, "before": {key id: seq}}
    {"entry": "key", "use": "live", "key_id": ..., "follows": the former key, "retired_after": its last number}

A new key signs its own line, and the key that it follows signs it, too: from then on a package of that one with a later
number than its last is no sound one. That is said once: a retired key signs for nothing more. A line without the former
key's signature retires nothing; it vouches for nothing, nor does the line of a key that another one followed already,
and `jiejing evidence check` names its key. The first key of a use follows none. A home that is older than this file had
keys before: `before` tells where their chains ended.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from core.errors import EvidenceError, InputError, StorageError
from evidence.package.storage import flush_folder, storing
from evidence.signing.chain import Chain, chain_path
from evidence.signing.keys import (
    KeyRing,
    SigningKey,
    change_own_key,
    open_key_ring,
    open_signing_key,
    own_key,
    public_keys,
    recorded_key,
    recorded_key_id,
)
from evidence.signing.ledger import Ledger, Line

TYPE = "application/vnd.jiejing.key-events+json"
Use = Literal["live", "recorded"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeyHistory:
    """What the lines tell.

    Attributes:
        last: the newest key of each use, vouched for or not.
        known: every key that they tell of.
        retired: the last number of each key that another one followed.
        unvouched: keys without a signature of the one that they follow.
        lines: SHA-256 of each line.
    """

    last: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    retired: Mapping[str, int] = field(default_factory=dict)
    unvouched: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()

    def after(self, line: Line) -> "KeyHistory":
        """What is known after one more line.

        Raises:
            EvidenceError: it cannot be.
        """
        match line.says:
            case {"entry": "key", "use": "live" | "recorded" as use, "key_id": str(key_id), "follows": follows}:
                is_first = follows is None and use not in self.last
                is_ended = follows in line.signed_by and follows in self.known and follows not in self.retired
                is_vouched = is_first or (is_ended and follows == self.last.get(use))
            case _:
                raise EvidenceError("evidence.key_event_unknown", moment=line.at)
        before = _numbers(line.says.get("before")) if is_first and use == "live" else {}
        retired = {**before, **self.retired}
        after = line.says.get("retired_after")
        if is_ended and isinstance(follows, str) and isinstance(after, int):
            retired[follows] = after
        if key_id not in line.signed_by or key_id in self.known:
            raise EvidenceError("evidence.key_event_not_vouched", moment=line.at)
        return KeyHistory(
            last={**self.last, use: key_id},
            known=self.known | before.keys() | {key_id},
            retired=retired,
            unvouched=self.unvouched if is_vouched else self.unvouched | {key_id},
            lines=self.lines | {line.sha256},
        )


def key_events(home: Path) -> Ledger:
    """The ledger of an installation's keys."""
    return Ledger(home / "keys" / "events.jsonl", TYPE)


def read_history(home: Path) -> KeyHistory:
    """What became of an installation's keys.

    Raises:
        StorageError: it cannot be read.
        EvidenceError: it is not what was written.
        InputError: a public key cannot be used.
    """
    return _history(key_events(home).lines(open_key_ring(home)))


def open_trusted_ring(home: Path) -> KeyRing:
    """The public keys of this installation, and until which number each is believed.

    Where the events cannot be believed, `evidence check` and doctor say so; packages are then verified without them.

    Raises:
        InputError: a public key cannot be used.
    """
    ring = open_key_ring(home)
    with suppress(EvidenceError, StorageError):
        return replace(ring, retired=_history(key_events(home).lines(ring)).retired)
    return ring


def announce(home: Path, key: SigningKey, use: Use, now: datetime, formers: Iterable[SigningKey] = ()) -> None:
    """Tells of a key that seals from now on, unless it is known. Where the events cannot be believed, it seals all the
    same: `evidence check` and doctor say so.

    Args:
        formers: keys whose private half is here; one that was in use vouches for the new one and is retired.

    Raises:
        InputError: the key was retired.
        StorageError: the disk refuses.
    """
    try:
        tell(home, key, use, now, formers)
    except EvidenceError as error:
        _log.error("%s; packages are sealed all the same, see: jiejing evidence check", error)


def tell(home: Path, key: SigningKey, use: Use, now: datetime, formers: Iterable[SigningKey] = ()) -> Line | None:
    """The same; the line, if there is a new one.

    Raises:
        EvidenceError: the events cannot be believed.
    """
    ring = open_key_ring(home)
    with key_events(home).turn(ring) as turn:
        history = _history(turn.lines)
        if key.key_id in history.retired:
            raise InputError("evidence.key_was_retired", key_id=key.key_id[:16])
        if key.key_id in history.known:
            return None
        usable = [one for one in formers if one.key_id in history.known and one.key_id not in history.retired]
        former = usable[0] if usable else None
        follows = former.key_id if former else history.last.get(use)
        after = _last_number(home, former.key_id) if former else None
        told: dict[str, object] = {"use": use, "key_id": key.key_id, "follows": follows, "retired_after": after}
        if use == "live" and follows is None:
            told["before"] = _before(home, ring, history, key)
        return turn.append("key", told, [key, former] if former else [key], now)


def change(home: Path, use: Use, now: datetime, given: Path | None = None, to: Path | None = None) -> tuple[str, Line]:
    """Retires the key of a use: another one follows it. Nothing may be sealed meanwhile.

    Args:
        given: the file of the present key, where it is not the installation's own; then `to` is that of the next one.

    Returns:
        The id of the former key, and the line that tells of the new one.

    Raises:
        InputError: a key file that cannot be used, or the next key is known already.
        StorageError: the disk refuses.
        EvidenceError: the events cannot be believed.
    """
    if given is not None and to is not None:
        former, fresh = open_signing_key(home, given), open_signing_key(home, to)
        return former.key_id, _told(home, former, fresh, use, now)
    path = own_key(home) if use == "live" else recorded_key(home)
    former, fresh, waiting = change_own_key(path, public_keys(home))
    line = _told(home, former, fresh, use, now)
    with storing(path):
        waiting.replace(path)
        flush_folder(path.parent)
    return former.key_id, line


def _told(home: Path, former: SigningKey, fresh: SigningKey, use: Use, now: datetime) -> Line:
    lines = key_events(home).lines(open_key_ring(home))
    for line in lines:
        # Of an attempt that ended before the new key took its place.
        if line.says.get("key_id") == fresh.key_id and line.says.get("follows") == former.key_id:
            return line
    tell(home, former, use, now)
    told = tell(home, fresh, use, now, [former])
    if told is None:
        raise InputError("evidence.key_used_before", key_id=fresh.key_id[:16])
    return told


def _before(home: Path, ring: KeyRing, history: KeyHistory, key: SigningKey) -> dict[str, int]:
    """Where the chains of the keys ended that an older version left."""
    others = ring.keys.keys() - history.known - {key.key_id, recorded_key_id(home)}
    return {name: _last_number(home, name) for name in sorted(others) if chain_path(home, name).exists()}


def _last_number(home: Path, key_id: str) -> int:
    """The number of the last package in the chain of a key; 0 where it sealed none."""
    path = chain_path(home, key_id)
    if not path.exists():
        return 0
    with Chain(path).turn() as turn:
        return turn.last.seq if turn.last else 0


def _history(lines: Sequence[Line]) -> KeyHistory:
    history = KeyHistory()
    for line in lines:
        history = history.after(line)
    return history


def _numbers(found: object) -> dict[str, int]:
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(one, int) for one in found.values()):
        raise EvidenceError("evidence.former_key_numbers_invalid")
    return {str(name): number for name, number in found.items()}
