"""What the row of an opening says of its review. Kept there because the queue is sorted and paged by it."""

from datetime import datetime

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column


class ReviewColumns:
    """The review of one opening.

    stage: null until the opening is a violation that is no mere observation.
    check_kind, first_officer: set while a decided opening waits to be checked by somebody else.
    claimed_until: a claim in the past is none. After a decision it holds until that is final.
    revision: grows with each change of its state and each decision: what an officer's decision must have seen.
    """

    stage: Mapped[str | None] = mapped_column(String(16))
    check_kind: Mapped[str | None] = mapped_column(String(16))
    first_officer: Mapped[int | None]
    claimed_by: Mapped[int | None]
    claimed_name: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    deadline_at: Mapped[datetime | None]
    standing: Mapped[str] = mapped_column(String(20), server_default=text("'lead'"))
