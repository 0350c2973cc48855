"""Requests for further evidence about an opening (补充证据): why, of whom, until when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from core.policy.review import Named, by_key

RequestState = Literal["open", "answered", "withdrawn", "decided"]
"""decided: the opening was decided without waiting for the answer."""

AddresseeKind = Literal["user", "role", "node"]
"""One person, by id; all of a role; all who belong to a node of the organisation tree, by its name."""

REQUEST_REASONS: Mapping[str, Named] = by_key(
    Named("plate_unreadable", "号牌看不清", "plate cannot be read"),
    Named("subject_unclear", "当事对象看不清", "subject cannot be made out"),
    Named("site_photo", "需要现场照片", "photo from the spot is needed"),
    Named("permit_check", "核实是否已获许可", "check whether it is permitted"),
    Named("person_check", "核实当事人或店铺", "find out the person or shop"),
    Named("recheck", "现场复查", "re-check on the spot"),
    # The note says what.
    Named("other", "其他", "other"),
)

# The latest moment by which an answer may be asked for.
DUE_WITHIN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Of whom something is asked; `name` as it was when it was asked."""

    kind: AddresseeKind
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks for what was asked of them.

    Attributes:
        node: the name of the node that the user belongs to; None = the whole site.
    """

    user_id: int
    role: str | None
    node: str | None

    def addresses(self) -> tuple[tuple[AddresseeKind, str], ...]:
        """Everything under which something may have been asked of this reader."""
        found: list[tuple[AddresseeKind, str]] = [("user", str(self.user_id))]
        if self.role:
            found.append(("role", self.role))
        if self.node:
            found.append(("node", self.node))
        return tuple(found)
