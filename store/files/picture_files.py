"""Pictures from outside: read in the process of subprocess_child, for a few bytes may take very much to decode."""

import io
import warnings
from typing import Any

from PIL import Image, UnidentifiedImageError

from store.files.sheets import TableError

# What phones make at their best; what claims more is not begun with.
MAX_PIXELS = 50_000_000
# What a decoder may hold at once: beside the interpreter it fits into the memory that the process may have.
MAX_DECODED_BYTES = 120 << 20
_FORMATS = ("JPEG", "PNG", "WEBP")
# The decoder need not make more of a JPEG to read it to its end.
_SMALL_WH = (320, 240)


def read_picture(content: bytes) -> dict[str, Any]:
    """The format and size of a picture. It is decoded to its end: a file of another kind may begin like one.

    Raises:
        TableError: it is no JPEG, PNG or WebP, is damaged, or too large.
    """
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise TableError("store.picture_too_many_pixels", limit=MAX_PIXELS)
            if _decoded_bytes(picture) > MAX_DECODED_BYTES:
                raise TableError("store.picture_takes_memory")
            told = {"format": str(picture.format), "size_wh": list(picture.size)}
            picture.draft("RGB", _SMALL_WH)
            picture.load()
            return told
    except UnidentifiedImageError as error:
        raise TableError("store.picture_format_unknown") from error
    except OSError as error:
        # A WebP makes its decoder hold two pictures of its size before anything is known of it.
        if "could not create decoder" in str(error):
            raise TableError("store.picture_damaged_or_large") from error
        raise TableError("store.picture_damaged", cause=error) from error
    except (SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise TableError("store.picture_damaged", cause=error) from error


def _decoded_bytes(picture: Image.Image) -> int:
    """About how much its decoder holds at once."""
    pixels = picture.width * picture.height
    if picture.format == "JPEG":
        # Read at an eighth of its size, line by line; a progressive one is held as coefficients of two bytes.
        return 2 * len(picture.getbands()) * pixels if picture.info.get("progressive") else pixels // 16
    if picture.format == "WEBP":
        return 14 * pixels  # two canvases, a copy of one, and the picture
    return (1 if picture.mode in ("1", "L", "P") else 4) * pixels
