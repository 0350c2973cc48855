"""Backups: data base, keys, chains and the end of the audit, of one moment, in one file.

    jiejing-<UTC>.tar.gz    backup.json        what it is, and the SHA-256 of each other file
                            database.sqlite    or database.sql, of PostgreSQL
                            keys/              every key, and the chains: the index of all packages
                            audit-head.json

While a backup is made nothing is sealed: every chain is locked. Packages, models and drafts are files that do not
change and are copied by other means; a chain says which packages belong to the backup.
"""

import json
import os
import shutil
import tarfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Engine

from core.clock import rfc3339
from core.errors import EvidenceError, InputError, StorageError
from evidence.package.layout import sha256_of
from evidence.package.storage import storing, write_flushed
from evidence.signing.audit_anchor import FILE as AUDIT_HEAD
from evidence.signing.chain import Chain
from evidence.signing.key_events import key_events
from evidence.signing.keys import open_key_ring
from evidence.signing.removals import read_removed, removals
from store.base.dump import dump, load
from store.base.engine import sqlite_path
from store.base.migrate import current

FORMAT = "jiejing-backup/1"
FOLDER = "backups"
_LISTING = "backup.json"
_MAX_LISTING_BYTES = 1 << 20


class Listing(BaseModel):
    """What a backup says of itself.

    Attributes:
        revision: of the data base.
        digests: SHA-256 of each file by its path, in hex.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str
    made_at: str
    revision: str | None
    digests: dict[str, str]


@dataclass(frozen=True)
class Restored:
    """What a restoring found.

    Attributes:
        missing: packages that the chains name and that do not lie in the home.
        kept: chains and ledgers that went on after the backup and were kept, as each package has one number only.
        replaced: the folder with what was there before; None where nothing was.
    """

    listing: Listing
    missing: tuple[str, ...]
    kept: tuple[str, ...]
    replaced: Path | None


def back_up(engine: Engine, home: Path, target: Path, now: datetime) -> Listing:
    """Writes a backup, readable by its owner alone: it holds the keys.

    Raises:
        InputError: the target exists.
        StorageError: the data base or the disk refuses; no file is left.
    """
    if target.exists():
        raise InputError("runtime.backup_file_exists", path=target)
    with storing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_without_room(engine, target.parent)
    with storing(target), _workplace(target.parent) as folder:
        revision = _collect(engine, home, folder)
        listing = Listing(format=FORMAT, made_at=rfc3339(now), revision=revision, digests=_digests(folder))
        write_flushed(folder / _LISTING, json.dumps(listing.model_dump(), indent=1).encode())
        draft = folder.parent / f"{folder.name}.tar.gz"
        try:
            _pack(folder, listing, draft)
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
    return listing


def file_name(now: datetime) -> str:
    """How a backup of that moment is called."""
    return f"jiejing-{now:%Y%m%dT%H%M%SZ}.tar.gz"


def restore(engine: Engine, home: Path, source: Path, now: datetime) -> Restored:
    """Brings back data base, keys and chains; nothing may work on the home meanwhile. What was there is kept beside.

    Raises:
        InputError: no backup, or one that was changed.
        StorageError: the data base or the disk refuses; the data base is then as it was.
    """
    aside = home / FOLDER / f"replaced-{now:%Y%m%dT%H%M%SZ}"
    with storing(home), _workplace(home) as folder:
        listing = _unpack(source, folder)
        _set_data_base_aside(engine, aside)
        load(engine, folder)
        kept = tuple(sorted(_put_back(folder, home, aside)))
    return Restored(listing, tuple(_missing(home)), kept, aside if aside.exists() else None)


def _set_data_base_aside(engine: Engine, aside: Path) -> None:
    """Keeps what is about to be overwritten: a copy, or, of a SQLite file that cannot be read, the file itself."""
    path = sqlite_path(engine)
    if path is not None and not path.exists():
        return
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        dump(engine, aside)
    except StorageError:
        if path is None:
            raise
        for part in path.parent.glob(f"{path.name}*"):
            part.replace(aside / part.name)


def _collect(engine: Engine, home: Path, folder: Path) -> str | None:
    """Copies everything in an order that fits: the audit may have rows after its head, never the other way round."""
    with ExitStack() as turns:
        for ledger in (key_events(home), removals(home)):
            if ledger.path.exists():
                turns.enter_context(ledger.locked())
        for path in sorted(home.glob("keys/chain-*.jsonl")):
            turns.enter_context(Chain(path).turn())
        if (home / AUDIT_HEAD).exists():
            shutil.copy2(home / AUDIT_HEAD, folder)
        if (home / "keys").is_dir():
            shutil.copytree(home / "keys", folder / "keys")
        dump(engine, folder)
        return current(engine)


def _pack(folder: Path, listing: Listing, target: Path) -> None:
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            archive.add(folder / _LISTING, _LISTING)
            for name in sorted(listing.digests):
                archive.add(folder / name, name)
        file.flush()
        os.fsync(file.fileno())


def _unpack(source: Path, folder: Path) -> Listing:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        content = (folder / _LISTING).read_bytes()[:_MAX_LISTING_BYTES]
        listing = Listing.model_validate_json(content)
    except FileNotFoundError as error:
        raise InputError("runtime.backup_file_missing", path=source) from error
    except (tarfile.TarError, EOFError, OSError, ValidationError) as error:
        raise InputError("runtime.backup_damaged", path=source) from error
    if listing.format != FORMAT:
        raise InputError("runtime.backup_of_newer_version", path=source)
    if listing.digests != (found := _digests(folder)):
        name = min(path for path in {*listing.digests, *found} if listing.digests.get(path) != found.get(path))
        raise InputError("runtime.backup_was_changed", path=source, name=name)
    return listing


def _put_back(folder: Path, home: Path, aside: Path) -> Iterator[str]:
    """Puts keys, chains and the audit's end in their places; gives the chains and ledgers that are longer
    here."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or (name.parts[0] != "keys" and name.name != AUDIT_HEAD):
            continue
        place = home / name
        there = place.read_bytes() if place.exists() else b""
        content = path.read_bytes()
        if name.suffix == ".jsonl" and there.startswith(content):
            if there != content:
                yield name.name
        elif there != content:
            _exchange(place, path, aside / name if there else None)


def _exchange(place: Path, fresh: Path, aside: Path | None) -> None:
    if aside is not None:
        aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.replace(aside)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh.replace(place)


def _missing(home: Path) -> Iterator[str]:
    removed = _removed(home)
    for path in sorted(home.glob("keys/chain-*.jsonl")):
        for entry in Chain(path).entries():
            if not (home / "packages" / entry.package_id).is_dir() and entry.package_id not in removed:
                yield entry.package_id


def _removed(home: Path) -> Collection[str]:
    try:
        return read_removed(home, open_key_ring(home)).keys()
    except EvidenceError:  # evidence check tells of it
        return ()


@contextmanager
def _workplace(beside: Path) -> Iterator[Path]:
    """A folder for this work alone, on the same disk and readable by its owner alone."""
    with TemporaryDirectory(prefix=".backup-", dir=beside) as name:
        yield Path(name)


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != _LISTING)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def _refuse_without_room(engine: Engine, folder: Path) -> None:
    path = sqlite_path(engine)
    wanted = 2 * path.stat().st_size if path is not None and path.exists() else 0  # the copy, and its archive
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise StorageError("runtime.no_room_for_backup", path=folder, wanted=wanted >> 20, free=free >> 20)
