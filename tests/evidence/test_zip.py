"""A package in a .zip: ours is determined to the last bit, those of other tools are read as they are."""

import shutil
import stat
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import EvidenceError
from evidence.keys import KeyRing
from evidence.package import ENVELOPE, MANIFEST, TIMESTAMP
from evidence.verify import verify
from evidence.zipfiles import write_zip
from tests.evidence.test_tampering import ADDED, FILES, flipped

Faults = Callable[[Path], dict[str, str]]


@pytest.fixture
def archive(package: Path, tmp_path: Path) -> Path:
    write_zip(package, tmp_path / "package.zip")
    return tmp_path / "package.zip"


def repacked(archive: Path, change: Callable[[dict[str, bytes]], object], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """The archive written again by another tool, after a change to its files."""
    with zipfile.ZipFile(archive) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    target = archive.with_name("again.zip")
    with zipfile.ZipFile(target, "w", method) as new:
        for name, content in files.items():
            new.writestr(name, content)
    return target


def test_our_zip_is_sound_and_always_the_same(package: Path, archive: Path, keys: KeyRing, tmp_path: Path) -> None:
    assert verify(archive, keys).sound
    write_zip(package, tmp_path / "second.zip")
    assert (tmp_path / "second.zip").read_bytes() == archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert opened.comment == b"jiejing evidence package 9f2c61d0a8b34e57"
        assert opened.namelist() == sorted(opened.namelist())


def test_other_tools_unpack_it(package: Path, archive: Path, keys: KeyRing, tmp_path: Path) -> None:
    shutil.unpack_archive(archive, tmp_path / "out")
    assert verify(tmp_path / "out" / package.name, keys).sound


def test_a_bit_of_every_byte_counts(archive: Path, keys: KeyRing) -> None:
    """Names, dates, modes, counts and comment too; of the end record every bit."""
    sound = archive.read_bytes()
    end = sound.rindex(b"PK\5\6")
    bits = [byte * 8 + byte % 8 for byte in range(end)] + list(range(end * 8, len(sound) * 8))
    for bit in bits:
        archive.write_bytes(flipped(sound, bit))
        verdict = verify(archive, keys)
        assert verdict.exists, f"bit {bit}"
        assert verdict.faults, f"bit {bit} of byte {bit // 8}"


def test_a_time_stamp_inside_is_read_too(package: Path, keys: KeyRing, tmp_path: Path) -> None:
    """What it says is not checked yet; that the archive holds it whole is."""
    (package / TIMESTAMP).write_bytes(b"stamp")
    write_zip(package, tmp_path / "a.zip")
    assert verify(tmp_path / "a.zip", keys).sound
    sound = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(flipped(sound, sound.index(b"stamp") * 8))
    assert [fault.path for fault in verify(tmp_path / "a.zip", keys).faults] == [TIMESTAMP]


def test_cut_or_lengthened(archive: Path, keys: KeyRing) -> None:
    sound = archive.read_bytes()
    for content in (sound[:-1], sound[1:], sound + b"\0", b"\0" + sound, sound[: len(sound) // 2], b"", b"PK"):
        archive.write_bytes(content)
        verdict = verify(archive, keys)
        assert verdict.exists
        assert archive.name in {fault.path for fault in verdict.faults}, content[-40:]


@pytest.mark.parametrize("name", FILES)
def test_each_file_inside(archive: Path, faults: Faults, name: str) -> None:
    inside = f"9f2c61d0a8b34e57/{name}"
    for change in (
        lambda files: files.update({inside: flipped(files[inside], 0)}),
        lambda files: files.update({inside: flipped(files[inside], len(files[inside]) * 8 - 1)}),
        lambda files: files.update({inside: files[inside][:-1]}),
        lambda files: files.update({inside: b""}),
        lambda files: files.pop(inside),
    ):
        assert name in faults(repacked(archive, change))


@pytest.mark.parametrize("case", [case for case in ADDED if case != "a name that would break a line"])
def test_added_file_inside(archive: Path, faults: Faults, case: str) -> None:
    path, named = ADDED[case]
    assert named in faults(repacked(archive, lambda files: files.update({f"9f2c61d0a8b34e57/{path}": b"x"})))


# An entry that is added beside the package's own, and the path that is named.
ODD_ENTRIES = {
    "beside the package": ("note.txt", "note.txt"),
    "climbing out": ("9f2c61d0a8b34e57/../../note.txt", "../../note.txt"),
    "climbing out at the top": ("../note.txt", "../note.txt"),
    "absolute": ("/etc/note.txt", "/etc/note.txt"),
    "with a backslash": ("9f2c61d0a8b34e57/..\\note.txt", "..\\\\note.txt"),
    "an empty folder": ("9f2c61d0a8b34e57/extra/", "extra"),
    "another empty folder": ("9f2c61d0a8b34e57/clip/extra/", "clip/extra"),
}


@pytest.mark.parametrize("case", ODD_ENTRIES)
def test_odd_entries(archive: Path, faults: Faults, case: str) -> None:
    name, named = ODD_ENTRIES[case]
    found = faults(repacked(archive, lambda files: files.update({name: b""})))
    assert named.replace("\\\\", "\\") in found or named in found


def test_double_entries_links_and_ciphers(archive: Path, keys: KeyRing) -> None:
    inside = "9f2c61d0a8b34e57/composite.jpg"
    with zipfile.ZipFile(archive, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr(inside, b"b")
    assert {fault.path for fault in verify(archive, keys).faults} == {"composite.jpg"}

    link = repacked(archive, lambda files: files.pop(inside))
    with zipfile.ZipFile(link, "a") as opened:
        info = zipfile.ZipInfo(inside)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(info, "clip/violation.mp4")
    assert "link" in {fault.path: fault.what for fault in verify(link, keys).faults}["composite.jpg"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(archive: Path, faults: Faults, method: int) -> None:
    assert "packed in a way" in faults(repacked(archive, lambda files: None, method))[ENVELOPE]


def test_encrypted(package: Path, faults: Faults, tmp_path: Path) -> None:
    command = ["zip", "-q", "-r", "-P", "secret", str(tmp_path / "locked.zip"), package.name]
    subprocess.run(command, cwd=package.parent, check=True)
    assert faults(tmp_path / "locked.zip")[MANIFEST] == "is encrypted"


# Sound packages packed by other tools, with and without the package's folder.
def _make_archive(package: Path, target: Path) -> None:
    shutil.make_archive(str(target.with_suffix("")), "zip", package)


def _make_archive_with_folder(package: Path, target: Path) -> None:
    shutil.make_archive(str(target.with_suffix("")), "zip", package.parent, package.name)


def _zip(package: Path, target: Path) -> None:
    subprocess.run(["zip", "-q", "-r", str(target), package.name], cwd=package.parent, check=True)


def _zip_stored_inside(package: Path, target: Path) -> None:
    subprocess.run(["zip", "-q", "-0", "-r", str(target), "."], cwd=package, check=True)


def _zip_streamed(package: Path, target: Path) -> None:
    with target.open("wb") as file:
        subprocess.run(["zip", "-q", "-r", "-", package.name], cwd=package.parent, check=True, stdout=file)


@pytest.mark.parametrize("pack", [_make_archive, _make_archive_with_folder, _zip, _zip_stored_inside, _zip_streamed])
def test_archives_of_other_tools_are_sound(
    package: Path, keys: KeyRing, tmp_path: Path, pack: Callable[[Path, Path], None]
) -> None:
    pack(package, tmp_path / "other.zip")
    verdict = verify(tmp_path / "other.zip", keys)
    assert verdict.faults == ()
    assert verdict.exists


def test_a_bomb_is_not_unpacked(archive: Path, faults: Faults) -> None:
    grown = b"\0" * (64 << 20)
    found = faults(repacked(archive, lambda files: files.update({f"9f2c61d0a8b34e57/{ENVELOPE}": grown})))
    assert "too large" in found[ENVELOPE]


def test_a_zip_of_something_else_is_nothing_to_verify(tmp_path: Path, keys: KeyRing) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as opened:
        opened.writestr("a.jpg", b"a")
    assert not verify(tmp_path / "photos.zip", keys).exists


def test_only_packages_are_packed(tmp_path: Path, package: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match="no package there"):
        write_zip(tmp_path / "empty", tmp_path / "a.zip")
    (package / "link").symlink_to("composite.jpg")
    with pytest.raises(EvidenceError, match="symbolic link"):
        write_zip(package, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
