"""Picture files: their size without decoding them, their pixels, and back to a file."""

import io
import struct
import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from core.domain import Image
from core.errors import InputError, InvalidValueError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".jfif", ".tif", ".tiff"})
MAX_PIXELS = 100_000_000  # a file of a few kilobytes may claim to be larger than the memory
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
_QUALITY = 95
_EXIF_ORIENTATION = 0x0112
_AS_IT_IS = 1
_TURNED = frozenset({5, 6, 7, 8})  # orientations that exchange width and height


class NotAPicture(InvalidValueError):  # noqa: N818 - it says what is the matter
    """Bytes that are no picture, or one that nobody can mean; its message goes on from "the picture"."""


def size_of(picture: Path | bytes) -> tuple[int, int]:
    """Width and height in pixels as shown (EXIF applied), from the head of the file alone.

    Raises:
        NotAPicture: it is none, or a huge one.
    """
    with _opened(picture) as opened:
        width, height = opened.size
        return (height, width) if _orientation(opened) in _TURNED else (width, height)


def decoded(picture: Path | bytes) -> Image:
    """The pixels as shown: (height, width, 3) uint8, BGR.

    Raises:
        NotAPicture: it is none, or breaks off.
    """
    with _opened(picture) as opened:
        try:
            upright = _upright(opened).convert("RGB")
        except (OSError, ValueError, SyntaxError) as error:
            raise NotAPicture("training.picture_not_decodable", cause=error) from error
        return np.ascontiguousarray(np.asarray(upright, np.uint8)[..., ::-1])


def small_grey(picture: Path | bytes, side_px: int) -> Image:
    """The whole picture shrunk to (side_px, side_px) uint8 luma; JPEG is decoded at a fraction of its size.

    Raises:
        NotAPicture: it is none, or breaks off.
    """
    with _opened(picture) as opened:
        try:
            opened.draft("L", (side_px * 4, side_px * 4))
            grey = _upright(opened).convert("L")
            return np.asarray(grey.resize((side_px, side_px), Pillow.Resampling.BOX), np.uint8)
        except (OSError, ValueError, SyntaxError) as error:
            raise NotAPicture("training.picture_not_decodable", cause=error) from error


def encoded(image: Image, suffix: str) -> bytes:
    """A (height, width, 3) BGR picture as a file of that kind; what loses, at quality 95.

    Raises:
        InputError: no such kind.
    """
    flags = {
        ".jpg": [cv2.IMWRITE_JPEG_QUALITY, _QUALITY],
        ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, _QUALITY],
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, _QUALITY],
        ".png": [],
        ".tif": [],
        ".tiff": [],
        ".bmp": [],
    }
    if suffix.lower() not in flags:
        raise InputError("training.picture_format_not_written", suffix=suffix, formats=list(flags))
    _, content = cv2.imencode(suffix.lower(), image, flags[suffix.lower()])
    return content.tobytes()


def _upright(opened: Pillow.Image) -> Pillow.Image:
    return opened if _orientation(opened) == _AS_IT_IS else ImageOps.exif_transpose(opened)


def _orientation(opened: Pillow.Image) -> int:
    """As EXIF notes it. A PNG may note it behind its pixels: reading that far for every size would decode them all."""
    if opened.format == "PNG" and "exif" not in opened.info:
        return _AS_IT_IS
    try:
        value = opened.getexif().get(_EXIF_ORIENTATION)
    except (OSError, ValueError, SyntaxError, struct.error):  # EXIF that nobody can read turns nothing
        return _AS_IT_IS
    return value if isinstance(value, int) else _AS_IT_IS


def _opened(picture: Path | bytes) -> Pillow.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Pillow.DecompressionBombWarning)
        try:
            opened = Pillow.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture, formats=_FORMATS)
        except UnidentifiedImageError as error:
            raise NotAPicture("training.no_picture_format") from error
        except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError) as error:
            raise NotAPicture("training.picture_claims_huge") from error
        except (OSError, ValueError, SyntaxError) as error:
            raise NotAPicture("training.picture_not_readable", cause=error) from error
    if opened.width * opened.height > MAX_PIXELS:
        opened.close()
        raise NotAPicture("training.picture_too_many_pixels", width=opened.width, height=opened.height)
    return opened
