"""The packages that a package names, held against what lies beside it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from core.messages import Message
from evidence.package.layout import ENVELOPE, MANIFEST, MAX_MANIFEST_BYTES, Fault, at_key, printable
from evidence.package.listing import Link, Listing, Manifest2
from evidence.package.names import is_plain
from evidence.package.tree import FolderTree, TreeError, whole
from evidence.signing.keys import KeyRing
from evidence.signing.sealed import Sealed, sealed_in

ChainState = Literal["first", "ok", "not checked", "broken"]


def look_beside(folder: Path, sealed: Sealed, keys: KeyRing) -> tuple[ChainState, ChainState | None, list[Fault]]:
    """What is known of the predecessor and, of a supplement, of its primary; and what is wrong with them."""
    listing, faults = sealed.listing, []
    primary: ChainState | None = None
    if listing.supplement_to:
        primary = _compare(folder, listing.supplement_to, listing, keys)
        if primary == "broken":
            faults.append(_exchanged(listing.supplement_to, "evidence.not_the_supplemented"))
        elif primary == "ok":
            faults += _of_another(folder / listing.supplement_to.package_id, sealed, keys)
    if listing.previous is None:
        return "first", primary, faults
    state = _compare(folder, listing.previous, listing, keys)
    if state == "broken":
        faults.append(_exchanged(listing.previous, "evidence.not_the_previous"))
    return state, primary, faults


def _of_another(folder: Path, sealed: Sealed, keys: KeyRing) -> Iterator[Fault]:
    """Whether a supplement is about another thing than the primary that it names."""
    primary = sealed_in(FolderTree(folder, only=(MANIFEST, ENVELOPE)), keys)[0]
    if primary is None or not isinstance(sealed.listing, Manifest2):
        return
    if primary.listing.kind != "primary":
        yield Fault(MANIFEST, at_key("supplement_to", "evidence.supplements_no_primary"))
    for section, name in (("event", "event_id"), ("camera", "id"), ("event", "zone_id"), ("rule", "version")):
        there = primary.record.get(section)
        if isinstance(there, dict) and there.get(name) != sealed.record[section][name]:
            yield Fault(MANIFEST, at_key(f"{section}.{name}", "evidence.differs_from_primary"))


def _compare(beside: Path, link: Link, listing: Listing, keys: KeyRing) -> ChainState:
    folder = beside / link.package_id
    if not is_plain(link.package_id) or "/" in link.package_id or not folder.is_dir():
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


def _exchanged(link: Link, code: str) -> Fault:
    return Fault(f"../{printable(link.package_id)}/{MANIFEST}", Message(code))
