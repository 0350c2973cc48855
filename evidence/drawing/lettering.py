"""The letters on pictures: a font of this system that has Chinese, or plain Latin letters and a word about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

from core.errors import EvidenceError

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("~/.local/share/fonts").expanduser())
# In the order of preference; a collection (.ttc) holds several faces, of which the simplified Chinese one is taken.
FONT_NAMES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "NotoSerifCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
)
_SIMPLIFIED = " SC"
_MOST_FACES = 10


@dataclass(frozen=True)
class Lettering:
    """A font that can be had in any size.

    Attributes:
        path: the font file; None = no font with Chinese was found.
        face: which face of a collection.
    """

    path: Path | None = None
    face: int = 0

    @property
    def has_chinese(self) -> bool:
        """Whether Chinese text comes out as such."""
        return self.path is not None

    def font(self, height_px: int) -> ImageFont.FreeTypeFont:
        """The font in a size, in pixels of its em square."""
        return _font(self.path, self.face, height_px)

    def fit(self, text: str) -> str:
        """The text as this font can show it: without Chinese, other letters become question marks."""
        return text if self.has_chinese else text.encode("latin-1", "replace").decode("latin-1")


@cache
def system_lettering() -> Lettering:
    """The best font found on this system."""
    return find_lettering(FONT_FOLDERS)


def find_lettering(folders: tuple[Path, ...]) -> Lettering:
    """The best font found below some folders."""
    found = {path.name: path for folder in folders for path in _fonts(folder)}
    for name in FONT_NAMES:
        if name in found:
            return Lettering(found[name], _simplified_face(found[name]))
    return Lettering()


def _fonts(folder: Path) -> Iterator[Path]:
    return (path for pattern in ("*.ttc", "*.otf", "*.ttf") for path in folder.rglob(pattern))


def _simplified_face(path: Path) -> int:
    if path.suffix != ".ttc":
        return 0
    for face in range(_MOST_FACES):
        try:
            family = ImageFont.truetype(path, 10, index=face).getname()[0] or ""
        except OSError:
            break
        if family.endswith(_SIMPLIFIED):
            return face
    return 0


@cache
def _font(path: Path | None, face: int, height_px: int) -> ImageFont.FreeTypeFont:
    if path:
        return ImageFont.truetype(path, height_px, index=face)
    built_in = ImageFont.load_default(height_px)
    if not isinstance(built_in, ImageFont.FreeTypeFont):
        raise EvidenceError("evidence.pillow_lacks_freetype")
    return built_in
