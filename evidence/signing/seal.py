"""Sealing: a folder of files becomes a package, wholly or not at all.

Everything is written into a staging folder beside the package's place, flushed, listed, signed, entered in the chain
and renamed. What stops before the rename leaves no package; a staging folder that a crash left is finished by the
chain or removed by the next attempt.
"""

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from core.clock import Clock, SystemClock, rfc3339
from core.errors import EvidenceError, StorageError
from core.sharing import keep_from_changes
from evidence.package.layout import ENVELOPE, MANIFEST, STAGING, is_safe, sha256_of
from evidence.package.listing import ListedFile, Listing, read_listing
from evidence.package.storage import flush_folder, flush_tree, storing, write_flushed
from evidence.signing.chain import Chain, ChainEntry, chain_path
from evidence.signing.clock_offset import ClockOffset, system_clock_offset
from evidence.signing.dsse import envelope
from evidence.signing.key_events import announce
from evidence.signing.keys import KeyRing, SigningKey, open_key_ring, open_recorded_key, open_signing_key, own_key
from evidence.signing.manifest import About, Body, Place, manifest_bytes

ROOM_BYTES = 64 << 20  # a package has some 20 MB; a disk with less than this is full for us


@dataclass(frozen=True)
class Seal:
    """A sealed package: where it is, its listing, and the SHA-256 of its manifest in hex."""

    path: Path
    listing: Listing
    manifest_sha256: str


class Sealer:
    """Seals packages with one key, in one chain. Safe for several threads and processes at once."""

    def __init__(
        self,
        key: SigningKey,
        chain: Chain,
        *,
        clock: Clock,
        clock_offset: Callable[[], ClockOffset] = system_clock_offset,
        software: str | None = None,
        room_bytes: int = ROOM_BYTES,
        keys: KeyRing | None = None,
    ) -> None:
        """Seals with a key.

        Args:
            keys: whose signatures on what was kept before are believed; the key's own where none are given.
        """
        self.key = key
        self.keys = keys or KeyRing.of([key.private.public_key()])
        self.key_id = key.key_id
        self.clock_offset = clock_offset
        self.software = software or _version()
        self._chain = chain
        self._clock = clock
        self._room_bytes = room_bytes

    @classmethod
    def at(cls, home: Path, signing_key: Path | None = None, clock: Clock | None = None) -> "Sealer":
        """The sealer of an installation: its key (made at the first start, or the one given) and that key's chain.

        Raises:
            InputError: the key cannot be used.
            StorageError: the home cannot be written.
        """
        key = open_signing_key(home, signing_key)
        announce(home, key, "live", (clock or SystemClock()).utc(), _formers(home, signing_key))
        return cls._with(home, key, clock)

    @classmethod
    def of_recordings(cls, home: Path, clock: Clock | None = None) -> "Sealer":
        """The sealer of what was not received live, with a key and a chain of its own.

        Raises:
            as of `at`.
        """
        key = open_recorded_key(home)
        announce(home, key, "recorded", (clock or SystemClock()).utc())
        return cls._with(home, key, clock)

    @classmethod
    def _with(cls, home: Path, key: SigningKey, clock: Clock | None) -> "Sealer":
        chain = Chain(chain_path(home, key.key_id))
        chain.recover()
        return cls(key, chain, clock=clock or SystemClock(), keys=open_key_ring(home))

    def now(self) -> datetime:
        """This server's time."""
        return self._clock.utc()

    def seal(self, packages: Path, package_id: str, fill: Callable[[Path], Body]) -> Seal:
        """Makes a package. One that this chain sealed there already, by that name, is returned as it is.

        Args:
            packages: the folder in which the package gets its place.
            fill: writes the files into the folder it is given and tells about them.

        Raises:
            StorageError: the disk refuses; no package, and nothing half-written.
            EvidenceError: the place is taken by something else.
        """
        if not is_safe(package_id) or "/" in package_id:
            raise EvidenceError("evidence.package_name_unfit", package_id=package_id)
        target = (packages / package_id).absolute()
        with storing(packages):
            make_place(packages)
            self._sweep(target)
        if target.exists():
            return self._already(target)
        self._refuse_without_room(packages)
        with storing(target), _staging(target) as staging:
            body = fill(staging)
            files = _listed(staging, body.files)
            flush_tree(staging)
            return self._conclude(staging, target, body, files)

    def _conclude(self, staging: Path, target: Path, body: Body, files: list[ListedFile]) -> Seal:
        with self._chain.turn() as turn:
            if target.exists():
                raise EvidenceError("evidence.place_taken_meanwhile", path=target)
            place = Place(
                package_id=target.name,
                sealed_at=rfc3339(self._clock.utc()),
                key_id=self.key_id,
                seq=turn.last.seq + 1 if turn.last else 1,
                previous=turn.last.link() if turn.last else None,
            )
            content = manifest_bytes(body, place, files)
            write_flushed(staging / MANIFEST, content)
            write_flushed(staging / ENVELOPE, envelope(content, [self.key]))
            keep_from_changes(staging, *staging.rglob("*"))
            flush_folder(staging)
            sha256 = hashlib.sha256(content).hexdigest()
            try:
                turn.append(_entry(place, sha256, staging, self._chain.told(target)))
                staging.rename(target)
            except BaseException:
                if not target.exists():
                    turn.withdraw()
                raise
        flush_folder(target.parent)
        return Seal(target, read_listing(content), sha256)

    def _already(self, target: Path) -> Seal:
        """The package of an earlier attempt whose success was never noted."""
        try:
            sha256 = sha256_of(target / MANIFEST)
            listing = read_listing((target / MANIFEST).read_bytes())
        except (OSError, ValueError):
            sha256, listing = "", None
        known = any(
            entry.package_id == target.name and entry.manifest_sha256 == sha256 for entry in self._chain.entries()
        )
        if listing is None or not known:
            raise EvidenceError("evidence.place_taken_by_foreign", path=target)
        return Seal(target, listing, sha256)

    def _sweep(self, target: Path) -> None:
        """Finishes or removes what a crashed attempt at the same package left."""
        for left in target.parent.glob(f"{STAGING}{target.name}.*"):
            with _locked(left) as alone:
                if alone:
                    self._chain.recover()
                    shutil.rmtree(left, ignore_errors=True)

    def _refuse_without_room(self, packages: Path) -> None:
        free = shutil.disk_usage(packages).free
        if free < self._room_bytes:
            raise StorageError("evidence.too_little_room", path=packages, free=free >> 20)


