"""The manifest: what a package holds and what it is about. Written once; its exact bytes are signed and kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence.package.listing import FORMAT_2, Kind, Link, ListedFile


@dataclass(frozen=True)
class Missing:
    """Something demanded that is not there, or not as demanded, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class About:
    """What one file is: its role, and what is known of it (true time, origin ...) as plain data."""

    role: str
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Body:
    """All of a manifest that is known before the chain gives the package its place.

    Attributes:
        facts: named sections of plain data, in the order in which people read them.
        demanded: paths that a complete package of this kind holds.
        files: about each file that was written, by its path in the package.
    """

    kind: Kind
    supplement_to: Link | None
    facts: Mapping[str, Any]
    demanded: tuple[str, ...]
    files: Mapping[str, About]
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Place:
    """A package's place: who seals it, when, and where in the chain."""

    package_id: str
    sealed_at: str
    key_id: str
    seq: int
    previous: Link | None


def manifest_bytes(body: Body, place: Place, files: Sequence[ListedFile]) -> bytes:
    """The manifest, readable for people; these bytes are signed and kept as they are."""
    record = {
        "format": FORMAT_2,
        "package_id": place.package_id,
        "kind": body.kind,
        "sealed_at": place.sealed_at,
        "key_id": place.key_id,
        "seq": place.seq,
        "previous": _plain(place.previous),
        "supplement_to": _plain(body.supplement_to),
        **body.facts,
        "completeness": _completeness(body),
        "files": [_file(one, body.files[one.path]) for one in files],
    }
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _completeness(body: Body) -> dict[str, Any]:
    return {
        "complete": not body.missing,
        "demanded": list(body.demanded),
        "present": [path for path in body.demanded if path in body.files],
        "missing": [{"what": one.what, "why": one.why} for one in body.missing],
    }


def _file(listed: ListedFile, about: About) -> dict[str, Any]:
    return {
        "path": listed.path,
        "role": about.role,
        "size": listed.size,
        "digests": listed.digests,
        **about.known,
    }


def _plain(link: Link | None) -> dict[str, Any] | None:
    return link.model_dump() if link else None
