"""Sealing: wholly or not at all, one unbroken chain, whatever dies in between."""

import hashlib
import json
import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import EvidenceError, StorageError
from core.messages import Message
from evidence.package.layout import MANIFEST
from evidence.signing.chain import Chain, ChainEntry, chain_path
from evidence.signing.manifest import About, Body
from evidence.signing.seal import Sealer
from evidence.verify.verifier import verify
from tests.evidence.build import manifest_of, ring, sealer, small_body
from tests.says import says

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


def entries(of: Sealer, home: Path) -> list[ChainEntry]:
    return list(Chain(chain_path(home, of.key_id)).entries())


def assert_unbroken(chain: list[ChainEntry], packages: Path) -> None:
    """Numbers without a gap, and each manifest naming the one before."""
    previous = None
    for number, entry in enumerate(chain, 1):
        manifest = manifest_of(packages / entry.package_id)
        assert entry.seq == manifest["seq"] == number
        assert manifest["previous"] == previous
        previous = {"package_id": entry.package_id, "seq": number, "manifest_sha256": entry.manifest_sha256}
        content = (packages / entry.package_id / MANIFEST).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.manifest_sha256


def test_at_home(tmp_path: Path, home: Path) -> None:
    """As an installation starts: a key is made, and the next start goes on with it."""
    first = Sealer.at(home).seal(tmp_path / "packages", "a", small_body)
    second = Sealer.at(home).seal(tmp_path / "packages", "b", small_body)
    assert (first.listing.seq, second.listing.seq) == (1, 2)
    assert verify(second.path, ring(home)).chain == "ok"


def _seal_some(home: Path, packages: Path, name: str) -> None:
    of = sealer(home)
    for number in range(8):
        of.seal(packages, f"{name}{number}", small_body)


