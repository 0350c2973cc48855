"""Archives changed at random in their headers: what `verify` calls sound, every tool must unpack alike.

    python -m tests.soak.zip_mutations --number 10000

Exit 1 at the first counter-example, which is kept and named.
"""

import argparse
import random
import shutil
import struct
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.package.zipfiles import write_zip
from evidence.signing.keys import KeyRing
from evidence.verify.verifier import verify
from tests.evidence.build import ring, sealer, small_body

Names = Mapping[str, bytes]
_MAGICS = (b"PK\3\4", b"PK\1\2", b"PK\5\6")
_SIZES = (30, 46, 22)  # of the headers that they begin


@dataclass(frozen=True)
class Tally:
    """How many archives were made, and how many of them were sound."""

    made: int
    sound: int


def mutate(sound: bytes, chance: random.Random) -> bytes:
    """One archive with a few changes, most of them in headers."""
    content = bytearray(sound)
    for _ in range(chance.choice((1, 1, 2, 3))):
        chance.choice(_CHANGES)(content, chance)
    return bytes(content)


def unpacked(archive: Path, into: Path) -> dict[str, Names]:
    """What each tool makes of an archive: content by name."""
    results: dict[str, Names] = {}
    for tool, command in _TOOLS.items():
        target = into / tool
        target.mkdir(parents=True)
        subprocess.run(command(archive, target), capture_output=True, check=True, timeout=60)
        results[tool] = _content(target)
    with zipfile.ZipFile(archive) as opened:
        results["zipfile"] = {name: opened.read(name) for name in opened.namelist()}
    return results


def run(sound: bytes, keys: KeyRing, number: int, seed: int, folder: Path) -> Tally:
    """Makes that many archives.

    Raises:
        AssertionError: two tools unpack a sound one differently, or one of them refuses it.
    """
    chance = random.Random(seed)
    archive, kept = folder / "mutated.zip", 0
    for _ in range(number):
        archive.write_bytes(mutate(sound, chance))
        if not verify(archive, keys).sound:
            continue
        kept += 1
        into = folder / "out"
        results = list(unpacked(archive, into).values())
        assert all(one == results[0] for one in results), f"{archive}: unpacked differently"
        shutil.rmtree(into)
    return Tally(number, kept)


def _any_byte(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] = chance.randrange(256)


def _header_byte(content: bytearray, chance: random.Random) -> None:
    if places := _headers(content):
        start, size = chance.choice(places)
        at = min(start + chance.randrange(size), len(content) - 1)
        content[at] = chance.choice((0, 1, 8, 255, chance.randrange(256)))


def _same_byte(content: bytearray, chance: random.Random) -> None:
    """Writes a byte of a header again: the archive stays as it is, and must stay sound."""
    if places := _headers(content):
        at = chance.choice(places)[0]
        content[at] = content[at]


def _name(content: bytearray, chance: random.Random) -> None:
    if places := [place for place in _headers(content) if place[1] != 22]:
        at = sum(chance.choice(places)) + chance.randrange(8)
        if at < len(content):
            content[at] = chance.choice(b"/\\.:AaZz\0\xc3 ")


def _insert(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content) + 1)
    content[at:at] = chance.randbytes(chance.choice((1, 4, 22, 30)))


def _remove(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content))
    del content[at : at + chance.choice((1, 4, 30))]


def _extra(content: bytearray, chance: random.Random) -> None:
    """Puts an extra field of another name behind a name, and counts it in the header."""
    places = [place for place in _headers(content) if place[1] != 22]
    if not places:
        return
    start, size = chance.choice(places)
    length_at = start + (26 if size == 30 else 28)
    if length_at + 4 > len(content):
        return
    (name_bytes,) = struct.unpack_from("<H", content, length_at)
    name = bytes(content[start + size : start + size + name_bytes])
    field = struct.pack("<BI", 1, zlib.crc32(name)) + chance.choice((b"../../x", b"a/b.jpg", name))
    extra = struct.pack("<HH", chance.choice((0x7075, 0x6375, 1, 0xCAFE)), len(field)) + field
    struct.pack_into("<H", content, length_at + 2, len(extra))
    content[start + size + name_bytes : start + size + name_bytes] = extra


def _comment(content: bytearray, chance: random.Random) -> None:
    comment = chance.choice((b"x", b"jiejing evidence package x", b"PK\5\6" + bytes(18)))
    content[-2:] = struct.pack("<H", len(comment)) + comment


def _two_fields(content: bytearray, chance: random.Random) -> None:
    """Exchanges two aligned words of the archive's headers."""
    places = _headers(content)
    if len(places) > 1:
        (one, size), (other, other_size) = chance.sample(places, 2)
        a, b = one + 2 * chance.randrange(size // 2), other + 2 * chance.randrange(other_size // 2)
        if max(a, b) + 2 <= len(content):
            content[a : a + 2], content[b : b + 2] = content[b : b + 2], content[a : a + 2]


_CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _header_byte,
    _header_byte,
    _same_byte,
    _any_byte,
    _name,
    _insert,
    _remove,
    _extra,
    _comment,
    _two_fields,
)

_TOOLS: dict[str, Callable[[Path, Path], list[str]]] = {
    "unzip": lambda archive, target: ["unzip", "-q", "-o", str(archive), "-d", str(target)],
    "7z": lambda archive, target: ["7z", "x", "-y", "-bd", f"-o{target}", str(archive)],
}


def _headers(content: bytearray) -> list[tuple[int, int]]:
    found = []
    for magic, size in zip(_MAGICS, _SIZES, strict=True):
        at = content.find(magic)
        while at >= 0:
            found.append((at, size))
            at = content.find(magic, at + 4)
    return sorted(found)


def _content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def main() -> None:
    """Mutates the package of the tests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="zip-mutations-"))
    package = sealer(folder / "home").seal(folder / "packages", "9f2c61d0a8b34e57", small_body).path
    write_zip(package, folder / "sound.zip")
    began = time.monotonic()
    tally = run((folder / "sound.zip").read_bytes(), ring(folder / "home"), given.number, given.seed, folder)
    took_s = time.monotonic() - began
    print(f"{tally.made} archives, {tally.sound} of them sound and unpacked alike, in {took_s:.0f} s")  # noqa: T201
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
