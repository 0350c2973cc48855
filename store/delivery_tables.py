"""What was sent to whom."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables import Base


class DeliveryRow(Base):
    """That a file of a package, or the whole package, was sent to a user: for the first and the last time.

    path: in the package; empty = the package whole, as a .zip.
    """

    __tablename__ = "deliveries"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    package_id: Mapped[str] = mapped_column(ForeignKey("packages.package_id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
