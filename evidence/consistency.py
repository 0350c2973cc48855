"""Whether a manifest contradicts itself: what it says twice must agree, and what follows must be as it follows.

A signature tells who wrote it. It does not tell that it makes sense: whoever holds the key may have been fed nonsense.
"""

from collections.abc import Iterator

from evidence.antiforgery import ROLES, anti_forgery_code
from evidence.listing import Manifest2
from evidence.package import MANIFEST, Fault
from evidence.sealed import Sealed


def contradictions(sealed: Sealed) -> Iterator[Fault]:
    """Everything in a manifest that cannot be true together with the rest of it. Of format 1 nothing is worked out."""
    if isinstance(sealed.listing, Manifest2):
        yield from _code(sealed.listing, sealed)


def _code(manifest: Manifest2, sealed: Sealed) -> Iterator[Fault]:
    digests = {one.path: one.digests.get("sha256", "") for one in manifest.files if one.role in ROLES}
    if anti_forgery_code(sealed.record, digests) != manifest.anti_forgery_code:
        yield Fault(MANIFEST, "anti_forgery_code: is not the one of these facts and files")
