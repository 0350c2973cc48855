"""Holds packages on disk, the chain and the rows of the data base against each other. Changes nothing.

What the manifests say under their signatures comes first: the numbers, who follows whom, when each was sealed. The file
of the chain is not signed; it is held against them, and alone tells of packages that lie elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from core.clock import parse_rfc3339
from core.messages import Message
from evidence.package.layout import MANIFEST, STAGING, sha256_of
from evidence.signing.chain import ChainEntry
from evidence.signing.keys import KeyRing
from evidence.signing.removals import Removed
from evidence.signing.sealed import Sealed, read_sealed
from evidence.verify.time_check import CLOCK_ERROR
from evidence.verify.verifier import verify

What = Literal[
    "no row",  # a package that the data base does not know
    "no package",  # a row or a line of the chain whose package is not there
    "not in the chain",
    "left over",  # a staging folder that a crash left
    "hash differs",  # a manifest that is not the one that was noted
    "chain broken",  # a line of the chain that is not what the package says, or does not follow the one before
    "faulty",  # a package that does not verify
    "number twice",  # two packages of one key with one number
    "number missing",  # a package that a later one follows, and that nobody knows
    "out of order",  # sealed before the one that it follows
    "still there",  # a package of which a signed line says that it was removed
    "unknown key",  # a public key of which no signed event tells
    "key not vouched for",  # one that came without the signature of the key that it follows
    "no signed line",  # what the audit tells of, and the signed events of keys and removals do not
]


@dataclass(frozen=True)
class Row:
    """What the data base holds of a package."""

    package_id: str
    manifest_sha256: str
    path: Path


@dataclass(frozen=True)
class Finding:
    """Something that does not agree: a path, what is wrong there, and more about it."""

    path: Path
    what: What
    detail: str = ""


Chains = Mapping[str, Sequence[ChainEntry]]
NOTHING_REMOVED: Mapping[str, Removed] = MappingProxyType({})


def reconcile(
    packages: Path, chains: Chains, rows: Iterable[Row], keys: KeyRing, removed: Mapping[str, Removed] = NOTHING_REMOVED
) -> list[Finding]:
    """Every disagreement about the packages directly below a folder, in the order of their paths.

    Args:
        chains: the lines of each chain, by the first digits of its key as its file is named.
        rows: those about other folders are left out.
        removed: packages that may be gone, by their ids.
    """
    root = packages.absolute()
    folders = _folders(root)
    there = [path for path in folders if not path.name.startswith(STAGING)]
    sealed = {path: one for path in there if isinstance(one := read_sealed(path, keys), Sealed)}
    found = [Finding(path, "left over") for path in folders if path.name.startswith(STAGING)]
    found += _faulty(there, keys)
    found += [Finding(path, "still there", removed[path.name].at) for path in there if path.name in removed]
    found += _against_rows(root, there, rows, removed)
    for name, entries in chains.items():
        own = {path: one for path, one in sealed.items() if one.listing.key_id.startswith(name)}
        found += _against_chain(root, own, entries, keys, removed)
    chained = [entry for entries in chains.values() for entry in entries]
    found += _unchained(there, {_place(root, entry) for entry in chained})
    return sorted(set(found), key=lambda finding: (finding.path, finding.what, finding.detail))


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _faulty(there: Iterable[Path], keys: KeyRing) -> Iterator[Finding]:
    for path in there:
        verdict = verify(path, keys)
        for fault in verdict.faults:
            yield Finding(path, "faulty", Message("core.located", where=fault.path, cause=fault.what))


def _against_rows(
    root: Path, there: Sequence[Path], rows: Iterable[Row], removed: Mapping[str, Removed]
) -> Iterator[Finding]:
    known = {row.path.absolute(): row.manifest_sha256 for row in rows if row.path.absolute().parent == root}
    yield from (Finding(path, "no row") for path in there if path not in known)
    for path, sha256 in known.items():
        if path not in there:
            if not _was_removed(path.name, sha256, removed):
                yield Finding(path, "no package")
        elif _manifest_hash(path) != sha256:
            yield Finding(path, "hash differs", Message("evidence.data_base_has_another"))


def _unchained(there: Iterable[Path], chained: set[Path]) -> Iterator[Finding]:
    yield from (Finding(path, "not in the chain") for path in there if path not in chained)


def _against_chain(
    root: Path,
    sealed: dict[Path, Sealed],
    entries: Sequence[ChainEntry],
    keys: KeyRing,
    removed: Mapping[str, Removed],
) -> Iterator[Finding]:
    """The packages of one key: their numbers, and the lines of its chain."""
    places = [(entry, _place(root, entry)) for entry in entries]
    elsewhere = _elsewhere(root, places, keys)
    yield from _lines(root, sealed | elsewhere, places, removed)
    numbered = sorted(sealed.items(), key=lambda one: (one[1].listing.seq, one[0]))
    yield from _numbers(numbered, elsewhere.values(), removed)
    for (_, before), (path, after) in pairwise(numbered):
        if parse_rfc3339(after.listing.sealed_at) + CLOCK_ERROR < parse_rfc3339(before.listing.sealed_at):
            yield Finding(path, "out of order", Message("evidence.sealed_before_number", number=before.listing.seq))


def _elsewhere(root: Path, places: Iterable[tuple[ChainEntry, Path]], keys: KeyRing) -> dict[Path, Sealed]:
    """The packages that lie in other folders, as the chain says, as far as they are there to be read."""
    read = {path: read_sealed(path, keys) for _, path in places if path.parent != root}
    return {path: one for path, one in read.items() if isinstance(one, Sealed)}


def _lines(
    root: Path,
    sealed: Mapping[Path, Sealed],
    places: Iterable[tuple[ChainEntry, Path]],
    removed: Mapping[str, Removed],
) -> Iterator[Finding]:
    for number, (entry, path) in enumerate(places, 1):
        if entry.seq != number:
            yield Finding(
                path, "chain broken", Message("evidence.chain_line_number_differs", line=number, number=entry.seq)
            )
        one = sealed.get(path)
        if one is None:
            # What lies here and cannot be read is named as faulty; of another folder nothing else is looked at.
            is_here = path.parent == root and path.is_dir()
            if not is_here and not _was_removed(entry.package_id, entry.manifest_sha256, removed):
                yield Finding(path, "no package")
            continue
        if entry.manifest_sha256 != one.manifest_sha256:
            yield Finding(path, "hash differs", Message("evidence.chain_has_another"))
        listing = one.listing
        if (listing.seq, listing.sealed_at, listing.package_id) != (entry.seq, entry.sealed_at, entry.package_id):
            yield Finding(
                path,
                "chain broken",
                Message("evidence.package_says_number", number=listing.seq, moment=listing.sealed_at),
            )


def _numbers(
    numbered: Sequence[tuple[Path, Sealed]], elsewhere: Iterable[Sealed], removed: Mapping[str, Removed]
) -> Iterator[Finding]:
    """Each package follows the one that it names; what nobody knows is missing."""
    hashes = {one.listing.seq: one.manifest_sha256 for one in elsewhere}
    for path, one in numbered:
        listing = one.listing
        if listing.seq in hashes:
            yield Finding(path, "number twice", str(listing.seq))
        hashes.setdefault(listing.seq, one.manifest_sha256)
    for path, one in numbered:
        previous = one.listing.previous
        if previous is None:
            continue
        if previous.seq in hashes:
            if hashes[previous.seq] != previous.manifest_sha256:
                yield Finding(path, "chain broken", Message("evidence.number_not_followed", number=previous.seq))
        elif not _was_removed(previous.package_id, previous.manifest_sha256, removed):
            yield Finding(
                path, "number missing", Message("core.located", where=previous.seq, cause=previous.package_id)
            )


def _was_removed(package_id: str, manifest_sha256: str, removed: Mapping[str, Removed]) -> bool:
    """Whether this very package was removed on purpose."""
    found = removed.get(package_id)
    return found is not None and found.manifest_sha256 == manifest_sha256


def _place(root: Path, entry: ChainEntry) -> Path:
    """Where a package lies: as its line says, unless it lies here. Earlier versions wrote where the home was then, and
    it was moved since, or is a copy."""
    path = Path(entry.folder)
    here = root / path.name
    is_here = path != here and here.is_dir() and (not path.exists() or _manifest_hash(here) == entry.manifest_sha256)
    return here if is_here else path


def _manifest_hash(folder: Path) -> str | None:
    try:
        return sha256_of(folder / MANIFEST)
    except OSError:
        return None
