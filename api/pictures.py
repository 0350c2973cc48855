"""Pictures from outside, told by their content, and small ones of our own."""

import io
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

# What phones make at their best; what claims more would fill the memory.
MAX_PIXELS = 50_000_000
# Pictures that are looked at at once: each may take four bytes a pixel.
_TURN = threading.BoundedSemaphore(1)
THUMBNAIL_WH = (320, 240)

_KINDS = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}


class PictureError(Exception):
    """No picture of a kind that is taken; the text says why."""


@dataclass(frozen=True, slots=True)
class PictureKind:
    """What a picture is, by its content."""

    media_type: str
    suffix: str
    size_wh: tuple[int, int]


def kind_of(content: bytes) -> PictureKind:
    """What a picture is. It is decoded to its end: a file of another kind may begin like one.

    Raises:
        PictureError: it is no JPEG, PNG or WebP, is damaged, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(_KINDS)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise PictureError(f"has more than {MAX_PIXELS} pixels; take a smaller one")
                kind = PictureKind(*_KINDS[str(picture.format)], picture.size)
                # The decoder reads to the end, and makes a small picture of it: of a JPEG only.
                picture.draft("RGB", THUMBNAIL_WH)
                with _TURN:
                    picture.load()
                return kind
    except UnidentifiedImageError as error:
        raise PictureError("is no JPEG, PNG or WebP picture") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureError(f"is damaged: {error}") from error


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
        raise PictureError(f"{path.name} cannot be shown: {error}") from error
