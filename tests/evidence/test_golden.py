"""Packages that were sealed once and for all, one of each format: whatever this code becomes, they must still verify,
bit for bit."""

import shutil
from pathlib import Path

import pytest

from evidence.package.zipfiles import write_zip
from evidence.signing.keys import KeyRing, read_public_key
from evidence.verify.verifier import verify
from tests.evidence.test_tampering import flipped

GOLDEN = Path(__file__).with_name("golden")
KEYS = KeyRing.of([read_public_key(GOLDEN / name) for name in ("key.pem", "key-2.pem")])


def test_it_is_sound() -> None:
    verdict = verify(GOLDEN / "package.zip", KEYS)
    assert verdict.sound
    assert verdict.listing
    assert verdict.listing.completeness.complete
    assert len(verdict.listing.files) == 10
    assert "what kind of source it was" in verdict.unpromised


def test_the_one_of_format_2_is_sound() -> None:
    """It has its opening record, and promises all."""
    verdict = verify(GOLDEN / "package-2.zip", KEYS)
    assert verdict.faults == ()
    assert verdict.listing
    assert verdict.listing.completeness.complete
    assert "opening/record.jsonl" in [one.path for one in verdict.listing.files]
    assert verdict.unpromised == ()


def test_it_is_packed_as_ever(tmp_path: Path) -> None:
    shutil.unpack_archive(GOLDEN / "package.zip", tmp_path)
    [package] = tmp_path.iterdir()
    write_zip(package, tmp_path / "again.zip")
    # Earlier versions added a comment, which the two bytes before it count.
    comment = b"jiejing evidence package 9f2c61d0a8b34e57"
    former = (GOLDEN / "package.zip").read_bytes()
    assert (tmp_path / "again.zip").read_bytes() == former.removesuffix(comment)[:-2] + b"\0\0"


def test_the_one_of_format_2_is_packed_as_ever(tmp_path: Path) -> None:
    shutil.unpack_archive(GOLDEN / "package-2.zip", tmp_path)
    [package] = tmp_path.iterdir()
    write_zip(package, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (GOLDEN / "package-2.zip").read_bytes()


@pytest.mark.parametrize("name", ["package.zip", "package-2.zip"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_one_bit_is_enough(tmp_path: Path, share: float, name: str) -> None:
    sound = (GOLDEN / name).read_bytes()
    (tmp_path / "package.zip").write_bytes(flipped(sound, round(share * (len(sound) * 8 - 1))))
    assert not verify(tmp_path / "package.zip", KEYS).sound
