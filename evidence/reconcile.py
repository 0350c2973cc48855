"""Holds packages on disk, the chain and the rows of the data base against each other. Changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evidence.chain import ChainEntry
from evidence.package import MANIFEST, STAGING, sha256_of

What = Literal[
    "no row",  # a package that the data base does not know
    "no package",  # a row or a line of the chain whose package is not there
    "not in the chain",
    "left over",  # a staging folder that a crash left
    "hash differs",  # a manifest that is not the one that was noted
    "chain broken",  # a number that does not follow the one before
]


@dataclass(frozen=True)
class Row:
    """What the data base holds of a package."""

    package_id: str
    manifest_sha256: str
    path: Path


@dataclass(frozen=True)
class Finding:
    """Something that does not agree: a path, and what is wrong there."""

    path: Path
    what: What


def reconcile(packages: Path, chain: Iterable[ChainEntry], rows: Iterable[Row]) -> list[Finding]:
    """Every disagreement about the packages directly below a folder, in the order of their paths.

    Args:
        chain: the lines of every key's chain; those about other folders are left out.
        rows: likewise.
    """
    root = packages.absolute()
    entries = list(chain)
    found = list(_broken(entries))
    hashes = {path: _manifest_hash(path) for path in _folders(root) if not path.name.startswith(STAGING)}
    chained = {Path(entry.folder): entry.manifest_sha256 for entry in entries if Path(entry.folder).parent == root}
    known = {row.path.absolute(): row.manifest_sha256 for row in rows if row.path.absolute().parent == root}
    found += [Finding(path, "left over") for path in _folders(root) if path.name.startswith(STAGING)]
    found += [Finding(path, "no row") for path in hashes.keys() - known.keys()]
    found += [Finding(path, "not in the chain") for path in hashes.keys() - chained.keys()]
    found += [Finding(path, "no package") for path in (known.keys() | chained.keys()) - hashes.keys()]
    found += [Finding(path, "hash differs") for path in _differing(hashes, chained) | _differing(hashes, known)]
    return sorted(found, key=lambda finding: (finding.path, finding.what))


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _manifest_hash(folder: Path) -> str | None:
    try:
        return sha256_of(folder / MANIFEST)
    except OSError:
        return None


def _differing(hashes: Mapping[Path, str | None], noted: Mapping[Path, str]) -> set[Path]:
    return {path for path in hashes.keys() & noted.keys() if hashes[path] != noted[path]}


def _broken(entries: list[ChainEntry]) -> Iterator[Finding]:
    """Numbers run from 1 in each chain; a new chain (another key) begins with 1 again."""
    before = 0
    for entry in entries:
        if entry.seq not in (before + 1, 1):
            yield Finding(Path(entry.folder), "chain broken")
        before = entry.seq
