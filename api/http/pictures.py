"""Pictures from outside, told by their content, and small ones of our own."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from core.errors import JiejingError
from store.files.sheets import TableError
from store.files.subprocess_reader import read_apart

THUMBNAIL_WH = (320, 240)

_KINDS = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}


class PictureError(JiejingError):
    """No picture of a kind that is taken; the text says why."""


@dataclass(frozen=True, slots=True)
class PictureKind:
    """What a picture is, by its content."""

    media_type: str
    suffix: str
    size_wh: tuple[int, int]


def kind_of(content: bytes) -> PictureKind:
    """What a picture is. It is decoded to its end, in a process of its own with limits of time and memory.

    Raises:
        PictureError: it is no JPEG, PNG or WebP, is damaged, or too large.
    """
    try:
        told = read_apart("picture", content)
    except TableError as error:
        raise PictureError(error.message) from error
    width, height = told["size_wh"]
    return PictureKind(*_KINDS[told["format"]], (width, height))


def thumbnail(path: Path) -> bytes:
    """A small JPEG of a JPEG, THUMBNAIL_WH at most.

    Raises:
        PictureError: it cannot be read.
    """
    try:
        with Image.open(path) as picture:
            # The decoder skips what a small picture does not need.
            picture.draft("RGB", THUMBNAIL_WH)
            picture.thumbnail(THUMBNAIL_WH)
            target = io.BytesIO()
            picture.convert("RGB").save(target, "JPEG", quality=72)
            return target.getvalue()
    except (OSError, SyntaxError) as error:
        raise PictureError("api.picture_cannot_be_shown", name=path.name, cause=error) from error
