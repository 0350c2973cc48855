"""The names of everything that can be chosen in a review."""

from collections.abc import Iterable

from api.http.fields import NamedPublic, named
from api.review.decision_schemas import ReasonPublic, ReviewOptions, TypePublic
from core.labels import LABELS
from core.policy.evidence_requests import REQUEST_REASONS
from core.policy.review import (
    CODE_NAMES,
    COLOURS,
    LEASE_S,
    REASONS,
    STANDINGS,
    UNDO_S,
    VEHICLE_TYPES,
    codes_of,
    needs_shop,
)
from core.violations import ViolationType, violation_types


def review_options() -> ReviewOptions:
    """All of them."""
    return ReviewOptions(
        reasons=tuple(ReasonPublic.model_validate(one) for one in REASONS.values()),
        request_reasons=tuple(named(one) for one in REQUEST_REASONS.values()),
        types=tuple(_type(one) for one in violation_types().values()),
        standings=tuple(named(one) for one in STANDINGS.values()),
        colours=tuple(named(one) for one in COLOURS.values()),
        vehicle_types=tuple(named(one) for one in VEHICLE_TYPES.values()),
        labels=LABELS,
        undo_s=UNDO_S,
        lease_s=LEASE_S,
    )


def code_names(codes: Iterable[str]) -> tuple[NamedPublic, ...]:
    """Class codes with their names, as far as those are known."""
    return tuple(
        named(CODE_NAMES[code]) if code in CODE_NAMES else NamedPublic(key=code, name_zh=code, name_en=code)
        for code in codes
    )


def _type(kind: ViolationType) -> TypePublic:
    return TypePublic(
        key=kind.key,
        name_zh=kind.name_zh,
        name_en=kind.name_en,
        codes=code_names(codes_of(kind.key)),
        needs_shop=needs_shop(kind.key),
    )
