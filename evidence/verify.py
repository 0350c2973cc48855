"""The verifier: works offline, on a folder or a .zip, and needs nothing but trusted public keys.

Order: the envelope against its own payload, the payload against manifest.json, then every file. What is malformed is a
fault like any other; nothing that lies in a package makes the verifier raise, follow a link or trust a key.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evidence.consistency import contradictions
from evidence.keys import KeyRing
from evidence.listing import FORMAT_1, Link, ListedFile, Listing
from evidence.package import (
    ENVELOPE,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    TIMESTAMP,
    Fault,
    is_safe,
    parents,
    printable,
)
from evidence.sealed import Sealed, sealed_in
from evidence.tree import FolderTree, Tree, TreeError, holds_package, whole
from evidence.ziptree import open_zip

UNPROMISED_BY_1 = (
    "what kind of source it was",
    "that it is what was recorded as it opened",
    "that its parts agree with each other",
    "that the anti-forgery code binds more than the stills",
)

ChainState = Literal["first", "ok", "not checked", "broken"]


@dataclass(frozen=True)
class Verdict:
    """What verification found.

    Attributes:
        exists: whether there was a package to verify.
        faults: each with its path; none = sound.
        sealed: the manifest as signed; None where the envelope does not hold.
        chain: first (nothing before it), ok (the predecessor lies beside it and is the one named), not checked
            (it does not lie there), broken (another one lies in its place).
        timestamp: a time stamp is reported, and not checked yet.
    """

    path: Path
    exists: bool
    faults: tuple[Fault, ...] = ()
    sealed: Sealed | None = None
    chain: ChainState = "not checked"
    timestamp: Literal["absent", "not checked"] = "absent"

    @property
    def sound(self) -> bool:
        """Whether there is a package and nothing is wrong with it."""
        return self.exists and not self.faults

    @property
    def listing(self) -> Listing | None:
        """What the manifest lists, as signed."""
        return self.sealed.listing if self.sealed else None

    @property
    def unpromised(self) -> tuple[str, ...]:
        """What packages of its format could not promise yet; none of the present one."""
        return UNPROMISED_BY_1 if self.listing and self.listing.format == FORMAT_1 else ()


def verify(path: Path, keys: KeyRing) -> Verdict:
    """Verifies a package folder or .zip; never raises for what it finds."""
    if path.is_dir():
        return _verify_tree(path, FolderTree(path), keys) if holds_package(path) else Verdict(path, exists=False)
    if not path.is_file():
        return Verdict(path, exists=False)
    archive = open_zip(path)
    if isinstance(archive, Fault):
        is_meant = path.suffix.lower() == ".zip"
        return Verdict(path, exists=is_meant, faults=(archive,) if is_meant else ())
    try:
        return _verify_tree(path, archive, keys) if archive.is_package else Verdict(path, exists=False)
    finally:
        archive.close()


def _verify_tree(path: Path, tree: Tree, keys: KeyRing) -> Verdict:
    sealed, signed = sealed_in(tree, keys)
    # What is wrong with the container says more than that a file is missing in it.
    faults = [*tree.faults, *signed]
    chain: ChainState = "not checked"
    if sealed:
        faults += _file_faults(tree, sealed.listing)
        faults += contradictions(sealed)
        chain, chain_faults = _chain(path.absolute().parent, sealed.listing, keys)
        faults += chain_faults
    if not faults:
        faults += tree.last_faults()
    timestamp: Literal["absent", "not checked"] = "not checked" if TIMESTAMP in tree.files else "absent"
    return Verdict(path, exists=True, faults=_once(faults), sealed=sealed, chain=chain, timestamp=timestamp)


def _file_faults(tree: Tree, listing: Listing) -> Iterator[Fault]:
    seen: set[str] = {MANIFEST, ENVELOPE}
    for listed in listing.files:
        if not is_safe(listed.path):
            yield Fault(printable(listed.path), "a name that leaves the package")
        elif listed.path in seen:
            yield Fault(listed.path, "is listed twice")
        elif wrong := _wrong_with(tree, listed):
            yield Fault(listed.path, wrong)
        seen.add(listed.path)
    yield from _unlisted_faults(tree, seen)


def _unlisted_faults(tree: Tree, listed: set[str]) -> Iterator[Fault]:
    for path in sorted(tree.files.keys() - listed - {TIMESTAMP}):
        yield Fault(printable(path), "is not listed in the manifest")
    wanted = {folder for path in listed for folder in parents(path)}
    for folder in sorted(tree.folders - wanted):
        yield Fault(printable(folder), "a folder that is not of the package")
    if TIMESTAMP in tree.files:
        try:
            whole(tree, TIMESTAMP, MAX_MANIFEST_BYTES)
        except TreeError as error:
            yield Fault(TIMESTAMP, str(error))


def _wrong_with(tree: Tree, listed: ListedFile) -> str | None:
    size = tree.files.get(listed.path)
    if size is None:
        return "is missing"
    if size == 0:
        return "is empty"
    if size != listed.size:
        return f"has {size} bytes, not {listed.size}"
    if "sha256" not in listed.digests:
        return "is listed without a digest that this version knows"
    try:
        same = _sha256(tree, listed) == listed.digests["sha256"]
    except TreeError as error:
        return str(error)
    return None if same else "was changed: its SHA-256 is another"


def _sha256(tree: Tree, listed: ListedFile) -> str:
    digest = hashlib.sha256()
    read = 0
    for chunk in tree.chunks(listed.path):
        read += len(chunk)
        if read > listed.size:
            raise TreeError("holds more than it claims")
        digest.update(chunk)
    return digest.hexdigest()


def _chain(beside: Path, listing: Listing, keys: KeyRing) -> tuple[ChainState, list[Fault]]:
    """Holds the packages that this one names against what lies beside it."""
    faults = []
    if listing.supplement_to and _compare(beside, listing.supplement_to, listing, keys) == "broken":
        faults.append(_exchanged(listing.supplement_to, "is not the package that this one supplements"))
    if listing.previous is None:
        return "first", faults
    state = _compare(beside, listing.previous, listing, keys)
    if state == "broken":
        faults.append(_exchanged(listing.previous, "is not the package that was sealed before this one"))
    return state, faults


def _compare(beside: Path, link: Link, listing: Listing, keys: KeyRing) -> ChainState:
    folder = beside / link.package_id
    if not is_safe(link.package_id) or "/" in link.package_id or not folder.is_dir():
        return "not checked"
    other = FolderTree(folder, only=(MANIFEST, ENVELOPE))
    try:
        if hashlib.sha256(whole(other, MANIFEST, MAX_MANIFEST_BYTES)).hexdigest() == link.manifest_sha256:
            return "ok"
    except TreeError:
        return "broken"
    # The same input makes the same event ids: a second run may have sealed a package of that name, soundly, elsewhere
    # in the chain. That one is no forgery of the one that is named.
    there = sealed_in(other, keys)[0]
    namesake = there is not None and (there.listing.seq, there.listing.key_id) != (link.seq, listing.key_id)
    return "not checked" if namesake else "broken"


def _exchanged(link: Link, what: str) -> Fault:
    return Fault(f"../{printable(link.package_id)}/{MANIFEST}", what)


def _once(faults: list[Fault]) -> tuple[Fault, ...]:
    """The first fault of each path, in the order found."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(fault.path, fault)
    return tuple(first.values())