def _formers(home: Path, given: Path | None) -> list[SigningKey]:
    """The installation's own key, where another one is given from now on: it vouches for that one."""
    return [open_signing_key(home)] if given is not None and own_key(home).exists() else []


def make_place(packages: Path) -> None:
    """Makes the folder in which packages get their places; of several users, its maker alone puts some there.

    Raises:
        OSError: it cannot be made.
    """
    if not packages.is_dir():
        packages.mkdir(parents=True, exist_ok=True)
        keep_from_changes(packages)


@contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """A folder beside the target, locked while its maker lives and removed unless it was renamed."""
    # Not by mkdtemp: who may look into a package is for the umask to say.
    staging = target.parent / f"{STAGING}{target.name}.{token_hex(4)}"
    staging.mkdir()
    try:
        with _locked(staging):
            yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Tries to lock a folder; False = its maker still lives. A process that dies lets go."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _listed(folder: Path, about: Mapping[str, About]) -> list[ListedFile]:
    """Every file that was written, with size and digest, in the order of their paths."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    if unknown := set(paths) ^ set(about):
        raise EvidenceError("evidence.files_do_not_agree", path=min(unknown))
    return [
        ListedFile(path=path, size=(folder / path).stat().st_size, digests={"sha256": sha256_of(folder / path)})
        for path in paths
    ]


def _entry(place: Place, sha256: str, staging: Path, folder: str) -> ChainEntry:
    return ChainEntry(
        seq=place.seq,
        package_id=place.package_id,
        manifest_sha256=sha256,
        sealed_at=place.sealed_at,
        folder=folder,
        staged=staging.name,
    )


def _version() -> str:
    try:
        return importlib.metadata.version("jiejing")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
