"""What was sealed: the envelope against its own payload, the payload against manifest.json. Reads nothing else."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.messages import Message
from evidence.package.layout import ENVELOPE, MANIFEST, MAX_ENVELOPE_BYTES, MAX_MANIFEST_BYTES, Fault
from evidence.package.listing import Listing, read_manifest
from evidence.package.tree import FolderTree, Tree, TreeError, whole
from evidence.signing.dsse import EnvelopeError, Opened, open_envelope
from evidence.signing.keys import KeyRing


@dataclass(frozen=True)
class Sealed:
    """A manifest that a trusted key signed.

    Attributes:
        listing: what verification needs of it; of format 2 a Manifest2.
        record: all of it, as plain data.
        manifest_sha256: in hex, of its exact bytes.
        signed_by: the trusted keys whose signature holds.
        unknown_keys: who signed besides, with a key that is not trusted here.
    """

    listing: Listing
    record: Mapping[str, Any]
    manifest_sha256: str
    signed_by: tuple[str, ...]
    unknown_keys: tuple[str, ...]


def read_sealed(package: Path, keys: KeyRing) -> Sealed | tuple[Fault, ...]:
    """What a package folder says under its signature, or why it cannot be believed. Never raises for what it finds.

    Cheap: no file but the manifest and its envelope is read. Whether the others are what the manifest lists is told by
    evidence.verify.verifier.verify().
    """
    sealed, faults = sealed_in(FolderTree(package, only=(MANIFEST, ENVELOPE)), keys)
    return sealed if sealed and not faults else faults


def sealed_in(tree: Tree, keys: KeyRing) -> tuple[Sealed | None, tuple[Fault, ...]]:
    """The same of any tree: what the envelope holds, as far as it holds, and what is wrong."""
    try:
        opened = open_envelope(whole(tree, ENVELOPE, MAX_ENVELOPE_BYTES), keys)
    except (EnvelopeError, TreeError) as error:
        return None, (Fault(ENVELOPE, error.message), *_unsigned_faults(tree))
    try:
        listing, record = read_manifest(opened.payload)
    except ValueError as error:
        return None, (Fault(MANIFEST, Message("evidence.manifest_unreadable", cause=error)),)
    sha256 = hashlib.sha256(opened.payload).hexdigest()
    sealed = Sealed(listing, record, sha256, opened.key_ids, opened.unknown_keys)
    return sealed, tuple(_faults(tree, opened, listing, keys))


def _faults(tree: Tree, opened: Opened, listing: Listing, keys: KeyRing) -> Iterator[Fault]:
    if listing.key_id not in opened.key_ids:
        yield Fault(ENVELOPE, Message("evidence.signed_with_other_key"))
    last = keys.retired.get(listing.key_id)
    if last is not None and listing.seq > last:
        yield Fault(ENVELOPE, Message("evidence.number_after_retirement", number=listing.seq, last=last))
    try:
        if whole(tree, MANIFEST, MAX_MANIFEST_BYTES) != opened.payload:
            yield Fault(MANIFEST, Message("evidence.manifest_differs"))
    except TreeError as error:
        yield Fault(MANIFEST, error.message)


def _unsigned_faults(tree: Tree) -> Iterator[Fault]:
    """Without a sound envelope nothing can be believed; that the manifest is gone is seen all the same."""
    if MANIFEST not in tree.files:
        yield Fault(MANIFEST, Message("evidence.file_missing"))
