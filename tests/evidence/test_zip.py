"""A package in a .zip: ours is determined to the last bit, and no other is read."""

import shutil
import stat
import struct
import subprocess
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import EvidenceError
from core.messages import Message
from evidence.package.layout import TIMESTAMP
from evidence.package.zipfiles import Member, central_of, end_of, local_of, write_zip
from evidence.signing.keys import KeyRing
from evidence.verify.verifier import verify
from tests.evidence.test_tampering import ADDED, FILES, flipped
from tests.says import says
from tests.soak import zip_mutations

Faults = Callable[[Path], dict[str, str]]


@pytest.fixture
def archive(package: Path, tmp_path: Path) -> Path:
    write_zip(package, tmp_path / "package.zip")
    return tmp_path / "package.zip"


def repacked(archive: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """The archive packed again in our own form, after a change to its files."""
    with zipfile.ZipFile(archive) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    members = [Member(name, len(content), zlib.crc32(content)) for name, content in sorted(files.items())]
    target, packed, central = archive.with_name("again.zip"), b"", b""
    for member in members:
        central += central_of(member, len(packed))
        packed += local_of(member) + files[member.name]
    target.write_bytes(packed + central + end_of(len(members), len(central), len(packed)))
    return target


def refused(path: Path, keys: KeyRing) -> str:
    """The one line that is said of an archive that is not read at all."""
    verdict = verify(path, keys)
    assert not verdict.exists
    assert not verdict.faults
    assert verdict.refusal
    assert "unpack it and verify the folder" in verdict.refusal
    return verdict.refusal


def test_our_zip_is_sound_and_always_the_same(package: Path, archive: Path, keys: KeyRing, tmp_path: Path) -> None:
    assert verify(archive, keys).sound
    write_zip(package, tmp_path / "second.zip")
    assert (tmp_path / "second.zip").read_bytes() == archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert opened.comment == b""
        assert opened.namelist() == sorted(opened.namelist())


def test_other_tools_unpack_it(package: Path, archive: Path, keys: KeyRing, tmp_path: Path) -> None:
    shutil.unpack_archive(archive, tmp_path / "out")
    assert verify(tmp_path / "out" / package.name, keys).sound


def test_a_bit_of_every_byte_counts(archive: Path, keys: KeyRing) -> None:
    """Names, dates, modes and counts too; of the end record every bit."""
    sound = archive.read_bytes()
    end = sound.rindex(b"PK\5\6")
    bits = [byte * 8 + byte % 8 for byte in range(0, end, 3)] + list(range(end * 8, len(sound) * 8))
    for bit in bits:
        archive.write_bytes(flipped(sound, bit))
        assert not verify(archive, keys).sound, f"bit {bit} of byte {bit // 8}"


def test_a_time_stamp_inside_is_read_too(package: Path, keys: KeyRing, tmp_path: Path) -> None:
    """What it says is not checked yet; that the archive holds it whole is."""
    (package / TIMESTAMP).write_bytes(b"a token of time")
    write_zip(package, tmp_path / "a.zip")
    assert verify(tmp_path / "a.zip", keys).sound
    sound = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(flipped(sound, sound.index(b"a token of time") * 8))
    assert [fault.path for fault in verify(tmp_path / "a.zip", keys).faults] == [TIMESTAMP]


def test_cut_or_lengthened(archive: Path, keys: KeyRing) -> None:
    sound = archive.read_bytes()
    for content in (sound[:-1], sound[1:], sound + b"\0", b"\0" + sound, sound[: len(sound) // 2], b"", b"PK"):
        archive.write_bytes(content)
        assert refused(archive, keys), content[-40:]


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


@pytest.mark.parametrize("case", ADDED)
def test_added_file_inside(archive: Path, keys: KeyRing, case: str) -> None:
    path, named = ADDED[case]
    verdict = verify(repacked(archive, lambda files: files.update({f"9f2c61d0a8b34e57/{path}": b"x"})), keys)
    assert verdict.refusal or named in {fault.path for fault in verdict.faults}


# Entries that are added to the package's own, in our form as far as it goes: none is read.
ODD_ENTRIES = {
    "beside the package": "note.txt",
    "in a folder beside the package": "another/note.txt",
    "climbing out": "9f2c61d0a8b34e57/../../note.txt",
    "climbing out at the top": "../note.txt",
    "absolute": "/etc/note.txt",
    "with a backslash": "9f2c61d0a8b34e57/..\\note.txt",
    "an empty folder": "9f2c61d0a8b34e57/extra/",
    "a device of Windows": "9f2c61d0a8b34e57/CON",
    "a stream of Windows": "9f2c61d0a8b34e57/a:b",
    "a trailing dot": "9f2c61d0a8b34e57/note.",
    "a trailing space": "9f2c61d0a8b34e57/note ",
    "letters that have two normal forms": "9f2c61d0a8b34e57/\u00e9.jpg",
    "a name that would break a line": "9f2c61d0a8b34e57/a\nb",
    "nested deeper than any of ours": "9f2c61d0a8b34e57/" + "d/" * 20 + "note.txt",
}


@pytest.mark.parametrize("case", ODD_ENTRIES)
def test_odd_entries(archive: Path, keys: KeyRing, case: str) -> None:
    refused(repacked(archive, lambda files: files.update({ODD_ENTRIES[case]: b"x"})), keys)


def _written_by_python(package: Path, target: Path) -> None:
    shutil.make_archive(str(target.with_suffix("")), "zip", package.parent, package.name)


def _written_by_zip(package: Path, target: Path) -> None:
    subprocess.run(["zip", "-q", "-0", "-X", "-r", str(target), package.name], cwd=package.parent, check=True)


def _with_a_double(package: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr("9f2c61d0a8b34e57/composite.jpg", b"b")


def _with_a_link(package: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "a") as opened:
        info = zipfile.ZipInfo("9f2c61d0a8b34e57/zz.jpg")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(info, "composite.jpg")


def _encrypted(package: Path, target: Path) -> None:
    target.unlink()
    command = ["zip", "-q", "-r", "-P", "secret", str(target), package.name]
    subprocess.run(command, cwd=package.parent, check=True)


def _with_a_comment(package: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "a") as opened:
        opened.comment = b"sound, says the comment"


def _with_two_names(package: Path, target: Path) -> None:
    """A Unicode-Path field (0x7075) that makes unzip swap two files which others leave in their places."""
    names = ["9f2c61d0a8b34e57/composite.jpg", "9f2c61d0a8b34e57/originals/violation.jpg"]
    with zipfile.ZipFile(target) as old:
        files = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(target, "w") as new:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            if name in names:
                other = names[1 - names.index(name)].encode()
                field = struct.pack("<BI", 1, zlib.crc32(name.encode())) + other
                info.extra = struct.pack("<HH", 0x7075, len(field)) + field
            new.writestr(info, content)


def _with_bytes_between(package: Path, target: Path) -> None:
    """Bytes that no entry points to: a whole package can lie there."""
    content = target.read_bytes()
    start = content.index(b"PK\1\2")
    end = bytearray(content[-22:])
    end[16:20] = struct.pack("<I", start + 4)
    target.write_bytes(content[:start] + b"gap!" + content[start:-22] + bytes(end))


def _with_another_size_in_front(package: Path, target: Path) -> None:
    content = bytearray(target.read_bytes())
    content[18:22] = b"\1\0\0\0"
    target.write_bytes(content)


OTHERS = [
    _written_by_python,
    _written_by_zip,
    _with_a_double,
    _with_a_link,
    _encrypted,
    _with_a_comment,
    _with_two_names,
    _with_bytes_between,
    _with_another_size_in_front,
]


@pytest.mark.parametrize("change", OTHERS)
def test_any_other_archive_is_to_be_unpacked_first(
    package: Path, archive: Path, keys: KeyRing, change: Callable[[Path, Path], None]
) -> None:
    change(package, archive)
    refused(archive, keys)


def test_the_former_form_is_read(archive: Path, keys: KeyRing) -> None:
    """With the comment that names product and package, and with no other."""
    sound = archive.read_bytes()
    comment = b"jiejing evidence package 9f2c61d0a8b34e57"
    archive.write_bytes(sound[:-2] + struct.pack("<H", len(comment)) + comment)
    assert verify(archive, keys).sound
    archive.write_bytes(sound[:-2] + struct.pack("<H", len(comment)) + comment[:-1] + b"8")
    refused(archive, keys)


def test_a_check_sum_that_tools_would_stumble_over(archive: Path, keys: KeyRing) -> None:
    """Wrong in both places alike: the form is ours, the file is what was listed, and unzip refuses it."""
    sound = archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        crc = struct.pack("<I", opened.infolist()[0].CRC)
    archive.write_bytes(sound.replace(crc, bytes(4)))
    assert not verify(archive, keys).sound


def test_a_renamed_package_in_an_archive(package: Path, keys: KeyRing, tmp_path: Path) -> None:
    package.rename(package.with_name("another"))
    write_zip(package.with_name("another"), tmp_path / "a.zip")
    assert [fault.path for fault in verify(tmp_path / "a.zip", keys).faults] == ["."]


def test_an_archive_of_a_million_entries_costs_nothing(tmp_path: Path, keys: KeyRing) -> None:
    central = central_of(Member("p/manifest.json", 0, 0), 0) * 300_000
    (tmp_path / "a.zip").write_bytes(central + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central), 0, 0))
    tracemalloc.start()
    refused(tmp_path / "a.zip", keys)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_zip_of_something_else_is_nothing_to_verify(tmp_path: Path, keys: KeyRing) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as opened:
        opened.writestr("a.jpg", b"a")
    assert not verify(tmp_path / "photos.zip", keys).exists


def test_only_packages_are_packed(tmp_path: Path, package: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, check=says("evidence.no_package_there")):
        write_zip(tmp_path / "empty", tmp_path / "a.zip")
    (package / "link").symlink_to("composite.jpg")
    linked = says("evidence.package_has_fault", cause=Message("evidence.is_symbolic_link"))
    with pytest.raises(EvidenceError, check=linked):
        write_zip(package, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_what_is_sound_is_unpacked_alike_by_every_tool(archive: Path, keys: KeyRing, tmp_path: Path) -> None:
    """Our form, the former one, and 300 archives changed at random; `make soak` changes 10,000."""
    (tmp_path / "soak").mkdir()
    sound = archive.read_bytes()
    tally = zip_mutations.run(sound, keys, 300, 20261130, tmp_path / "soak")
    assert tally.sound > 0
    comment = b"jiejing evidence package 9f2c61d0a8b34e57"
    former = tmp_path / "former.zip"
    former.write_bytes(sound[:-2] + struct.pack("<H", len(comment)) + comment)
    for number, path in enumerate((archive, former)):
        assert verify(path, keys).sound
        results = list(zip_mutations.unpacked(path, tmp_path / str(number)).values())
        assert len(results) == 3
        assert all(one == results[0] for one in results)
