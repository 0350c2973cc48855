"""The table of what cameras keep secret."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables import Base, Id


class CameraSecretRow(Base):
    """The stream addresses of a camera as they were entered, sealed; `cameras` has them without passwords."""

    __tablename__ = "camera_secrets"

    camera_id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed: Mapped[str] = mapped_column(String)