def test_processes_that_seal_at_once_give_one_chain(tmp_path: Path, home: Path) -> None:
    context = multiprocessing.get_context("spawn")
    of = sealer(home)
    processes = [context.Process(target=_seal_some, args=(home, tmp_path / "packages", name)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    chain = entries(of, home)
    assert len(chain) == 24
    assert_unbroken(chain, tmp_path / "packages")


def _die_before_rename(home: Path, packages: Path) -> None:
    """Seals one package, and dies in the next between its line in the chain and its name."""
    of = sealer(home)
    of.seal(packages, "a", small_body)
    Path.rename = lambda self, target: os._exit(9)  # type: ignore[method-assign]
    of.seal(packages, "b", small_body)


def _died(home: Path, packages: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_die_before_rename, args=(home, packages))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert [path.name for path in packages.iterdir() if not path.name.startswith(".")] == ["a"]


def test_a_death_between_line_and_name_is_finished_at_the_next_start(tmp_path: Path, home: Path) -> None:
    packages = tmp_path / "packages"
    _died(home, packages)
    of = sealer(home)
    assert sorted(path.name for path in packages.iterdir()) == ["a", "b"]
    assert verify(packages / "b", ring(home)).chain == "ok"
    again = of.seal(packages, "b", small_body)
    assert again.listing.seq == 2  # the one that is there, not another
    assert_unbroken(entries(of, home), packages)


def test_or_by_another_process_that_is_running(tmp_path: Path, home: Path) -> None:
    of = sealer(home)
    _died(home, tmp_path / "packages")
    of.seal(tmp_path / "packages", "c", small_body)
    assert [entry.package_id for entry in entries(of, home)] == ["a", "b", "c"]
    assert_unbroken(entries(of, home), tmp_path / "packages")


def test_a_line_cut_off_by_a_crash_is_removed(tmp_path: Path, home: Path) -> None:
    of = sealer(home)
    of.seal(tmp_path, "a", small_body)
    with chain_path(home, of.key_id).open("ab") as file:
        file.write(b'{"seq":2,"package_')
    assert len(entries(of, home)) == 1
    of.seal(tmp_path, "b", small_body)
    assert_unbroken(entries(of, home), tmp_path)


def test_a_damaged_line_stops_sealing_with_one_line(tmp_path: Path, home: Path) -> None:
    of = sealer(home)
    of.seal(tmp_path, "a", small_body)
    chain_path(home, of.key_id).write_bytes(b"?\n")
    with pytest.raises(StorageError, check=says("evidence.chain_line_damaged")):
        of.seal(tmp_path, "b", small_body)
    assert not (tmp_path / "b").exists()


def test_what_an_attempt_left_is_removed_unless_its_maker_lives(tmp_path: Path, home: Path) -> None:
    left = tmp_path / "packages" / ".sealing-a.dead"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"half")
    of = sealer(home)

    def fill(folder: Path) -> Body:
        with pytest.raises(StopIteration):  # another attempt at the same package, while this one is being made
            of.seal(folder.parent, "a", _stop)
        assert folder.is_dir()
        return small_body(folder)

    of.seal(tmp_path / "packages", "a", fill)
    assert [path.name for path in (tmp_path / "packages").iterdir()] == ["a"]


def _stop(_: Path) -> Body:
    raise StopIteration


def test_a_failing_rename_takes_the_line_back(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = sealer(home)
    of.seal(tmp_path / "packages", "a", small_body)

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        with pytest.raises(StorageError, check=says("core.located", cause=Message("evidence.write_permission_denied"))):
            of.seal(tmp_path / "packages", "b", small_body)
    assert [path.name for path in (tmp_path / "packages").iterdir()] == ["a"]
    of.seal(tmp_path / "packages", "c", small_body)
    assert_unbroken(entries(of, home), tmp_path / "packages")


def test_a_full_disk_under_the_chain_takes_the_line_back(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = sealer(home)
    of.seal(tmp_path / "packages", "a", small_body)
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, line: write(handle, line[:20]))
        with pytest.raises(StorageError, check=says("core.located", cause=Message("evidence.disk_full"))):
            of.seal(tmp_path / "packages", "b", small_body)
    of.seal(tmp_path / "packages", "b", small_body)
    assert_unbroken(entries(of, home), tmp_path / "packages")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _large_body(folder: Path) -> Body:
    (folder / "clip").mkdir()
    (folder / "clip" / "a.mp4").write_bytes(b"\1" * (2 << 20))
    return Body("primary", None, {}, (), {"clip/a.mp4": About("clip")}, ())


@needs_root
def test_full_disk(small_disk: Path, home: Path) -> None:
    of = sealer(home, room_bytes=0)
    with pytest.raises(StorageError, check=says("core.located", cause=Message("evidence.disk_full"))) as caught:
        of.seal(small_disk, "a", _large_body)
    assert "\n" not in str(caught.value)
    assert list(small_disk.iterdir()) == []
    assert entries(of, home) == []


@needs_root
def test_hardly_any_room_is_refused_before_anything_is_made(small_disk: Path, home: Path) -> None:
    with pytest.raises(StorageError, check=says("evidence.too_little_room", free=1)):
        sealer(home).seal(small_disk, "a", _stop)


@needs_root
def test_read_only_disk(small_disk: Path, home: Path) -> None:
    of = sealer(home, room_bytes=0)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError, check=says("core.located", cause=Message("evidence.file_system_read_only"))):
        of.seal(small_disk, "a", small_body)
    assert entries(of, home) == []


def test_a_file_where_the_folder_should_be(tmp_path: Path, home: Path) -> None:
    (tmp_path / "packages").write_text("a file")
    with pytest.raises(StorageError):
        sealer(home).seal(tmp_path / "packages", "a", small_body)


def test_a_taken_place_is_left_alone(tmp_path: Path, home: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.txt").write_text("mine")
    with pytest.raises(EvidenceError, check=says("evidence.place_taken_by_foreign")):
        sealer(home).seal(tmp_path, "a", small_body)
    assert (tmp_path / "a" / "mine.txt").read_text() == "mine"
    sealer(tmp_path / "other").seal(tmp_path, "b", small_body)
    with pytest.raises(EvidenceError, check=says("evidence.place_taken_by_foreign")):
        sealer(home).seal(tmp_path, "b", small_body)


@pytest.mark.parametrize("name", ["../a", "a/b", "", ".", "/a", "a\\b"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, home: Path, name: str) -> None:
    with pytest.raises(EvidenceError, check=says("evidence.package_name_unfit", package_id=name)):
        sealer(home).seal(tmp_path, name, small_body)


def test_files_that_nobody_told_about_are_refused(tmp_path: Path, home: Path) -> None:
    def fill(folder: Path) -> Body:
        body = small_body(folder)
        (folder / "extra.jpg").write_bytes(b"?")
        return body

    with pytest.raises(EvidenceError, check=says("evidence.files_do_not_agree", path="extra.jpg")):
        sealer(home).seal(tmp_path, "a", fill)
    assert not (tmp_path / "a").exists()


def test_the_exact_bytes_are_signed_and_kept(package: Path) -> None:
    record: dict[str, Any] = json.loads((package / "manifest.dsse.json").read_bytes())
    assert list(record) == ["payload", "payloadType", "signatures"]
    assert list(package.rglob(".*")) == []
    files = {one["path"]: one for one in manifest_of(package)["files"]}
    assert list(files) == sorted(files)
    for path, one in files.items():
        content = (package / path).read_bytes()
        assert one["size"] == len(content)
        assert one["digests"] == {"sha256": hashlib.sha256(content).hexdigest()}
