"""Pictures from outside: read in the process of store.apart_child, for a few bytes may take very much to decode."""

import io
import warnings
from typing import Any

from PIL import Image, UnidentifiedImageError

from store.sheets import TableError

# What phones make at their best; what claims more is not begun with.
MAX_PIXELS = 50_000_000
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
                raise TableError(f"has more than {MAX_PIXELS} pixels; take a smaller one")
            told = {"format": str(picture.format), "size_wh": list(picture.size)}
            picture.draft("RGB", _SMALL_WH)
            picture.load()
            return told
    except UnidentifiedImageError as error:
        raise TableError("is no JPEG, PNG or WebP picture") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise TableError(f"is damaged: {error}") from error
