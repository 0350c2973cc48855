"""Final decisions of a period, with what they are about, for those who watch over the officers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from core.policy.review import Verdict
from store.accounts.scope import Orgs, seen_from
from store.base.engine import reading
from store.tables.openings import OpeningRow, same_opening
from store.tables.review import DecisionRow
from store.tables.site import ZoneRuleRow

_COUNTED = ("approved", "handed_over", "rejected")


@dataclass(frozen=True, slots=True)
class Supervised:
    """A decision that counts.

    Attributes:
        plate: of the vehicle, as it was entered; None where nobody entered one.
        shop: as it was entered, else the one whose front the zone watched.
    """

    event_id: str
    opening: int
    camera_id: str
    violation: str
    verdict: Verdict
    reason: str | None
    note: str
    officer_id: int
    officer_name: str
    decided_at: datetime
    plate: str | None
    shop: str | None


class SupervisionRepository:
    """Reads what was decided."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def decisions(self, since: datetime, until: datetime, now: datetime, orgs: Orgs) -> list[Supervised]:
        """First decisions of that time (since included, until not) that can no longer be undone, the newest first.

        Args:
            orgs: only about events of nodes of these names; None = about all.
        """
        query = (
            select(DecisionRow, OpeningRow.camera_id, OpeningRow.violation, ZoneRuleRow.snapshot)
            .join(OpeningRow, same_opening(OpeningRow, DecisionRow))
            .outerjoin(ZoneRuleRow, ZoneRuleRow.version == OpeningRow.rule_version)
            .where(
                DecisionRow.kind == "first",
                DecisionRow.verdict.in_(_COUNTED),
                DecisionRow.undone_at.is_(None),
                DecisionRow.final_at <= now,
                DecisionRow.final_at >= since,
                DecisionRow.decided_at >= since,
                DecisionRow.decided_at < until,
                *seen_from(OpeningRow.org, orgs),
            )
            .order_by(DecisionRow.decided_at.desc(), DecisionRow.decision_id)
        )
        with reading(self._engine) as session:
            return [_supervised(*row) for row in session.execute(query)]


def _supervised(row: DecisionRow, camera_id: str, violation: str, rule: object) -> Supervised:
    return Supervised(
        event_id=row.event_id,
        opening=row.opening,
        camera_id=camera_id,
        violation=violation,
        verdict=row.verdict,  # type: ignore[arg-type]  # the table's check says so
        reason=row.reason,
        note=row.note,
        officer_id=row.officer_id,
        officer_name=row.officer_name,
        decided_at=row.decided_at,
        plate=row.subject.vehicle.plate,
        shop=row.subject.shop or _shop_of(rule),
    )


def _shop_of(rule: object) -> str | None:
    zone = rule.get("zone") if isinstance(rule, dict) else None
    shop = (zone or {}).get("shop") or {}
    return shop.get("name") or None
