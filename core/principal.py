"""Who asks: a person or a machine that was recognised, with what may be done and seen."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.rights import Right, Role, rights_of
from core.site import Camera


@dataclass(frozen=True, slots=True)
class Principal:
    """A user of the installation, as of one request.

    Attributes:
        rights: those of the role; of a token, the part that it was given. Empty while the account waits for a role
            or its first password was not changed.
        orgs: names of the nodes of the organisation tree that are seen, own and below; None = the whole site.
        badge_no, badge_expires: 执法证号 and the last day on which it holds.
        zone: the site's time zone, in which a day of the badge begins and ends.
        address: where the request came from.
        must_set_second_factor: its role asks for one, and there is none yet; it has no rights until there is.
        is_fresh: whether a code of the second factor was given a short while ago, where there is one.
        token_id: of the access token that it came with instead of a session.
    """

    user_id: int
    name: str
    full_name: str
    role: Role | None
    rights: frozenset[Right]
    orgs: frozenset[str] | None
    badge_no: str | None
    badge_expires: date | None
    zone: ZoneInfo
    address: str
    must_change_password: bool = False
    must_set_second_factor: bool = False
    is_fresh: bool = True
    token_id: int | None = None

    @property
    def is_machine(self) -> bool:
        """Whether it came with an access token."""
        return self.token_id is not None

    def has(self, *rights: Right) -> bool:
        """Whether all of these rights are held."""
        return self.rights.issuperset(rights)

    def sees(self, camera: Camera) -> bool:
        """Whether the camera hangs on a node that is seen; one without a node only where the whole site is."""
        return self.orgs is None or camera.org in self.orgs

    def may_approve(self, now: datetime) -> bool:
        """Whether the right to approve is held at that (aware) moment: by a person with a badge that holds."""
        return (
            Right.EVENTS_APPROVE in self.rights
            and not self.is_machine
            and self.badge_no is not None
            and badge_holds(self.badge_expires, now, self.zone)
        )


def badge_holds(expires: date | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a badge that expires at the end of that day, in that zone, holds at an aware moment."""
    return expires is not None and now.astimezone(zone).date() <= expires


def effective_rights(role: Role | None, badge_no: str | None, *, badge_valid: bool) -> frozenset[Right]:
    """The rights of a role, without that to approve where no valid badge is held."""
    rights = rights_of(role)
    return rights if badge_no and badge_valid else rights - {Right.EVENTS_APPROVE}
