"""The verifier: works offline, on a folder or a .zip, and needs nothing but trusted public keys.

Order: the envelope against its own payload, the payload against manifest.json, then every file. What is malformed is a
fault like any other; nothing that lies in a package makes the verifier raise, follow a link or trust a key.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.messages import Message
from evidence.package.layout import (
    ENVELOPE,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    TIMESTAMP,
    Fault,
    is_safe,
    parents,
    printable,
)
from evidence.package.listing import FORMAT_1, ListedFile, Listing, Manifest2
from evidence.package.names import LISTED_TWICE
from evidence.package.tree import FolderTree, Tree, TreeError, holds_package, whole
from evidence.package.ziptree import NotCanonicalError, open_zip
from evidence.signing.keys import KeyRing
from evidence.signing.sealed import Sealed, sealed_in
from evidence.verify.beside import ChainState, look_beside
from evidence.verify.consistency import contradictions, lacking
from evidence.verify.opening_check import opening_faults

AS_IT_OPENED = Message("evidence.unpromised_as_opened")
UNPROMISED_BY_1 = (
    Message("evidence.unpromised_source_type"),
    AS_IT_OPENED,
    Message("evidence.unpromised_parts_agree"),
    Message("evidence.unpromised_code_binds"),
)


@dataclass(frozen=True)
class Verdict:
    """What verification found.

    Attributes:
        exists: whether there was a package to verify.
        refusal: why what is there is not verified at all, and what to do; then nothing else is known of it.
        faults: each with its path; none = sound.
        sealed: the manifest as signed; None where the envelope does not hold.
        chain: first (nothing before it), ok (the predecessor lies beside it and is the one named), not checked
            (it does not lie there), broken (another one lies in its place).
        primary: likewise of the package that a supplement supplements; None for a primary.
        timestamp: a time stamp is reported, and not checked yet.
    """

    path: Path
    exists: bool
    refusal: Message | None = None
    faults: tuple[Fault, ...] = ()
    sealed: Sealed | None = None
    chain: ChainState = "not checked"
    primary: ChainState | None = None
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
    def lacking(self) -> tuple[str, ...]:
        """What that shows the violation is not in its package."""
        return lacking(self.listing) if self.listing else ()

    @property
    def unpromised(self) -> tuple[Message, ...]:
        """What it does not promise: packages of a former format could not yet, others lack the opening record."""
        if self.listing and self.listing.format == FORMAT_1:
            return UNPROMISED_BY_1
        is_recorded = not isinstance(self.listing, Manifest2) or self.listing.opening.record is not None
        return () if is_recorded else (AS_IT_OPENED,)


def verify(path: Path, keys: KeyRing) -> Verdict:
    """Verifies a package folder or .zip; never raises for what it finds."""
    if path.is_dir():
        return _verify_tree(path, FolderTree(path), keys) if holds_package(path) else Verdict(path, exists=False)
    if not path.is_file():
        return Verdict(path, exists=False)
    try:
        archive = open_zip(path)
    except NotCanonicalError as error:
        return Verdict(path, exists=False, refusal=Message("evidence.archive_not_ours", cause=error))
    if archive is None:
        return Verdict(path, exists=False)
    try:
        return _verify_tree(path, archive, keys)
    finally:
        archive.close()


def _verify_tree(path: Path, tree: Tree, keys: KeyRing) -> Verdict:
    timestamp: Literal["absent", "not checked"] = "not checked" if TIMESTAMP in tree.files else "absent"
    if tree.overflows:
        return Verdict(path, exists=True, faults=tree.faults, timestamp=timestamp)
    sealed, signed = sealed_in(tree, keys)
    # What is wrong with the container says more than that a file is missing in it.
    faults = [*tree.faults, *signed]
    chain: ChainState = "not checked"
    primary: ChainState | None = None
    if sealed:
        faults += _file_faults(tree, sealed.listing)
        faults += _signed_faults(tree, sealed, keys)
        chain, primary, beside = look_beside(path.absolute().parent, sealed, keys)
        faults += beside
    return Verdict(
        path,
        exists=True,
        faults=_once(faults),
        sealed=sealed,
        chain=chain,
        primary=primary,
        timestamp=timestamp,
    )


def _signed_faults(tree: Tree, sealed: Sealed, keys: KeyRing) -> Iterator[Fault]:
    """What was signed and yet cannot be."""
    if tree.top != sealed.listing.package_id:
        folder, package_id = printable(tree.top), printable(sealed.listing.package_id)
        yield Fault(".", Message("evidence.folder_named_otherwise", folder=folder, package_id=package_id))
    yield from contradictions(sealed)
    if isinstance(sealed.listing, Manifest2):
        yield from opening_faults(tree, sealed.listing, sealed.record, keys)


def _file_faults(tree: Tree, listing: Listing) -> Iterator[Fault]:
    seen: set[str] = {MANIFEST, ENVELOPE}
    for listed in listing.files:
        if not is_safe(listed.path):
            yield Fault(printable(listed.path), Message("evidence.path_leaves_package"))
        elif listed.path in seen:
            yield Fault(listed.path, LISTED_TWICE)
        elif wrong := _wrong_with(tree, listed):
            yield Fault(listed.path, wrong)
        seen.add(listed.path)
    yield from _unlisted_faults(tree, seen)


def _unlisted_faults(tree: Tree, listed: set[str]) -> Iterator[Fault]:
    for path in sorted(tree.files.keys() - listed - {TIMESTAMP}):
        yield Fault(printable(path), Message("evidence.file_not_listed"))
    wanted = {folder for path in listed for folder in parents(path)}
    for folder in sorted(tree.folders - wanted):
        yield Fault(printable(folder), Message("evidence.folder_not_of_package"))
    if TIMESTAMP in tree.files:
        try:
            whole(tree, TIMESTAMP, MAX_MANIFEST_BYTES)
        except TreeError as error:
            yield Fault(TIMESTAMP, error.message)


def _wrong_with(tree: Tree, listed: ListedFile) -> Message | None:
    size = tree.files.get(listed.path)
    if size is None:
        return Message("evidence.file_missing")
    if size == 0:
        return Message("evidence.file_empty")
    if size != listed.size:
        return Message("evidence.file_size_differs", found=size, wanted=listed.size)
    if "sha256" not in listed.digests:
        return Message("evidence.file_without_known_digest")
    try:
        same = _sha256(tree, listed) == listed.digests["sha256"]
    except TreeError as error:
        return error.message
    return None if same else Message("evidence.file_was_changed")


def _sha256(tree: Tree, listed: ListedFile) -> str:
    digest = hashlib.sha256()
    read = 0
    for chunk in tree.chunks(listed.path):
        read += len(chunk)
        if read > listed.size:
            raise TreeError("evidence.file_exceeds_claim")
        digest.update(chunk)
    return digest.hexdigest()


def _once(faults: list[Fault]) -> tuple[Fault, ...]:
    """The first fault of each path, in the order found; of a manifest that is there whole, each."""
    first: dict[tuple[str, Message | None], Fault] = {}
    whole_manifest = not any(fault.path == MANIFEST and fault.what.code != "core.located" for fault in faults)
    for fault in faults:
        several = fault.path == MANIFEST and whole_manifest
        first.setdefault((fault.path, fault.what if several else None), fault)
    return tuple(first.values())
