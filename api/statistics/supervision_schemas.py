"""What supervision sees of the officers' decisions."""

from typing import Literal

from api.http.fields import Moment, Public
from api.statistics.schemas import SharePublic
from core.policy.review import Verdict

By = Literal["officer", "plate", "shop"]


class SupervisedGroup(Public):
    """Decisions of one officer, or about one plate or shop. `key` is "" where none was entered. `exempted`: rejections
    that let somebody off (on duty, permitted, inside a bay, corrected at once); they are among `rejected`."""

    key: str
    name: str
    decided: int
    rejected: SharePublic
    exempted: SharePublic
    reasons: dict[str, int]


class SupervisionPublic(Public):
    """Rejections and exemptions of a period, the groups with most rejections first, and over all."""

    since: Moment
    until: Moment
    by: By
    total: SupervisedGroup
    groups: tuple[SupervisedGroup, ...]


class SupervisedDecision(Public):
    """One rejection, and the opening to look at."""

    event_id: str
    opening: int
    camera_id: str
    place: str
    violation: str
    verdict: Verdict
    reason: str | None
    exempted: bool
    note: str
    officer_id: int
    officer_name: str
    decided_at: Moment
    plate: str | None
    shop: str | None
