"""Whether a manifest contradicts itself: what it says twice must agree, and what follows must be as it follows.

A signature tells who wrote it. It does not tell that it makes sense: whoever holds the key may have been fed nonsense.
"""

from collections.abc import Iterator

from core.messages import Message
from evidence.package.antiforgery import ROLES, anti_forgery_code
from evidence.package.layout import MANIFEST, Fault, at_key, clearing_id, package_id, printable
from evidence.package.listing import Link, Listing, Manifest2
from evidence.package.names import NOT_PORTABLE, clashes, is_plain
from evidence.signing.sealed import Sealed
from evidence.verify.dwell_check import dwell_faults
from evidence.verify.rule_check import rule_faults
from evidence.verify.time_check import time_faults

# What shows a violation; a package that is complete has both.
STILL, CLIP = "originals/violation.jpg", "clip/violation.mp4"


def contradictions(sealed: Sealed) -> Iterator[Fault]:
    """Everything in a manifest that cannot be true together with the rest of it.

    Of format 1 its place in the chain, its completeness and its names are worked out; of format 2 all.
    """
    listing = sealed.listing
    for what in (*_place(listing), *_complete(listing)):
        yield Fault(MANIFEST, what)
    yield from _names(listing)
    if isinstance(listing, Manifest2):
        parts = (_identity(listing), _presence(listing), rule_faults(listing, sealed.record), dwell_faults(listing))
        for part in (*parts, time_faults(listing), _code(listing, sealed)):
            yield from (Fault(MANIFEST, what) for what in part)


def lacking(listing: Listing) -> tuple[str, ...]:
    """Of a violation's package: what that shows the violation is not in it."""
    there = {one.path for one in listing.files}
    return tuple(path for path in (STILL, CLIP) if path not in there) if listing.kind == "primary" else ()


def _place(listing: Listing) -> Iterator[Message]:
    if not is_plain(listing.package_id) or "/" in listing.package_id:
        yield at_key("package_id", "evidence.name_not_portable")
    if (listing.seq == 1) != (listing.previous is None):
        code = "evidence.number_without_previous" if listing.previous is None else "evidence.number_with_previous"
        yield at_key("seq", code, number=listing.seq)
    if (listing.kind == "supplement") != (listing.supplement_to is not None):
        code = "evidence.primary_names_another" if listing.supplement_to else "evidence.supplement_names_none"
        yield at_key("supplement_to", code)
    for name, link in (("previous", listing.previous), ("supplement_to", listing.supplement_to)):
        if link:
            yield from (at_key(name, code) for code in _link(link, listing))
    if listing.previous and listing.previous.seq != listing.seq - 1:
        yield at_key("previous.seq", "evidence.previous_number_differs", found=listing.previous.seq, number=listing.seq)


def _link(link: Link, listing: Listing) -> Iterator[str]:
    """The codes of what is wrong with a link."""
    if link.package_id == listing.package_id:
        yield "evidence.link_to_itself"
    if link.seq >= listing.seq:
        yield "evidence.link_to_later"


def _complete(listing: Listing) -> Iterator[Message]:
    if listing.completeness.complete != (not listing.completeness.missing):
        yield at_key("completeness", "evidence.completeness_contradicts")
    if listing.completeness.complete and not listing.files:
        yield at_key("completeness", "evidence.complete_without_file")
    if listing.completeness.complete and lacking(listing):
        yield at_key("completeness", "evidence.complete_without_proof", paths=lacking(listing))


def _names(listing: Listing) -> Iterator[Fault]:
    paths = [one.path for one in listing.files]
    for path in paths:
        if not is_plain(path):
            yield Fault(printable(path), NOT_PORTABLE)
    yield from (Fault(printable(path), what) for path, what in clashes(paths))


def _identity(manifest: Manifest2) -> Iterator[Message]:
    """One event, one camera, one zone, one opening all through."""
    event, rule, opening = manifest.event, manifest.rule, manifest.opening.number
    primary = package_id(event.event_id, opening)
    is_primary = manifest.kind == "primary"
    of = manifest.supplement_to.package_id if manifest.supplement_to else primary
    yield from _unequal(
        ("package_id", manifest.package_id, primary if is_primary else clearing_id(event.event_id, opening)),
        ("supplement_to.package_id", of, primary),
        ("event.opening", event.opening, opening),
        ("event.camera_id", event.camera_id, manifest.camera.id),
        ("event.preset_id", event.preset_id, rule.preset_id),
        ("event.zone_id", event.zone_id, rule.zone.id),
        ("event.violation", event.violation, rule.zone.violation),
        ("rule.violation.key", rule.violation.get("key"), rule.zone.violation),
        ("event.state", event.state, "violation" if is_primary else "cleared"),
        ("reason", manifest.reason, None if is_primary else "clearing"),
        ("models", event.model is None or event.model in manifest.models, True),
        ("source.time_basis", manifest.source.time_basis == "arrival" or manifest.source.kind == "recorded_file", True),
        ("source.file", manifest.source.file is None or manifest.source.kind == "recorded_file", True),
    )


def _unequal(*rows: tuple[str, object, object]) -> Iterator[Message]:
    for name, there, wanted in rows:
        if there != wanted:
            yield at_key(name, "evidence.disagrees_with_manifest")


def _presence(manifest: Manifest2) -> Iterator[Message]:
    """What was demanded, what is there and what is listed are the same things."""
    told, listed = manifest.completeness, {one.path for one in manifest.files}
    demanded, missing = set(told.demanded), {one.get("what") for one in told.missing}
    if len(demanded) != len(told.demanded) or set(told.present) != demanded & listed:
        yield at_key("completeness.present", "evidence.present_not_as_demanded")
    if not demanded - listed <= missing:
        yield at_key("completeness.missing", "evidence.missing_lacks_demanded")
    if not demanded:
        yield at_key("completeness.demanded", "evidence.nothing_demanded")
    for path in (manifest.opening.record, manifest.background, *(one.of for one in manifest.files)):
        if path is not None and path not in listed:
            yield at_key(path, "evidence.named_not_listed")


def _code(manifest: Manifest2, sealed: Sealed) -> Iterator[Message]:
    digests = {one.path: one.digests.get("sha256", "") for one in manifest.files if one.role in ROLES}
    if anti_forgery_code(sealed.record, digests) != manifest.anti_forgery_code:
        yield at_key("anti_forgery_code", "evidence.code_not_of_these_facts")
